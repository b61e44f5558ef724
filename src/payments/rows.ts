import { InputError } from "../errors.ts";
import { CURRENCY_MARKS, checkMarks, readAmount, type WrittenAmount } from "./amount.ts";
import { type Booking, type DateOrder, MAX_BOOKINGS, plainText, UNSTATED } from "./bank-line.ts";
import { readDate, settleDates, type WrittenDate } from "./dates.ts";

/** Bookings are broken over a few lines each. */
const MAX_LINES = MAX_BOOKINGS * 8;
const EXPECTED = 'Expected one payment per line, such as "12.11.2026 RE 2026-0042 Acme GmbH 1.785,00 EUR".';

/** A number with a currency before or behind it, a sign, decimals; not part of a longer word, number or date. */
const IN_TEXT = new RegExp(
  String.raw`(?<![\p{L}\p{N}.,/#-])(?:(?:${CURRENCY_MARKS})\s?)?[+-]?\s?(?:\d{1,3}(?:[.,']\d{3})+|\d+)(?:[.,]\d{1,2})?` +
    String.raw`(?:\s?[+-](?!\S))?(?:\s?(?:${CURRENCY_MARKS})(?!\p{L}))?(?:\s(?:CR|DR|S|H|C|D)(?!\p{L}))?(?![\p{L}\p{N}/]|[.,-]\d)`,
  "gu",
);

