import { join } from "node:path";
import { type Ledger, ledgerOn } from "../../src/journal/ledger.ts";
import { ORGANIZATION_ID } from "../../src/simulator/index.ts";
import { openStore } from "../../src/store/open.ts";
import { openPostgres } from "../../src/store/postgres/open.ts";
import { placeIn } from "../harness/approvals.ts";
import { freshSchema } from "../harness/postgres.ts";

/** For what waits for time-outs in many lanes at once: on a machine that others load, several times as long. */
export const PATIENCE_MS = 900_000;

/** What the record stands on: a file, or a schema of a PostgreSQL that several instances share. */
export interface Ground {
  readonly name: string;
  /** Address of a new, empty record; `name` is good for a folder. */
  fresh(name: string): Promise<string>;
}

export function onSqlite(folder: string): Ground {
  return { name: "SQLite", fresh: async (name) => join(folder, name, "journal.db") };
}

export const onPostgres: Ground = {
  name: "PostgreSQL",
  fresh: async () => JSON.stringify((await freshSchema()).app),
};

/** One more engine on the record at that address. */
export function openAt(address: string): Ledger {
  if (!address.startsWith("{")) return openStore(address);
  const postgres = openPostgres(JSON.parse(address));
  return { ...ledgerOn(postgres.journal(placeIn(ORGANIZATION_ID))), close: () => postgres.close() };
}
