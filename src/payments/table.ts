import { CsvError, parse } from "csv-parse/sync";
import { quoted } from "../domain/untrusted.ts";
import { InputError } from "../errors.ts";
import { readAmount } from "./amount.ts";
import { MAX_BOOKINGS, plainText, type Unread, type Wishes } from "./bank-line.ts";
import { type Column, columnOf, settled } from "./columns.ts";
import { readDate } from "./dates.ts";
import { currenciesOf, headingRole, keyOf, keysOf } from "./lexicon.ts";
import { ACCOUNT_FACTS, CURRENCY_FACTS } from "./vocabulary/around.ts";
import { ONE_CURRENCY_LAYOUTS } from "./vocabulary/layouts.ts";

export interface Row {
  readonly index: number;
  readonly cells: readonly string[];
}

/** What stands above the headings, about all lines. */
export interface Facts {
  readonly currency: string | null;
  readonly account: string | null;
}

export interface Table extends Facts {
  readonly columns: readonly Column[];
  /** The cells of the line right above the headings. */
  readonly above: readonly string[];
  /** Columns that have a heading. */
  readonly headed: number;
  readonly rows: readonly Row[];
  readonly unread: readonly Unread[];
}

const DELIMITERS = [";", "\t", ",", "|"] as const;
/** Headings stand in the first lines. */
const MAX_PREAMBLE = 60;
/** More rows than bookings: balances, blank ones. */
const MAX_ROWS = MAX_BOOKINGS * 2 + 100;

/**
 * Finds the headings, possibly below lines about the account; `null` where there are none. Throws where a table has
 * headings of which none is understood as an amount: its rows are never read as loose ones.
 */
export function findTable(text: string, wishes: Wishes): Table | null {
  const lines = text.split(/\r\n|\n|\r/);
  const wide = lines.map((line) => (/[;\t|]/.test(line) ? line : line.trim().replaceAll(/ {2,}/g, "\t")));
  for (const [at, line] of lines.slice(0, MAX_PREAMBLE).entries()) {
    for (const delimiter of DELIMITERS) {
      const isWide = delimiter === "\t" && !line.includes(delimiter);
      const source = isWide ? wide : lines;
      if (!(source[at] ?? "").includes(delimiter)) continue;
      const headings = cellsOf(source[at] ?? "", delimiter);
      const columns = headings.map((heading, position) => columnOf(heading, position + 1, wishes));
      if (isHeadingLine(columns, headings)) return tableOf(columns, source, at, delimiter);
    }
  }
  refuseUnknownHeadings(lines);
  return bareTable(lines, wishes);
}

function tableOf(columns: readonly Column[], lines: readonly string[], at: number, delimiter: string): Table {
  const { rows, unread } = parseRows(lines.slice(at + 1), delimiter, at + 1);
  const cells = rows.map((row) => row.cells);
  const facts = factsOf(lines.slice(0, at), delimiter);
  return {
    ...facts,
    currency: facts.currency ?? layoutCurrency(columns),
    columns: settled(columns, cells),
    headed: columns.length,
    above: cellsOf(lines.slice(0, at).findLast((line) => line.trim() !== "") ?? "", delimiter),
    rows,
    unread,
  };
}

/** Rows without headings whose columns the caller names by position. */
function bareTable(lines: readonly string[], wishes: Wishes): Table | null {
  if (!Object.keys(wishes.columns ?? {}).some((name) => /^\d+$/.test(name.trim()))) return null;
  const first = lines.find((line) => line.trim() !== "") ?? "";
  const delimiter = DELIMITERS.find((one) => first.includes(one));
  if (delimiter === undefined) return null;
  const columns = cellsOf(first, delimiter).map((_, position) => columnOf("", position + 1, wishes));
  if (!columns.some(({ role }) => isMoney(role))) return null;
  const { rows, unread } = parseRows(lines, delimiter, 0);
  const known = settled(
    columns,
    rows.map((row) => row.cells),
  );
  return { currency: null, account: null, columns: known, headed: columns.length, above: [], rows, unread };
}

/** The only currency of the bank that writes exactly these headings. */
function layoutCurrency(columns: readonly Column[]): string | null {
  const written = columns.map(({ heading }) => keyOf(heading)).join("|");
  return ONE_CURRENCY_LAYOUTS.find(({ headings }) => headings.map(keyOf).join("|") === written)?.currency ?? null;
}

function isMoney(role: Column["role"]): boolean {
  return role === "amount" || role === "credit" || role === "debit" || role === "net";
}

export function isHeadingLine(columns: readonly Column[], headings: readonly string[]): boolean {
  const known = columns.filter(({ role }) => role !== null);
  const hasMoney = known.some(({ role }) => isMoney(role));
  if (!hasMoney || known.length < 2 || known.length * 3 < headings.filter((cell) => cell !== "").length) return false;
  return !headings.some((heading) => isValue(heading) || heading.endsWith(":"));
}

function isValue(cell: string): boolean {
  return (
    /\d/.test(cell) &&
    (readAmount(cell) !== null || readDate(cell) !== null || /^[A-Z]{2}\d{2}[A-Z0-9 ]{11,}$/.test(cell))
  );
}

