/** Where an entry stands: `servers` is the key that holds the entries, `name` the entry. */
export interface Slot {
  readonly servers: string;
  readonly name: string;
}

/** What was read of a file, whatever its format. */
export type Values = Readonly<Record<string, unknown>>;

export type Parsed = { readonly value: unknown } | { readonly problem: string };
