import { createRequire } from "node:module";
import type * as Sqlite from "@photostructure/sqlite";

export interface StoredRow {
  readonly collection: string;
  readonly id: string;
  /** JSON text; `null` deletes. */
  readonly body: string | null;
}

/** Where the state survives a restart. `load` gives the rows in the order they were first saved. */
export interface Persistence {
  load(): StoredRow[];
  /** All rows or none. */
  save(rows: readonly StoredRow[]): void;
  close(): void;
}

/** State in one SQLite file. One process at a time: a second one would not see the first one's changes. */
export function sqlitePersistence(file: string): Persistence {
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = DELETE; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000");
  database.exec(
    "CREATE TABLE IF NOT EXISTS records (seq INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (collection, id))",
  );
  const upsert = database.prepare(
    "INSERT INTO records (collection, id, body) VALUES (?, ?, ?) ON CONFLICT (collection, id) DO UPDATE SET body = excluded.body",
  );
  const remove = database.prepare("DELETE FROM records WHERE collection = ? AND id = ?");
  return {
    load: () =>
      database
        .prepare("SELECT collection, id, body FROM records ORDER BY seq")
        .all()
        .map((row: unknown) => readRow(row)),
    save: (rows) => {
      database.exec("BEGIN IMMEDIATE");
      try {
        for (const { collection, id, body } of rows) {
          if (body === null) remove.run(collection, id);
          else upsert.run(collection, id, body);
        }
        database.exec("COMMIT");
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
    close: () => database.close(),
  };
}

/** Node's own SQLite where there is one (22 and later), else the package with the same interface. */
function loadSqlite(): Pick<typeof Sqlite, "DatabaseSync"> {
  const load = createRequire(import.meta.url);
  for (const name of ["node:sqlite", "@photostructure/sqlite"]) {
    try {
      const found: unknown = load(name);
      if (isSqlite(found)) return found;
    } catch {
      // Not there: the next one.
    }
  }
  throw new Error("The simulator's data file needs SQLite: Node 22 or later, or the package @photostructure/sqlite.");
}

function isSqlite(value: unknown): value is Pick<typeof Sqlite, "DatabaseSync"> {
  return typeof value === "object" && value !== null && "DatabaseSync" in value;
}

function readRow(row: unknown): StoredRow {
  if (
    typeof row === "object" &&
    row !== null &&
    "collection" in row &&
    "id" in row &&
    "body" in row &&
    typeof row.collection === "string" &&
    typeof row.id === "string" &&
    typeof row.body === "string"
  ) {
    return { collection: row.collection, id: row.id, body: row.body };
  }
  throw new Error("The data file is not a simulator's.");
}
