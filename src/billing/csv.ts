import type { Decimal } from "../domain/money.ts";
import { minorDigits } from "../domain/money.ts";
import { oneLine } from "../domain/untrusted.ts";
import type { RatePart } from "./amounts.ts";
import type { Booked } from "./books.ts";

/** How spreadsheets of a country read a file: German ones split at semicolons and expect a decimal comma. */
interface Dialect {
  readonly delimiter: string;
  readonly decimal: string;
  readonly headings: readonly string[];
  readonly kinds: { readonly invoice: string; readonly credit_note: string };
}

const ENGLISH: Dialect = {
  delimiter: ",",
  decimal: ".",
  headings: [
    "Date",
    "Number",
    "Kind",
    "Status",
    "Customer",
    "Customer id",
    "Currency",
    "Tax rate",
    "Net",
    "Tax",
    "Gross",
  ],
  kinds: { invoice: "Invoice", credit_note: "Credit note" },
};

const GERMAN: Dialect = {
  delimiter: ";",
  decimal: ",",
  headings: [
    "Datum",
    "Nummer",
    "Art",
    "Status",
    "Kunde",
    "Kundennummer",
    "Währung",
    "Steuersatz",
    "Netto",
    "Steuer",
    "Brutto",
  ],
  kinds: { invoice: "Rechnung", credit_note: "Stornorechnung" },
};

/**
 * The books as a table, one row per document and tax rate, UTF-8 with a byte-order mark (spreadsheets guess without one).
 * Texts from data cannot become formulas: a spreadsheet runs what begins with `=`, `+`, `-`, `@`, a tab or a line end.
 * The only part of the books that grows with every document, by some 200 bytes: it holds them all.
 */
export class BillingTable {
  readonly #dialect: Dialect;
  readonly #rows: { readonly day: string; readonly number: string; readonly text: string }[];

  constructor(language: string, from?: BillingTable) {
    this.#dialect = language.toLowerCase().startsWith("de") ? GERMAN : ENGLISH;
    this.#rows = [...(from === undefined ? [] : from.#rows)];
  }

  add(entry: Booked): void {
    const lines = entry.amounts.rates.map((part) => this.#line(rowOf(entry, part, this.#dialect)));
    if (lines.length === 0) return;
    this.#rows.push({ day: entry.day, number: entry.number ?? entry.id, text: lines.join("\r\n") });
  }

  bytes(): Uint8Array {
    const rows = this.#rows.toSorted((a, b) =>
      a.day === b.day ? a.number.localeCompare(b.number) : a.day < b.day ? -1 : 1,
    );
    const lines = [this.#line(this.#dialect.headings), ...rows.map(({ text }) => text)];
    return new TextEncoder().encode(`\uFEFF${lines.join("\r\n")}\r\n`);
  }

  #line(cells: readonly string[]): string {
    return cells.map(quotedCell).join(this.#dialect.delimiter);
  }
}

function rowOf(entry: Booked, part: RatePart, { decimal, kinds }: Dialect): string[] {
  const money = (value: Decimal) =>
    value.toFixed(Math.max(minorDigits(entry.currency), decimalsOf(value))).replace(".", decimal);
  return [
    entry.day,
    textCell(entry.number ?? entry.id),
    entry.is_credit_note ? kinds.credit_note : kinds.invoice,
    textCell(entry.status_word),
    textCell(entry.customer ?? ""),
    textCell(entry.customer_id ?? ""),
    textCell(entry.currency),
    part.rate?.toFixed().replace(".", decimal) ?? "",
    money(part.net),
    money(part.tax),
    money(part.gross),
  ];
}

function decimalsOf(value: Decimal): number {
  return value.toFixed().split(".")[1]?.length ?? 0;
}

/** A leading apostrophe makes every spreadsheet show the cell as the text it is. */
function textCell(raw: string): string {
  const text = oneLine(raw, 200);
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
}

function quotedCell(text: string): string {
  return /[";,\r\n\t']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
