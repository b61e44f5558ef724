import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { JournalError } from "../errors.ts";
import { refusePlace, secureFile } from "./files.ts";
import { codeOf, troubleAt } from "./place.ts";
import { APPLICATION_ID, FORMAT } from "./sqlite/format.ts";
import { loadSqlite } from "./sqlite/load.ts";

/** Offsets in the header of a SQLite file (sqlite.org/fileformat.html). */
const MAGIC = "SQLite format 3\0";
const PAGE_SIZE_AT = 16;
const CHANGES_AT = 24;
const PAGES_AT = 28;
const SCHEMA_COOKIE_AT = 40;
const USER_VERSION_AT = 60;
const APPLICATION_ID_AT = 68;
const VALID_FOR_AT = 92;
const HEADER_BYTES = 100;

/**
 * Whether the journal can be written, as far as that shows without opening it: decided at start, because tools that
 * change something may only exist where every change is recorded. A file of an earlier format passes: opening it brings it
 * to this one. Returns what is wrong, or `null`.
 */
export function journalProblem(location: string): JournalError | null {
  return problemIn(() => {
    secureFile(location);
    checkHeader(location);
    loadSqlite();
  }, location);
}

/** The same for who only looks: nothing is made. */
export function lookAtJournal(location: string): JournalError | null {
  return problemIn(() => {
    refusePlace(location);
    if (existsSync(location)) checkHeader(location);
    loadSqlite();
  }, location);
}

/** The same for a journal in memory, which needs SQLite and no place. */
export function memoryProblem(): JournalError | null {
  return problemIn(() => void loadSqlite(), "in memory");
}

function problemIn(work: () => void, location: string): JournalError | null {
  try {
    work();
    return null;
  } catch (error) {
    return error instanceof JournalError ? error : troubleAt(location, codeOf(error) ?? "unknown error");
  }
}

function checkHeader(location: string): void {
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(location, "r");
  let length: number;
  let size: number;
  try {
    length = readSync(file, header, 0, HEADER_BYTES, 0);
    size = fstatSync(file).size;
  } finally {
    closeSync(file);
  }
  if (length === 0) return;
  if (length < HEADER_BYTES || header.toString("latin1", 0, MAGIC.length) !== MAGIC) {
    throw new JournalError(`The journal ${location} is damaged: it is no SQLite database.`, { next: PUT_ASIDE });
  }
  const application = header.readUInt32BE(APPLICATION_ID_AT);
  const version = header.readUInt32BE(USER_VERSION_AT);
  const isEmpty = application === 0 && version === 0 && header.readUInt32BE(SCHEMA_COOKIE_AT) === 0;
  if (!isEmpty && application !== APPLICATION_ID) {
    throw new JournalError(`${location} is a database of another program.`, {
      next: "Name another folder with INVOICES_DATA_DIR, then restart. Reads still work.",
    });
  }
  if (version > FORMAT || (version < 1 && !isEmpty)) {
    throw new JournalError(`The journal ${location} has format ${version}; this version knows ${FORMAT}.`, {
      next: "Use the newer version of this server that wrote it: another file would forget what was sent. Reads still work.",
    });
  }
  if (!existsSync(`${location}-journal`) && size < statedSize(header)) {
    throw new JournalError(`The journal ${location} is damaged: its end is missing.`, { next: PUT_ASIDE });
  }
}

const PUT_ASIDE =
  "Put it aside (do not delete it: it says what was done) or restore a copy, then restart. Reads still work.";

/** Bytes that the header speaks of; 0 where it does not count (written by SQLite before 3.7). */
function statedSize(header: Buffer): number {
  if (header.readUInt32BE(CHANGES_AT) !== header.readUInt32BE(VALID_FOR_AT)) return 0;
  const pageSize = header.readUInt16BE(PAGE_SIZE_AT);
  return header.readUInt32BE(PAGES_AT) * (pageSize === 1 ? 65_536 : pageSize);
}
