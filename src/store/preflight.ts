import { accessSync, closeSync, constants, openSync, readSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { JournalError } from "../errors.ts";
import { secureFile } from "./files.ts";
import { APPLICATION_ID, FORMAT } from "./sqlite/format.ts";

/** Offsets in the header of a SQLite file (sqlite.org/fileformat.html). */
const MAGIC = "SQLite format 3\0";
const USER_VERSION_AT = 60;
const APPLICATION_ID_AT = 68;
const HEADER_BYTES = 100;

/**
 * Whether the journal can be written, as far as that shows without loading SQLite: decided at start, because tools that
 * change something may only exist where every change is recorded. Returns what is wrong, or `null`.
 */
export function journalProblem(location: string): JournalError | null {
  try {
    secureFile(location);
    accessSync(location, constants.R_OK | constants.W_OK);
    // The rollback journal is made beside the file.
    accessSync(dirname(location), constants.W_OK);
    checkHeader(location);
    checkSqlite();
    return null;
  } catch (error) {
    if (error instanceof JournalError) return error;
    return new JournalError(`The journal ${location} cannot be written.`, { cause: error });
  }
}

function checkHeader(location: string): void {
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(location, "r");
  let length: number;
  try {
    length = readSync(file, header, 0, HEADER_BYTES, 0);
  } finally {
    closeSync(file);
  }
  if (length === 0) return;
  if (length < HEADER_BYTES || header.toString("latin1", 0, MAGIC.length) !== MAGIC) {
    throw new JournalError(`The journal ${location} is damaged: it is no SQLite database.`, {
      next: "Put it aside (do not delete it: it says what was done) or restore a copy, then restart. Reads still work.",
    });
  }
  const application = header.readUInt32BE(APPLICATION_ID_AT);
  const version = header.readUInt32BE(USER_VERSION_AT);
  if (application === 0 && version === 0) return;
  if (application !== APPLICATION_ID) {
    throw new JournalError(`${location} is a database of another program.`, {
      next: "Name another folder with INVOICES_DATA_DIR, then restart. Reads still work.",
    });
  }
  if (version > FORMAT) {
    throw new JournalError(`The journal ${location} has format ${version}; this version knows ${FORMAT}.`, {
      next: "Use the newer version of this server that wrote it. Reads still work.",
    });
  }
}

function checkSqlite(): void {
  if (process.getBuiltinModule?.("node:sqlite") !== undefined) return;
  const require = createRequire(import.meta.url);
  try {
    require.resolve("@photostructure/sqlite");
  } catch {
    throw new JournalError("The journal needs SQLite, which this Node does not have.", {
      next: "Use Node 22.13 or later, or install the optional package @photostructure/sqlite, then restart. Reads still work.",
    });
  }
  try {
    // Being there is not enough: its native part may be for another system, or missing.
    require("@photostructure/sqlite");
  } catch {
    throw new JournalError(
      "The journal needs SQLite; the package @photostructure/sqlite is there but cannot be loaded.",
      {
        next: "Use Node 22.13 or later, or install @photostructure/sqlite again on this computer, then restart. Reads still work.",
      },
    );
  }
}