/** A line of words above rows with as many cells, a day and an amount is a line of headings. */
function refuseUnknownHeadings(lines: readonly string[]): void {
  const filled = lines.slice(0, MAX_PREAMBLE).flatMap((line, at) => (line.trim() === "" ? [] : [{ line, at }]));
  for (const [position, { line, at }] of filled.entries()) {
    const below = filled.slice(position + 1, position + 9).map((next) => next.line);
    for (const delimiter of DELIMITERS) {
      const headings = cellsOf(line, delimiter);
      const isTitled =
        headings.every((cell) => !/\d{2}/.test(cell) && cell.length < 60) &&
        headings.filter((cell) => cell !== "").length >= 3;
      if (!isTitled || !below.some((next) => isRowBelow(cellsOf(next, delimiter), headings.length))) continue;
      const unknown = headings.filter((heading) => heading !== "" && headingRole(heading) === null);
      const named = (unknown.length > 0 ? unknown : headings).slice(0, 8).map((heading) => quoted(heading, 30));
      throw new InputError(`Line ${at + 1}: no heading is understood as the amount: ${named.join(", ")}.`, {
        next: 'Say what the columns hold in `answers`, heading=role, such as "Tutar=amount": date, text, payer, amount, credit, debit, direction, currency, status or ignore.',
      });
    }
  }
}

/** As many cells as headings, one of them a day or an amount. */
function isRowBelow(cells: readonly string[], headings: number): boolean {
  if (Math.abs(headings - cells.length) > 1) return false;
  return cells.some((cell) => readDate(cell) !== null || (readAmount(cell) !== null && /\d[.,]\d/.test(cell)));
}

/** Cells of one line, quotes closed within it. */
export function cellsOf(line: string, delimiter: string): string[] {
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (const letter of line.slice(0, 20_000)) {
    if (letter === '"') {
      isQuoted = !isQuoted;
      cell += letter;
    } else if (letter === delimiter && !isQuoted) {
      cells.push(cell);
      cell = "";
    } else cell += letter;
  }
  cells.push(cell);
  return cells.map((one) =>
    plainText(
      one
        .trim()
        .replace(/^"([\s\S]*)"$/, "$1")
        .replaceAll('""', '"'),
    ),
  );
}

interface Rows {
  readonly rows: readonly Row[];
  readonly unread: readonly Unread[];
}

function parseRows(lines: readonly string[], delimiter: string, offset: number): Rows {
  const rows: Row[] = [];
  let isTorn = false;
  try {
    parse(lines.join("\n"), {
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: 20_000,
      to: MAX_ROWS,
      on_record: (record: readonly unknown[], { lines: read }) => {
        const cells = record.map(String);
        isTorn ||= cells.some((cell) => holdsRow(cell, delimiter));
        rows.push({ index: offset + read, cells: cells.map((cell) => plainText(cell)) });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    isTorn = true;
  }
  const read = isTorn ? byLine(lines, delimiter, offset) : { rows, unread: [] };
  if (read.rows.length >= MAX_ROWS) {
    throw new InputError(`The statement has more than ${MAX_BOOKINGS} bookings.`, {
      next: "Send it in parts, for example week by week.",
    });
  }
  return { ...read, rows: read.rows.filter(({ cells }) => cells.some((cell) => cell !== "")) };
}

/** A quote that was not closed has swallowed a line. */
function holdsRow(cell: string, delimiter: string): boolean {
  return cell
    .split("\n")
    .slice(1)
    .some((line) => line.includes(delimiter) && cellsOf(line, delimiter).some((part) => readDate(part) !== null));
}

/** Line by line, where quotes do not fit: a line with an odd number of them is named, the others are read. */
function byLine(lines: readonly string[], delimiter: string, offset: number): Rows {
  const rows: Row[] = [];
  const unread: Unread[] = [];
  for (const [at, line] of lines.slice(0, MAX_ROWS).entries()) {
    const index = offset + at + 1;
    if (line.trim() === "") continue;
    if ((line.split('"').length - 1) % 2 === 0) rows.push({ index, cells: cellsOf(line, delimiter) });
    else unread.push({ index, why: "not readable as CSV: a quote is not closed." });
  }
  return { rows, unread };
}

const currencyFacts = keysOf(CURRENCY_FACTS);
const accountFacts = keysOf(ACCOUNT_FACTS);

/** The account and its currency, where lines above the headings name them: beside a label, or below it. */
function factsOf(lines: readonly string[], delimiter: string): Facts {
  const rows = lines.map((line) => cellsOf(line, delimiter).flatMap((cell) => cell.split(/(?<=:) +/)));
  const currencies = new Set<string>();
  const accounts = new Set<string>();
  for (const [at, cells] of rows.entries()) {
    for (const [column, cell] of cells.entries()) {
      const beside = [cells[column + 1] ?? "", rows[at + 1]?.[column] ?? ""];
      const key = keyOf(cell);
      if (currencyFacts.has(key)) {
        const [code, second] = beside.flatMap((one) => currenciesOf(one).slice(0, 2));
        if (code !== undefined && second === undefined) currencies.add(code);
      }
      const number = beside.find(
        (one) => /^[A-Z0-9 ./-]{5,40}$/i.test(one) && /\d{4}/.test(one) && readDate(one) === null,
      );
      if (accountFacts.has(key) && number !== undefined) accounts.add(number.replaceAll(" ", ""));
    }
  }
  const [currency, other] = currencies;
  const [account] = accounts;
  return { currency: other === undefined ? (currency ?? null) : null, account: account ?? null };
}
