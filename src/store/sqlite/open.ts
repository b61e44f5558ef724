import { z } from "zod";
import { JournalError } from "../../errors.ts";
import type { JournalStore } from "../../journal/store-port.ts";
import { secureFile } from "../files.ts";
import { Connection, journalError } from "./connection.ts";
import { APPLICATION_ID, FORMAT } from "./format.ts";
import { type Database, loadSqlite } from "./load.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import { SqliteStore } from "./store.ts";

export interface StoreOptions {
  /** How long to wait for another process's transaction. */
  readonly busy_timeout_ms?: number;
  /** Largest size of the database in pages of 4096 bytes; for tests of a full disk. */
  readonly max_pages?: number;
  /** Opens a journal that was taken over into another database too: to read it. */
  readonly moved?: boolean;
}

export function openSqlite(location: string, options: StoreOptions = {}): JournalStore {
  const memory = location === ":memory:";
  if (!memory) secureFile(location);
  const DatabaseSync = loadSqlite();
  const connection = new Connection(location, open(DatabaseSync, location));
  const busyMs = options.busy_timeout_ms ?? 5000;
  try {
    configure(connection, memory, busyMs, options.max_pages);
    migrate(connection);
    if (options.moved !== true) refuseMoved(connection);
    // Takes the write lock and leaves nothing behind: a file or folder that cannot be written shows here.
    connection.exec("BEGIN IMMEDIATE; UPDATE audit_head SET seq = seq; ROLLBACK");
    vacuum(connection);
    // From here on `SqliteStore` waits by itself.
    connection.exec("PRAGMA busy_timeout = 0");
  } catch (error) {
    connection.close();
    throw error;
  }
  return new SqliteStore(connection, busyMs);
}

function open(DatabaseSync: new (location: string) => Database, location: string): Database {
  try {
    return new DatabaseSync(location);
  } catch (error) {
    throw journalError(error, location);
  }
}

/** Set and read back: a build of SQLite may have other defaults, and an unknown pragma is silently ignored. */
function configure(connection: Connection, memory: boolean, busyMs: number, maxPages: number | undefined): void {
  connection.exec(`PRAGMA busy_timeout = ${busyMs}`);
  if (maxPages !== undefined) connection.exec(`PRAGMA max_page_count = ${maxPages}`);
  // What is let go of is overwritten, and nothing is put into the folder for temporary files. Nothing spills into the file
  // before the commit either: the write lock alone has to be waited for.
  connection.exec("PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_spill = OFF");
  const erases = z.object({ secure_delete: z.number() }).parse(connection.get("PRAGMA secure_delete")).secure_delete;
  if (memory) return;
  connection.exec("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA fullfsync = 1");
  const mode = z.object({ journal_mode: z.string() }).parse(connection.get("PRAGMA journal_mode")).journal_mode;
  const synchronous = z.object({ synchronous: z.number() }).parse(connection.get("PRAGMA synchronous")).synchronous;
  if (mode !== "delete" || synchronous !== 3 || erases !== 1) {
    throw new JournalError(`SQLite did not accept durable settings (${mode}, ${synchronous}, ${erases}).`, {
      next: "Put the journal on a local disk, then restart. Reads still work.",
    });
  }
}

/** Brings the file to this version's format, or leaves it as it was: all steps are one transaction. */
function migrate(connection: Connection): void {
  if (formatOf(connection) === FORMAT) return;
  // A second process that opened the same file waits here, then finds it done.
  connection.transaction(() => {
    const from = formatOf(connection);
    if (from === FORMAT) return;
    for (const { format, up } of MIGRATIONS) if (format > from) up(connection);
    connection.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FORMAT}`);
  });
}

/** 0 for a new file. */
function formatOf(connection: Connection): number {
  const version = z.object({ user_version: z.number() }).parse(connection.get("PRAGMA user_version")).user_version;
  const application = z
    .object({ application_id: z.number() })
    .parse(connection.get("PRAGMA application_id")).application_id;
  if (application === APPLICATION_ID) {
    if (version >= 1 && version <= FORMAT) return version;
    throw new JournalError(`The journal ${connection.location} has format ${version}; this version knows ${FORMAT}.`, {
      next: "Use the newer version of this server that wrote it: another file would forget what was sent. Reads still work.",
    });
  }
  const tables = z
    .object({ count: z.number() })
    .parse(connection.get("SELECT count(*) AS count FROM sqlite_schema")).count;
  if (tables > 0 || version !== 0 || application !== 0) {
    throw new JournalError(`${connection.location} is a database of another program.`, {
      next: "Name another journal file, then restart. Reads still work.",
    });
  }
  return 0;
}

/** What keeps a journal from going on once another database has it, in this version and in earlier ones. */
const MOVED = "audit_moved";

/**
 * Every change writes an audit line, so from here on nothing is claimed or recorded in this file, not even by a process
 * that has it open. `undo` lets it go on.
 */
export function markMoved(location: string, undo = false): void {
  const connection = new Connection(location, open(loadSqlite(), location));
  try {
    connection.exec("PRAGMA busy_timeout = 20000");
    connection.exec(
      undo
        ? `DROP TRIGGER IF EXISTS ${MOVED}`
        : `CREATE TRIGGER IF NOT EXISTS ${MOVED} BEFORE INSERT ON audit
            BEGIN SELECT RAISE(ABORT, 'it was taken over into PostgreSQL'); END`,
    );
  } finally {
    connection.close();
  }
}

function refuseMoved(connection: Connection): void {
  if (connection.get(`SELECT name FROM sqlite_schema WHERE name = '${MOVED}'`) === undefined) return;
  throw new JournalError(`The journal ${connection.location} was taken over into PostgreSQL.`, {
    next: "Use the hosted server: this file no longer knows what is done. Reads still work.",
  });
}

/** Once after a migration that erased something, because earlier versions did not overwrite what they let go of. */
function vacuum(connection: Connection): void {
  if (connection.get("SELECT due FROM upkeep WHERE due = 'vacuum'") === undefined) return;
  try {
    connection.exec("VACUUM");
    connection.run("DELETE FROM upkeep WHERE due = 'vacuum'");
  } catch (error) {
    // A disk without room for it, or another process in the way: the next start tries again.
    if (!(error instanceof JournalError)) throw error;
  }
}
