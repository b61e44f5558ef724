import type { Connection } from "../connection.ts";

/**
 * One step of the file's format. Forwards only; runs inside one transaction with all others, so that a migration that is
 * interrupted leaves the file as it was. A released step is never edited: what it needs of the program's rules it holds
 * itself, because those go on changing.
 */
export interface Migration {
  /** `user_version` after it; the first is 1, each the next number. */
  readonly format: number;
  up(connection: Connection): void;
}
