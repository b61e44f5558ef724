import { InputError } from "../errors.ts";
import { type Booking, type DateOrder, MAX_BOOKINGS, type Statement } from "./bank-line.ts";
import { looksLikeXml, readCamt } from "./camt.ts";
import { readCsv } from "./csv.ts";
import { looksLikeMt940, readMt940 } from "./mt940.ts";
import { readRows } from "./rows.ts";

/** Largest statement, in bytes of UTF-8. */
export const MAX_STATEMENT_BYTES = 512 * 1024;

/**
 * Reads a bank statement: camt.052/053/054 XML, MT940, a bank's CSV, or pasted rows. Throws `InputError` with the line
 * and what was expected; a booking that cannot be read is never dropped.
 */
export function readStatement(text: string, dateOrder?: DateOrder): Statement {
  if (Buffer.byteLength(text) > MAX_STATEMENT_BYTES) {
    throw new InputError("The statement is larger than 512 KB.", {
      next: "Send it in parts, for example week by week.",
    });
  }
  const { format, bookings } = read(text.replace(/^\ufeff/, ""), dateOrder);
  if (bookings.length > MAX_BOOKINGS) {
    throw new InputError(`The statement has more than ${MAX_BOOKINGS} bookings.`, {
      next: "Send it in parts, for example week by week.",
    });
  }
  if (bookings.length === 0) {
    throw new InputError("The statement holds no booking.", {
      next: "Send rows with date, text and amount, a CSV with headings, camt.053 or MT940.",
    });
  }
  const pending = bookings.filter(({ state }) => state === "pending");
  const booked = bookings.filter(({ state }) => state !== "pending");
  const isCredit = ({ state, amount }: Booking) => state === "booked" && amount.gt(0);
  return {
    format,
    credits: booked.filter(isCredit),
    debits: booked.filter((booking) => !isCredit(booking)),
    pending: pending.length,
  };
}

function read(text: string, order: DateOrder | undefined): Pick<Statement, "format"> & { bookings: Booking[] } {
  if (looksLikeXml(text)) return { format: "camt", bookings: readCamt(text) };
  if (looksLikeMt940(text)) return { format: "mt940", bookings: readMt940(text) };
  const fromCsv = readCsv(text, order);
  if (fromCsv !== null) return { format: "csv", bookings: fromCsv };
  return { format: "rows", bookings: readRows(text, order) };
}
