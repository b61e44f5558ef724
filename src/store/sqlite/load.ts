import { createRequire } from "node:module";
import { JournalError } from "../../errors.ts";
import type { SqlValue } from "../rows.ts";

/** The part of the `node:sqlite` API that is used; `@photostructure/sqlite` has the same one. */
export interface Statement {
  run(...values: SqlValue[]): { readonly changes: number | bigint };
  get(...values: SqlValue[]): unknown;
  all(...values: SqlValue[]): unknown[];
}

export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

export type DatabaseConstructor = new (location: string) => Database;

interface SqliteModule {
  readonly DatabaseSync: DatabaseConstructor;
}

const PACKAGE = "@photostructure/sqlite";

/**
 * SQLite built into Node (22.13 and later), else the optional package with the same API. Throws `JournalError` where there
 * is none, or where the one that is there does not run on this machine. Small, because it is asked before tools are listed.
 */
export function loadSqlite(): DatabaseConstructor {
  const builtin: unknown = process.getBuiltinModule?.("node:sqlite");
  if (isSqlite(builtin)) return builtin.DatabaseSync;
  const require = createRequire(import.meta.url);
  let problem: unknown;
  try {
    const found: unknown = require(PACKAGE);
    if (isSqlite(found)) {
      // A binary for another system or libc shows at its first use.
      new found.DatabaseSync(":memory:").close();
      return found.DatabaseSync;
    }
  } catch (error) {
    problem = error;
  }
  const [what, next] = isMissing(problem)
    ? ["SQLite, which this Node does not have", `install the optional package ${PACKAGE}`]
    : [`SQLite; the package ${PACKAGE} is there but cannot be loaded`, `install ${PACKAGE} again on this computer`];
  throw new JournalError(`The journal needs ${what}.`, {
    next: `Use Node 22.13 or later, or ${next}, then restart. Reads still work.`,
    cause: problem,
  });
}

function isSqlite(found: unknown): found is SqliteModule {
  return (
    typeof found === "object" && found !== null && "DatabaseSync" in found && typeof found.DatabaseSync === "function"
  );
}

/** The package itself is not there; one of its own parts missing is another matter. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return error === undefined;
  return error.code === "MODULE_NOT_FOUND" && error.message.includes(`'${PACKAGE}'`);
}
