/**
 * Ids are JSON strings: UUIDs for most resources, integers for legacy ones (wire facts 2.4). Anything that could leave
 * its path segment is refused here; `api/path.ts` encodes all the same.
 */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

export function isId(value: string): boolean {
  return ID_PATTERN.test(value);
}
