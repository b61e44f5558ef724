import type { Page } from "../api/port.ts";
import type { Position } from "./cursor.ts";

/** The published maximum page size of the API (wire facts 2.7). */
export const PAGE_SIZE = 30;

export interface Scan<T> {
  readonly found: readonly T[];
  /** Where to go on; `null` when the end was reached. */
  readonly next: Position | null;
  /** Entries looked at. */
  readonly scanned: number;
  /** The API's own count, only where it applied every filter itself. */
  readonly total: number | null;
}

/**
 * Collects up to `limit` entries that pass `keep`, page by page, never reading more pages than that takes and at most
 * `maxPages`: filters are applied on this side as well, because the API may not know them.
 */
export async function scan<T>(
  fetchPage: (page: number) => Promise<Page<T>>,
  keep: (entry: T) => boolean,
  limit: number,
  start: Position,
  maxPages: number,
): Promise<Scan<T>> {
  const found: T[] = [];
  let { page, offset } = start;
  let scanned = 0;
  let total: number | null = null;
  for (let read = 0; read < maxPages; read += 1) {
    const current = await fetchPage(page);
    if (read === 0 && current.unapplied.length === 0) total = current.total;
    for (const [index, entry] of current.items.entries()) {
      if (index < offset) continue;
      scanned += 1;
      if (!keep(entry)) {
        total = null;
        continue;
      }
      if (found.length === limit) return { found, next: { page, offset: index }, scanned: scanned - 1, total };
      found.push(entry);
    }
    const last = current.last_page ?? (current.items.length < PAGE_SIZE ? page : page + 1);
    if (page >= last || current.items.length === 0) return { found, next: null, scanned, total };
    page += 1;
    offset = 0;
    if (found.length === limit) break;
  }
  return { found, next: { page, offset }, scanned, total };
}
