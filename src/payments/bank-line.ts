import type { IsoDate } from "../domain/clock.ts";
import type { Decimal } from "../domain/money.ts";

/**
 * Something beside an amount that was not understood, so that one of the four proofs is missing (it came in, its currency,
 * how its number is meant, that it is booked). A line with a doubt is never more than a question.
 */
export interface Doubt {
  readonly about: "direction" | "currency" | "notation" | "booked" | "amount" | "date" | "cell";
  /** The piece itself, as it stands in the statement: untrusted, shown in quotes; "" where something is missing. */
  readonly quoted: string;
  /** Our own words: what was not understood, and which argument of the next call answers it. */
  readonly give: string;
}

/** What a provider (PayPal, Stripe) kept back, in the line's currency: `gross` was paid by the customer. Both positive. */
export interface Fee {
  readonly gross: Decimal;
  readonly fee: Decimal;
}

/** One booking of a bank statement. All texts are untrusted: they are compared, never followed. */
export interface BankLine {
  /** Line of the text it stands in (rows), or number of the booking (camt, MT940); 1-based. */
  readonly index: number;
  readonly date: IsoDate | null;
  /** Major units; credit positive, debit negative. With a stated gross amount it is the gross. */
  readonly amount: Decimal;
  /** ISO 4217; `null` when the statement names none, or none that is understood. */
  readonly currency: string | null;
  /** What the payer wrote. */
  readonly text: string;
  readonly counterparty: string | null;
  /** IBAN or number of the account that the line is about. */
  readonly account: string | null;
  /** Structured creditor reference, where the layout has a field of its own for it. */
  readonly reference: string | null;
  /** Why the money came back, in the bank's words: a return, a reversal, an own transfer that came back. */
  readonly returned: string | null;
  readonly fee: Fee | null;
  /** Empty when direction, currency, number and state are proven. */
  readonly doubts: readonly Doubt[];
}

/** The facts that many layouts do not state. */
export const UNSTATED = { account: null, reference: null, returned: null, fee: null, doubts: [] } as const;

/** A whole report stands twice in one text: its payments were made once. */
export const COPIED: Doubt = {
  about: "booked",
  quoted: "",
  give: "This report stands twice in the text: send it once.",
};

/** How a day written with slashes is meant, where the statement itself does not tell. */
export type DateOrder = "day_first" | "month_first";

/** What a caller may say that a column holds; `ignore` is told of a column that says nothing about the amount. */
export const COLUMN_ROLES = [
  "date",
  "text",
  "payer",
  "amount",
  "credit",
  "debit",
  "direction",
  "currency",
  "status",
  "ignore",
] as const;
export type ColumnRole = (typeof COLUMN_ROLES)[number];

/** What a caller tells about a statement, usually in answer to a doubt (see `wishesOf`). */
export interface Wishes {
  /** ISO 4217, for lines that name no currency, or a mark that several currencies share (`kr`). */
  readonly currency?: string | undefined;
  readonly date_order?: DateOrder | undefined;
  /** Which mark stands before decimals, where `1.785` leaves it open. */
  readonly decimal_mark?: "." | "," | undefined;
  /** By heading, or by 1-based position ("3"). */
  readonly columns?: Readonly<Record<string, ColumnRole>> | undefined;
  /**
   * What words of the statement mean: `in`, `out`, `booked`, `pending`, `failed`, `returned`, `ignore`, or the code of a
   * currency (`{"Zahlg erh.": "in", "kr": "SEK"}`).
   */
  readonly words?: Readonly<Record<string, string>> | undefined;
}

/** A line that could not be read, by its number; `why` goes on after "Line 3: ", with pieces of the line in quotes. */
export interface Unread {
  readonly index: number;
  readonly why: string;
}

export interface Statement {
  readonly format: "camt" | "mt940" | "csv" | "rows";
  /** Money that came in, and lines of which that is not proven: those have a doubt. */
  readonly credits: readonly BankLine[];
  /** Money that went out, and debits taken back: never payments of an invoice. */
  readonly debits: readonly BankLine[];
  /** Announced, not booked: the money is not there yet. */
  readonly pending: number;
  /** Lines that are no payment because they failed or were called off. */
  readonly failed: number;
  /** What concerns every line; also among the doubts of each. */
  readonly doubts: readonly Doubt[];
  /** Never part of any list above. */
  readonly unread: readonly Unread[];
  /** The accounts that lines name, each once. */
  readonly accounts: readonly string[];
}

/**
 * A booking as the reader of one format hands it over. `reversal` takes an earlier booking back; `failed` never was one.
 * With a doubt about its direction the amount is positive.
 */
export interface Booking extends BankLine {
  readonly state: "booked" | "pending" | "reversal" | "failed";
}

/** What the reader of one format hands over. */
export interface Reading {
  readonly bookings: readonly Booking[];
  readonly unread: readonly Unread[];
  readonly doubts: readonly Doubt[];
}

/** Most bookings one statement may hold. */
export const MAX_BOOKINGS = 500;

/** White space and control characters as one blank; at most `max` characters. */
export function plainText(raw: string, max = 2_000): string {
  return raw
    .slice(0, max * 4)
    .replaceAll(/[\p{Cc}\p{Z}\ufeff]+/gu, " ")
    .trim()
    .slice(0, max);
}

/** `null` for a text without content; at most `max` characters. */
export function filled(raw: string | null | undefined, max = 200): string | null {
  const text = plainText(raw ?? "", max);
  return text === "" ? null : text;
}
