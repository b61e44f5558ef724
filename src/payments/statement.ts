import { InputError } from "../errors.ts";
import { type Booking, MAX_BOOKINGS, type Reading, type Statement, type Wishes } from "./bank-line.ts";
import { looksLikeXml, readCamt } from "./camt.ts";
import { cleanText } from "./clean-text.ts";
import { readCsv } from "./csv.ts";
import { looksLikeMt940, readMt940 } from "./mt940.ts";
import { readRows } from "./rows.ts";

/** Largest statement, in bytes of UTF-8. */
export const MAX_STATEMENT_BYTES = 512 * 1024;

/**
 * Reads a bank statement: camt.052/053/054 XML, MT940, a bank's CSV, or pasted rows. A booking that cannot be read is
 * named in `unread`, never dropped. Throws `InputError`, with what was expected, where nothing can be read.
 */
export function readStatement(text: string, wishes: Wishes = {}): Statement {
  if (Buffer.byteLength(text) > MAX_STATEMENT_BYTES) {
    throw new InputError("The statement is larger than 512 KB.", {
      next: "Send it in parts, for example week by week.",
    });
  }
  const { format, bookings, unread, doubts } = read(cleanText(text), wishes);
  if (bookings.length + unread.length > MAX_BOOKINGS) {
    throw new InputError(`The statement has more than ${MAX_BOOKINGS} bookings.`, {
      next: "Send it in parts, for example week by week.",
    });
  }
  if (bookings.length + unread.length === 0) {
    throw new InputError("The statement holds no booking.", {
      next: "Send rows with date, text and amount, a CSV with headings, camt.053 or MT940.",
    });
  }
  const [first] = unread;
  if (bookings.length === 0 && first !== undefined) {
    throw new InputError(`Line ${first.index}: ${first.why}`, { next: "Correct it and call again; nothing was read." });
  }
  const booked = bookings.filter(({ state }) => state === "booked" || state === "reversal");
  const isCredit = ({ state, amount }: Booking) => state === "booked" && amount.gt(0);
  return {
    format,
    credits: booked.filter(isCredit),
    debits: booked.filter((booking) => !isCredit(booking)),
    pending: bookings.filter(({ state }) => state === "pending").length,
    failed: bookings.filter(({ state }) => state === "failed").length,
    doubts,
    unread,
    accounts: [...new Set(bookings.flatMap(({ account }) => account ?? []))],
  };
}

function read(text: string, wishes: Wishes): Pick<Statement, "format"> & Reading {
  if (looksLikeXml(text)) return { format: "camt", ...readCamt(text, wishes) };
  if (looksLikeMt940(text)) return { format: "mt940", ...readMt940(text, wishes) };
  const fromCsv = readCsv(text, wishes);
  if (fromCsv !== null) return { format: "csv", ...fromCsv };
  return { format: "rows", ...readRows(text, wishes) };
}
