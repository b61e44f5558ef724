import { isCreditNote } from "../domain/invoice.ts";
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
 */
export function billingCsv(booked: readonly Booked[], language: string): Uint8Array {
  const dialect = language.toLowerCase().startsWith("de") ? GERMAN : ENGLISH;
  const rows = [...booked]
    .sort((a, b) => (a.day === b.day ? numberOf(a).localeCompare(numberOf(b)) : a.day < b.day ? -1 : 1))
    .flatMap((entry) => entry.amounts.rates.map((part) => rowOf(entry, part, dialect)));
  const lines = [dialect.headings, ...rows].map((cells) => cells.map(quotedCell).join(dialect.delimiter));
  return new TextEncoder().encode(`\uFEFF${lines.join("\r\n")}\r\n`);
}

function rowOf({ invoice, day, ...entry }: Booked, part: RatePart, { decimal, kinds }: Dialect): string[] {
  const money = (value: Decimal) =>
    value.toFixed(Math.max(minorDigits(invoice.currency), decimalsOf(value))).replace(".", decimal);
  return [
    day,
    textCell(numberOf({ invoice, day, ...entry })),
    isCreditNote(invoice) ? kinds.credit_note : kinds.invoice,
    textCell(invoice.status_word),
    textCell(invoice.customer?.name ?? invoice.buyer?.company_name ?? invoice.recipient?.split("\n")[0] ?? ""),
    textCell(invoice.customer_id ?? ""),
    textCell(invoice.currency),
    part.rate?.toFixed().replace(".", decimal) ?? "",
    money(part.net),
    money(part.tax),
    money(part.gross),
  ];
}

function decimalsOf(value: Decimal): number {
  return value.toFixed().split(".")[1]?.length ?? 0;
}

function numberOf({ invoice }: Booked): string {
  return invoice.number ?? invoice.id;
}

/** A leading apostrophe makes every spreadsheet show the cell as the text it is. */
function textCell(raw: string): string {
  const text = oneLine(raw, 200);
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
}

function quotedCell(text: string): string {
  return /[";,\r\n\t']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
