import { z } from "zod";
import { JournalError } from "../../errors.ts";
import { placeProblem } from "../place.ts";
import type { SqlValue } from "../rows.ts";
import type { Database, Statement } from "./load.ts";

/** Prepared statements by their text. */
export class Connection {
  readonly location: string;
  readonly #database: Database;
  readonly #statements = new Map<string, Statement>();

  constructor(location: string, database: Database) {
    this.location = location;
    this.#database = database;
  }

  exec(sql: string): void {
    this.#guarded(() => this.#database.exec(sql));
  }

  run(sql: string, ...values: SqlValue[]): number {
    return this.#guarded(() => Number(this.#prepare(sql).run(...values).changes));
  }

  get(sql: string, ...values: SqlValue[]): unknown {
    return this.#guarded(() => this.#prepare(sql).get(...values));
  }

  all(sql: string, ...values: SqlValue[]): unknown[] {
    return this.#guarded(() => this.#prepare(sql).all(...values));
  }

  /** For what is done while opening: nothing else runs on this connection yet. */
  transaction(body: () => void): void {
    this.exec("BEGIN IMMEDIATE");
    try {
      body();
      this.exec("COMMIT");
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  rollback(): void {
    try {
      this.#database.exec("ROLLBACK");
    } catch {
      // SQLite has rolled back by itself (disk full, I/O error).
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw journalError(error, this.location);
    }
  }
}

const sqliteError = z.object({ errcode: z.number(), message: z.string() });

/** Result codes (sqlite.org/rescode.html) and what a person can do about each. */
const REASONS: Readonly<Record<number, readonly [what: string, next: string]>> = {
  5: [
    "is locked by another process",
    "Close the program that holds it (a backup or a database viewer?), then call again.",
  ],
  8: ["cannot be written", "Make the file and its folder writable for this user, then restart."],
  10: ["could not be read or written (I/O error)", "Check the disk, then restart."],
  11: [
    "is damaged",
    "Move it aside or restore a backup, then restart. Check open invoices by hand before repeating anything.",
  ],
  13: ["cannot grow: the disk is full", "Free some space, then call again."],
  14: ["cannot be opened", "Make the file and its folder accessible for this user, then restart."],
  26: ["is not a journal", "Name another file, or move this one aside, then restart."],
  // SQLITE_READONLY_DBMOVED
  1032: ["was moved or deleted while it was open", "Put it back (it says what was done), then restart."],
};

/** Results behind which something at the place of the file can stand that has its own sentence. */
const AT_THE_PLACE: readonly number[] = [8, 10, 14];

/** Another connection holds the database: worth another try. */
export function isBusy(error: unknown): boolean {
  const parsed = sqliteError.safeParse(error instanceof JournalError ? error.cause : error);
  return parsed.success && (parsed.data.errcode & 0xff) === 5;
}

export function journalError(error: unknown, location: string): unknown {
  const parsed = sqliteError.safeParse(error);
  if (!parsed.success) return error;
  const { errcode } = parsed.data;
  const primary = errcode & 0xff;
  const atPlace = location !== ":memory:" && AT_THE_PLACE.includes(primary) ? placeProblem(location) : null;
  if (atPlace !== null) return new JournalError(atPlace.message, { next: atPlace.next, cause: error });
  const [what, next] = REASONS[errcode] ??
    REASONS[primary] ?? [`failed: ${parsed.data.message}`, "Check the file, then restart."];
  return new JournalError(`The journal ${location} ${what}. Nothing is sent without it.`, {
    next: `${next} Reads still work.`,
    cause: error,
  });
}
