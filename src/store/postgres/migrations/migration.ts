/**
 * One step of the schema. Forwards only; all steps of a run are one transaction, so that one that is interrupted leaves
 * the schema as it was. A released step is never edited.
 */
export interface Migration {
  /** Format after it; the first is 1, each the next number. */
  readonly format: number;
  /** Run with the schema first in the search path. */
  readonly sql: string;
}
