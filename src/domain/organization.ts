/** The organization every request is scoped to (`?o=`). */
export interface Organization {
  readonly id: string;
  /** `null` when the API did not tell it. */
  readonly name: string | null;
}