/** Before a whole number these say that it is a reference. */
const NAMES_NUMBER =
  /(?:^|[\s.])(?:re|rg|r|rechnung|rechnungen|rechnungsnummer|invoice|inv|nr|no|number|nummer|kd|kunde|kundennummer|und|and|#|\d+)[.:#-]*$/i;

interface Row {
  readonly index: number;
  readonly text: string;
}

interface Found {
  readonly amount: WrittenAmount;
  readonly date: WrittenDate | null;
  readonly text: string;
}

/** Pasted rows: free text, or cells separated by tabs, semicolons or bars, without headings. */
export function readRows(text: string, order: DateOrder | undefined): Booking[] {
  const read = records(text).map((record) => ({ index: record.index, ...bookingOf(record) }));
  checkMarks(read.map(({ index, amount }) => ({ index, digits: amount.digits })));
  const days = settleDates(read, order);
  return read.map(({ index, amount, text: rest }, at): Booking => {
    return {
      ...UNSTATED,
      index,
      date: days[at] ?? null,
      amount: amount.sign === -1 ? amount.value.times(-1) : amount.value,
      currency: amount.currency,
      text: rest,
      counterparty: null,
      state: "booked",
    };
  });
}

/**
 * One record per line; where lines begin with a day, such a line begins a record and the others continue it (online
 * banking breaks a booking over several lines).
 */
function records(text: string): Row[] {
  const lines = text
    .split(/\r\n|\n|\r/)
    .map((line, at) => ({ index: at + 1, text: line.trim() }))
    .filter((line) => plainText(line.text) !== "");
  if (lines.length > MAX_LINES) throw new InputError(`The statement has more than ${MAX_LINES} lines.`);
  const start = lines.findIndex(startsWithDay);
  if (start < 0) return lines;
  const heading = lines.slice(0, start).filter((line) => !hasAmount(line));
  const grouped: { index: number; text: string; joined: boolean }[] = [];
  for (const line of lines) {
    const current = grouped.at(-1);
    if (startsWithDay(line) || (hasAmount(line) && (current === undefined || hasAmount(current)))) {
      grouped.push({ ...line, joined: false });
    } else if (current !== undefined) {
      current.text += ` ${line.text}`;
      current.joined = true;
    }
  }
  const [above] = heading;
  if (above !== undefined && grouped.some(({ joined }) => joined)) {
    // Text above its day, or a heading? Guessed wrong, every text would move to the next payment.
    throw new InputError(`Line ${above.index}: it is not clear which payment this text belongs to. ${EXPECTED}`);
  }
  return grouped;
}

function hasAmount(row: Pick<Row, "text">): boolean {
  return amountsIn(maskDays(dashed(plainText(row.text)))).length > 0;
}

function startsWithDay(line: Row): boolean {
  const [word = ""] = line.text.split(/[\s;|"]+/).filter((part) => part !== "");
  return readDate(word) !== null;
}

function bookingOf(record: Row): Found {
  const delimiter = ["\t", ";", "|"].find((mark) => record.text.includes(mark));
  return (delimiter === undefined ? null : fromCells(record, delimiter)) ?? fromText(record);
}

/** `null` when no cell is an amount by itself. */
function fromCells(record: Row, delimiter: string): Found | null {
  const cells = record.text.split(delimiter).map((cell) => plainText(cell.replaceAll(/^\s*"|"\s*$/g, "")));
  const amounts: { column: number; amount: WrittenAmount }[] = [];
  for (const [column, cell] of cells.entries()) {
    const amount = readDate(cell) === null ? readAmount(cell) : null;
    if (amount !== null) amounts.push({ column, amount });
  }
  const chosen = choose(record, amounts);
  if (chosen === null) return null;
  const date = cells.map(readDate).find((one) => one !== null) ?? null;
  const code = cells.find((cell) => /^[A-Z]{3}$/.test(cell)) ?? null;
  return {
    amount: { ...chosen.amount, currency: chosen.amount.currency ?? code },
    date,
    text: cells
      .filter((cell, column) => column !== chosen.column && readDate(cell) === null && cell !== code)
      .join(" "),
  };
}

function fromText(record: Row): Found {
  const text = dashed(plainText(record.text));
  const words = text.split(" ");
  const day = words.map(readDate).findIndex((one) => one !== null);
  const masked = maskDays(text);
  const chosen = choose(record, amountsIn(masked)) ?? trailingInteger(masked);
  if (chosen === null) throw new InputError(`Line ${record.index}: no amount found. ${EXPECTED}`);
  return {
    amount: chosen.amount,
    date: day < 0 ? null : readDate(words[day] ?? ""),
    text: plainText(`${text.slice(0, chosen.column)} ${text.slice(chosen.column + chosen.length)}`),
  };
}

function dashed(text: string): string {
  return text.replaceAll(/[\u2212\u2013]/g, "-").replaceAll("\u2019", "'");
}

/** Days become blanks of the same length: their numbers are no amounts, and positions stay. */
function maskDays(text: string): string {
  return text.replaceAll(/(?<!\S)\d{1,4}[./-]\d{1,2}[./-](?:\d{2,4})?(?!\S)/g, (day) => " ".repeat(day.length));
}

interface Place {
  readonly column: number;
  readonly length: number;
  readonly amount: WrittenAmount;
}

/** Amounts in a text without days. */
function amountsIn(text: string): Place[] {
  return [...text.matchAll(IN_TEXT)].flatMap((match) => {
    const amount = readAmount(match[0].trim());
    if (amount === null) return [];
    const marked = amount.currency !== null || /[.,]\d{2}$/.test(amount.digits) || /(?:^|\s)\+/.test(match[0]);
    return marked ? [{ column: match.index, length: match[0].length, amount }] : [];
  });
}

/** `Acme 1785`: a whole number at the very end, unless the word before it says that it is a reference or a year. */
function trailingInteger(text: string): Place | null {
  const match = /(?<=\s)[+-]?(?:\d{1,3}(?:[.,']\d{3})+|\d{1,9})$/.exec(text);
  if (match === null || /^(19|20)\d\d$/.test(match[0])) return null;
  if (NAMES_NUMBER.test(text.slice(0, match.index).trimEnd())) return null;
  const amount = readAmount(match[0]);
  return amount === null ? null : { column: match.index, length: match[0].length, amount };
}

/** The one amount of a record. Several different ones are a question, never a guess. */
function choose<P extends { readonly amount: WrittenAmount }>(record: Row, places: readonly P[]): P | null {
  const withDecimals = places.filter(({ amount }) => /[.,]\d{2}$/.test(amount.digits));
  const candidates = withDecimals.length > 0 ? withDecimals : places;
  const last = candidates.at(-1);
  if (last === undefined) return null;
  if (candidates.some(({ amount }) => !amount.value.eq(last.amount.value))) {
    throw new InputError(`Line ${record.index}: several amounts. ${EXPECTED}`, {
      next: "Leave balances and other amounts out, or send the bank's CSV with its headings.",
    });
  }
  return candidates.find(({ amount }) => amount.sign !== null) ?? last;
}
