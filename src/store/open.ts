import { type Ledger, ledgerOn } from "../journal/ledger.ts";
import { openSqlite, type StoreOptions } from "./sqlite/open.ts";

/**
 * Opens or makes the journal's file. Throws `JournalError` with what is wrong and what to do: then no mutating tool may
 * exist. Costs the same however long the journal is: nothing is scanned here, `audit.verify()` does that. A file of an
 * earlier format is brought to this one first, in one transaction.
 */
export function openStore(location: string, options: StoreOptions = {}): Ledger {
  return ledgerOn(openSqlite(location, options));
}
