/** Query parameters in order; a name may repeat. `undefined` values are left out. */
export type QueryPairs = readonly (readonly [name: string, value: string | number | boolean | undefined])[];

/** RFC 3986: everything but unreserved characters is percent-encoded, brackets and `+` included; a blank is `%20`. */
export function encodeQuery(pairs: QueryPairs): string {
  return pairs
    .flatMap(([name, value]) => (value === undefined ? [] : [`${encodePart(name)}=${encodePart(String(value))}`]))
    .join("&");
}

/** One path segment or query part. */
export function encodePart(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export interface FieldCondition {
  readonly field_id: string;
  readonly operator: string;
  readonly value: string;
}

/** The three parts of each custom-field filter: `filter[custom_fields][id][f_id|o|v]` (guide, Filter by Custom Field). */
export function customFieldPairs(conditions: readonly FieldCondition[]): QueryPairs {
  return conditions.flatMap(({ field_id, operator, value }) => {
    const key = `filter[custom_fields][${field_id}]`;
    return [[`${key}[f_id]`, field_id] as const, [`${key}[o]`, operator] as const, [`${key}[v]`, value] as const];
  });
}
