import { z } from "zod";
import { JournalError } from "../errors.ts";
import { SqliteApprovals } from "./approvals.ts";
import { SqliteAudit } from "./audit.ts";
import { secureFile } from "./files.ts";
import { SqliteOperations } from "./operations.ts";
import type { Store } from "./port.ts";
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from "./schema.ts";
import { Connection, type Database, journalError, loadSqlite } from "./sqlite.ts";

export interface StoreOptions {
  /** How long to wait for another process's transaction. */
  readonly busy_timeout_ms?: number;
  /** Largest size of the database in pages of 4096 bytes; for tests of a full disk. */
  readonly max_pages?: number;
}

/**
 * Opens or makes the journal's database. Throws `JournalError` with what is wrong and what to do: then no mutating tool
 * may exist. Costs the same however long the journal is: nothing is scanned here, `audit.verify()` does that.
 */
export function openStore(location: string, options: StoreOptions = {}): Store {
  const memory = location === ":memory:";
  if (!memory) secureFile(location);
  const DatabaseSync = loadSqlite();
  const connection = new Connection(location, open(DatabaseSync, location));
  try {
    configure(connection, memory, options);
    migrate(connection);
    // Takes the write lock and leaves nothing behind: a file or folder that cannot be written shows here.
    connection.exec("BEGIN IMMEDIATE; UPDATE audit_head SET seq = seq; ROLLBACK");
  } catch (error) {
    connection.close();
    throw error;
  }
  return {
    operations: new SqliteOperations(connection),
    approvals: new SqliteApprovals(connection),
    audit: new SqliteAudit(connection),
    close: async () => connection.close(),
  };
}

function open(DatabaseSync: new (location: string) => Database, location: string): Database {
  try {
    return new DatabaseSync(location);
  } catch (error) {
    throw journalError(error, location);
  }
}

/** Set and read back: a build of SQLite may have other defaults, and an unknown pragma is silently ignored. */
function configure(connection: Connection, memory: boolean, options: StoreOptions): void {
  connection.exec(`PRAGMA busy_timeout = ${options.busy_timeout_ms ?? 5000}`);
  if (options.max_pages !== undefined) connection.exec(`PRAGMA max_page_count = ${options.max_pages}`);
  if (memory) return;
  connection.exec("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA fullfsync = 1");
  const mode = z.object({ journal_mode: z.string() }).parse(connection.get("PRAGMA journal_mode")).journal_mode;
  const synchronous = z.object({ synchronous: z.number() }).parse(connection.get("PRAGMA synchronous")).synchronous;
  if (mode !== "delete" || synchronous !== 3) {
    throw new JournalError(`SQLite did not accept durable settings (${mode}, ${synchronous}).`, {
      next: "Put the journal on a local disk, then restart. Reads still work.",
    });
  }
}

function migrate(connection: Connection): void {
  if (isCurrent(connection)) return;
  // A second process that opened the same new file waits here, then finds the tables made.
  connection.transaction(() => {
    if (isCurrent(connection)) return;
    connection.exec(SCHEMA);
    connection.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

function isCurrent(connection: Connection): boolean {
  const version = z.object({ user_version: z.number() }).parse(connection.get("PRAGMA user_version")).user_version;
  const application = z
    .object({ application_id: z.number() })
    .parse(connection.get("PRAGMA application_id")).application_id;
  if (application === APPLICATION_ID) {
    if (version === SCHEMA_VERSION) return true;
    throw new JournalError(
      `The journal ${connection.location} has format ${version}; this version knows ${SCHEMA_VERSION}.`,
      {
        next: "Use the newer version of this server that wrote it, or name another journal file. Reads still work.",
      },
    );
  }
  const tables = z
    .object({ count: z.number() })
    .parse(connection.get("SELECT count(*) AS count FROM sqlite_schema")).count;
  if (tables > 0 || version !== 0 || application !== 0) {
    throw new JournalError(`${connection.location} is a database of another program.`, {
      next: "Name another journal file, then restart. Reads still work.",
    });
  }
  return false;
}
