import { InputError } from "../errors.ts";
import { isOpen, notationOf, readAmount, type WrittenAmount } from "./amount.ts";
import { amountsIn, type Place } from "./amounts-in-text.ts";
import {
  type Booking,
  type Doubt,
  MAX_BOOKINGS,
  plainText,
  type Reading,
  UNSTATED,
  type Unread,
  type Wishes,
} from "./bank-line.ts";
import { readDate, settleDates, type WrittenDate } from "./dates.ts";
import {
  currenciesInText,
  currenciesOf,
  directionOf,
  isDirectionMark,
  keyOf,
  keysOf,
  type State,
  stateOf,
  statesIn,
} from "./lexicon.ts";
import {
  crossedOut,
  currencyBy,
  directionBy,
  notationDoubts,
  stateBy,
  stateInWords,
  type Told,
  toldBy,
} from "./proof.ts";
import { cellsOf } from "./table.ts";
import { BALANCE_LINES } from "./vocabulary/around.ts";

/** Bookings are broken over a few lines each. */
const MAX_LINES = MAX_BOOKINGS * 8;
const EXPECTED = 'Expected one payment per line, such as "12.11.2026 RE 2026-0042 Acme GmbH 1.785,00 EUR".';

/** Before a whole number these say that it is a reference. */
const NAMES_NUMBER =
  /(?:^|[\s.])(?:re|rg|r|rechnung|rechnungen|rechnungsnummer|invoice|inv|nr|no|number|nummer|kd|kunde|kundennummer|und|and|#|\d+)[.:#-]*$/i;

interface Line {
  readonly index: number;
  readonly text: string;
  /** The words above it that say that it is not booked; `null` for none. */
  readonly announced?: string | null;
}

interface Found {
  readonly amount: WrittenAmount;
  readonly date: WrittenDate | null;
  readonly text: string;
  /** Marks beside the amount: of a currency, of direction ("" for none), of state. */
  readonly currencies: readonly string[];
  readonly mark: string | null;
  readonly state: string | null;
  readonly unknown: readonly string[];
  /** `42 785,00`: one number or two. */
  readonly split: string | null;
}

/** Pasted rows: free text, or cells separated by tabs, semicolons or bars, without headings. */
export function readRows(text: string, wishes: Wishes): Reading {
  const told = toldBy(wishes);
  const unread: Unread[] = [];
  const read: (Found & Pick<Line, "index" | "announced">)[] = [];
  for (const record of records(text)) {
    const found = foundIn(record, told);
    if ("why" in found) unread.push(found);
    else read.push({ index: record.index, announced: record.announced ?? null, ...found });
  }
  const days = settleDates(read, wishes.date_order);
  const notation = notationOf(read.map(({ amount }) => amount.digits));
  const bookings = read.map(({ index, announced, ...found }, at): Booking => {
    const { amount } = found;
    const direction = directionBy(
      {
        written: amount.sign,
        side: null,
        mark: found.mark,
        type: "",
        text: undated(found.text),
        signed: false,
        inTable: false,
      },
      told,
    );
    const currency = currencyBy(found.currencies, null, told, wishes.currency);
    const byWords = stateInWords(found.text, true, told);
    const byCell = found.state === null ? byWords : stateBy(found.state, told);
    const doubts: Doubt[] = [
      ...direction.doubts,
      ...currency.doubts,
      ...farCurrency(found, told),
      ...byCell.doubts,
      ...crossedOut(undated(found.text), told),
      ...(found.state === null ? [] : byWords.doubts),
      ...notationDoubts(amount, isOpen(amount.digits), notation, wishes.decimal_mark),
      ...(found.split === null ? [] : [splitDoubt(found.split)]),
      ...found.unknown.map(stranger),
      ...(typeof announced === "string" ? [announcement(announced)] : []),
    ];
    return {
      ...UNSTATED,
      index,
      date: days[at] ?? null,
      amount: amount.value.times(direction.sign),
      currency: currency.currency,
      text: found.text,
      counterparty: null,
      returned: byCell.returned,
      doubts: direction.sign === -1 ? [] : doubts,
      state: byCell.state,
    };
  });
  return { bookings, unread, doubts: [] };
}

/** `Schweizer Franken`, `CHF` apart from an amount that has no currency: it may be its. */
function farCurrency({ currencies, text }: Found, told: Told): Doubt[] {
  if (currencies.some((mark) => mark !== "")) return [];
  const word = text
    .split(/\s+/)
    .find((one) => one.length >= 3 && !told.has(keyOf(one)) && currenciesInText(one).length > 0);
  const give = "A currency stands apart from the amount: `answers` with this=its code, or ignore.";
  return word === undefined ? [] : [{ about: "currency", quoted: word, give }];
}

function announcement(quoted: string): Doubt {
  return { about: "booked", quoted, give: "It stands below this line: ask whether it is booked." };
}

function stranger(quoted: string): Doubt {
  const give =
    "What it says beside the amount is not understood: `answers` with this=in, out, booked, pending, failed, a currency, or ignore.";
  return { about: "cell", quoted, give };
}

/** `42 785,00` may be one number or two. */
function splitIn(text: string, { column, length }: Place): string | null {
  const before = /(?<![\p{N}.,/-])\d{1,3} $/u.exec(text.slice(0, column));
  if (before === null || !/^\d{3}(?!\d)/.test(text.slice(column))) return null;
  // `RE 42 785,00`: the first is the invoice's.
  if (NAMES_NUMBER.test(text.slice(0, before.index).trimEnd())) return null;
  return text.slice(before.index, column + length);
}

function splitDoubt(quoted: string): Doubt {
  return { about: "notation", quoted, give: "One number or two: write the amount without blanks, like 1785.00." };
}

function undated(text: string): string {
  return text.replace(/^(?:[\d./-]+\s+)+/, "");
}

/**
 * One record per line; where lines begin with a day, such a line begins a record and the others continue it (online
 * banking breaks a booking over several lines).
 */
function records(text: string): Line[] {
  const lines = text
    .split(/\r\n|\n|\r/)
    .map((line, at) => ({ index: at + 1, text: line.trim() }))
    .filter((line) => plainText(line.text) !== "");
  if (lines.length > MAX_LINES) throw new InputError(`The statement has more than ${MAX_LINES} lines.`);
  const start = lines.findIndex(startsWithDay);
  if (start < 0) return lines;
  const heading = lines.slice(0, start).filter((line) => !hasAmount(line) && stateAlone(line.text) === null);
  const joined: { index: number; text: string; joined: boolean; announced: string | null }[] = [];
  let announced: string | null = null;
  for (const line of lines) {
    const current = joined.at(-1);
    const state = stateAlone(line.text);
    // It may belong to what stands above it, or begin a part of the list: both are asked about.
    if (state !== null) announced = state === "booked" ? null : line.text.slice(0, 60);
    if (startsWithDay(line) || (hasAmount(line) && (current === undefined || hasAmount(current)))) {
      joined.push({ ...line, joined: false, announced });
    } else if (current !== undefined) {
      current.text += ` ${line.text}`;
      current.joined ||= state === null;
    }
  }
  const [above] = heading;
  if (above !== undefined && joined.some((one) => one.joined)) {
    // Text above its day, or a heading? Guessed wrong, every text would move to the next payment.
    throw new InputError(`Line ${above.index}: it is not clear which payment this text belongs to. ${EXPECTED}`);
  }
  return joined;
}

/** The state that a line without any number names. */
function stateAlone(text: string): State | null {
  if (/\d/.test(text) || text.length > 60) return null;
  const whole = stateOf(text);
  return whole ?? (statesIn(text, true).some(({ state }) => state === "pending") ? "pending" : null);
}

function hasAmount(row: Pick<Line, "text">): boolean {
  return amountsIn(maskDays(dashed(plainText(grouped(row.text))))).length > 0;
}

function startsWithDay(line: Line): boolean {
  const [word = ""] = line.text.split(/[\s;|"]+/).filter((part) => part !== "");
  return readDate(word) !== null;
}

function foundIn(record: Line, told: Told): Found | Unread {
  const delimiter = ["\t", ";", "|"].find((mark) => record.text.includes(mark)) ?? comma(record.text);
  return (delimiter === null ? null : fromCells(record, delimiter, told)) ?? fromText(record);
}

/** A line of a CSV with commas: one cell is an amount whose decimals stand behind a point, or in quotes. */
function comma(text: string): string | null {
  const cells = cellsOf(text, ",");
  // Prose has blanks behind its commas.
  if (/,\s/.test(text.replaceAll(/"[^"]*"/g, "")) && readDate(cells[0] ?? "") === null) return null;
  return cells.length >= 3 && cells.some((cell) => /[.,]\d{2}\b/.test(cell) && isAmountCell(cell)) ? "," : null;
}

function isAmountCell(cell: string): boolean {
  return readDate(cell) === null && (readAmount(cell) !== null || oneIn(cell) !== null);
}

/** `42,606.90` in a line of cells with commas: one number, or two cells. */
function splitByComma(cells: readonly string[], column: number): string | null {
  const before = /(?:^|\s)\d{1,3}$/.exec(cells[column - 1] ?? "")?.[0].trim();
  const [first = ""] = cells;
  if (before === undefined || !/^\d{3}(?!\d)/.test(cells[column] ?? "")) return null;
  // Below a day in a cell of its own, `INV 42` is a text.
  return readDate(first) !== null && before !== cells[column - 1] ? null : `${before},${cells[column]}`;
}

const balances = keysOf(BALANCE_LINES);

/** `null` when no cell is an amount by itself. */
function fromCells(record: Line, delimiter: string, told: Told): Found | Unread | null {
  const cells = cellsOf(record.text, delimiter).map((cell) => plainText(cell.replaceAll(/^\s*"|"\s*$/g, "")));
  const isDay = (cell: string) => readDate(cell) !== null;
  const places: Place[] = [];
  for (const [column, cell] of cells.entries()) {
    const amount = isDay(cell)
      ? null
      : (readAmount(cell) ?? (/\d/.test(cell) && cell.length < 30 ? (oneIn(cell) ?? null) : null));
    if (amount !== null) places.push({ column, length: 1, amount });
  }
  const chosen = choose(record, places);
  if (chosen === null || "why" in chosen) return chosen;
  const rest = cells.flatMap((cell, column) => (column === chosen.column || cell === "" || isDay(cell) ? [] : [cell]));
  const isCode = (cell: string) => currenciesOf(cell).length > 0 && cell.length <= 5;
  const marks = rest.filter(
    (cell) => isDirectionMark(cell) || isTold(cell, told, ["in", "out"]) || directionOf(cell) !== null,
  );
  const state =
    rest.find((cell) => stateOf(cell) !== null || isTold(cell, told, ["booked", "pending", "failed", "returned"])) ??
    null;
  const codes = rest.filter(
    (cell) => isCode(cell) || (told.has(keyOf(cell)) && currenciesOf(told.get(keyOf(cell)) ?? "").length > 0),
  );
  const used = new Set([...marks, ...codes, ...(state === null ? [] : [state])]);
  return {
    amount: chosen.amount,
    date: cells.map(readDate).find((one) => one !== null) ?? null,
    text: rest.filter((cell) => !codes.includes(cell)).join(" "),
    currencies: [chosen.amount.currency ?? chosen.amount.mark, ...codes],
    mark: marks[0] ?? null,
    state,
    split: delimiter === "," ? splitByComma(cells, chosen.column) : null,
    unknown: rest.filter(
      (cell) => !used.has(cell) && /^\S{1,3}$/.test(cell) && !/\d/.test(cell) && !told.has(keyOf(cell)),
    ),
  };
}

function isTold(cell: string, told: Told, meanings: readonly string[]): boolean {
  return meanings.includes(told.get(keyOf(cell)) ?? "");
}

/** The amount of a cell that is nothing but a number and a mark beside it. */
function oneIn(cell: string): WrittenAmount | null {
  const [place, second] = amountsIn(dashed(cell));
  return place !== undefined && second === undefined && place.length >= cell.trim().length ? place.amount : null;
}

/** What stands for a minus in accounting, apart from the amount. */
const MINUS_BEFORE = /(?:^|\s)(\([+-]\)|\.\/\.|minus)\s*$/i;

function fromText(record: Line): Found | Unread {
  const text = dashed(plainText(grouped(record.text)));
  const words = text.split(" ");
  const day = words.map(readDate).findIndex((one) => one !== null);
  const masked = maskDays(text);
  const chosen = choose(record, amountsIn(masked)) ?? trailingInteger(masked);
  if (chosen === null) return { index: record.index, why: `no amount found. ${EXPECTED}` };
  if ("why" in chosen) return chosen;
  const rest = plainText(`${text.slice(0, chosen.column)} ${text.slice(chosen.column + chosen.length)}`);
  // `RE 42 - 5,00`: a minus, or a dash between two things.
  const dash = /(?:^|\s)-\s+\p{Sc}?[A-Z]{0,3}\s?\d[\d.,']*$/u.exec(
    masked.slice(0, chosen.column + chosen.length).replace(/[^\d]+$/, ""),
  )?.[0];
  // `(5.00 EUR)`: a minus, or a remark.
  const piece = masked.slice(chosen.column, chosen.column + chosen.length);
  const bracketed = piece.trimStart().startsWith("(") && chosen.amount.sign === null ? piece : undefined;
  const isBalance = balances.has(keyOf(undated(rest)));
  return isBalance
    ? { index: record.index, why: "it reads like a balance." }
    : {
        amount: dash === undefined ? chosen.amount : { ...chosen.amount, sign: null },
        date: day < 0 ? null : readDate(words[day] ?? ""),
        text: rest,
        currencies: [chosen.amount.currency ?? chosen.amount.mark],
        mark: bracketed ?? dash?.trim() ?? MINUS_BEFORE.exec(masked.slice(0, chosen.column))?.[1] ?? null,
        state: null,
        unknown: [],
        split: splitIn(masked, chosen),
      };
}

/** A blank that does not break groups digits; a plain one may as well stand between two numbers. */
function grouped(text: string): string {
  return text.replaceAll(/(?<=\d)[\u00a0\u202f\u2009](?=\d{3}(?!\d))/g, "'");
}

function dashed(text: string): string {
  return text.replaceAll(/[\u2212\u2013\u2011]/g, "-").replaceAll("\u2019", "'");
}

/** Days become blanks of the same length: their numbers are no amounts, and positions stay. */
function maskDays(text: string): string {
  return text.replaceAll(/(?<!\S)\d{1,4}[./-]\d{1,2}[./-](?:\d{2,4})?(?!\S)/g, (day) => " ".repeat(day.length));
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
function choose(record: Line, places: readonly Place[]): Place | Unread | null {
  const withDecimals = places.filter(({ amount }) => /[.,]\d{2}$/.test(amount.digits));
  const candidates = withDecimals.length > 0 ? withDecimals : places;
  const last = candidates.at(-1);
  if (last === undefined) return null;
  const currencies = new Set(candidates.flatMap(({ amount }) => amount.currency ?? []));
  if (currencies.size > 1 || candidates.some(({ amount }) => !amount.value.eq(last.amount.value))) {
    return {
      index: record.index,
      why: "several amounts: leave balances and other amounts out, or send the bank's CSV with its headings.",
    };
  }
  return candidates.find(({ amount }) => amount.sign !== null) ?? last;
}
