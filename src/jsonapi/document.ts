/** The JSON:API 1.1 envelope, as far as it is read and written here. */

export interface ResourceIdentifier {
  readonly type: string;
  readonly id: string;
}

export type JsonRecord = Readonly<Record<string, unknown>>;

/**
 * Linkage of one relationship: one identifier, several, `null` (none), or `undefined` when the answer does not say
 * (a relationship with links only, or no such relationship).
 */
export type Linkage = ResourceIdentifier | readonly ResourceIdentifier[] | null | undefined;

export interface Resource extends ResourceIdentifier {
  /** Where it stood in the document, for error sentences: `data`, `data[3]`, `included[0]`. */
  readonly at: string;
  readonly attributes: JsonRecord;
  readonly relationships: Readonly<Record<string, Linkage>>;
  readonly meta: JsonRecord;
}

export interface ResourceDocument {
  readonly data: Resource | readonly Resource[] | null;
  readonly included: readonly Resource[];
  readonly meta: JsonRecord;
}

/** Arrays are no records: PHP writes an empty map as `[]`, which `recordOf` reads as empty. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
