import type { IsoDate } from "../domain/clock.ts";
import type { Decimal } from "../domain/money.ts";

/** One booking of a bank statement. All texts are untrusted: they are compared, never followed. */
export interface BankLine {
  /** Line of the text it stands in (rows), or number of the booking (camt, MT940); 1-based. */
  readonly index: number;
  readonly date: IsoDate | null;
  /** Major units; credit positive, debit negative. */
  readonly amount: Decimal;
  /** ISO 4217; `null` when the statement names none. */
  readonly currency: string | null;
  /** What the payer wrote. */
  readonly text: string;
  readonly counterparty: string | null;
}

/** How a day written with slashes is meant, where the statement itself does not tell. */
export type DateOrder = "day_first" | "month_first";

export interface Statement {
  readonly format: "camt" | "mt940" | "csv" | "rows";
  /** Money that came in. */
  readonly credits: readonly BankLine[];
  /** Money that went out, and debits taken back: never payments of an invoice. */
  readonly debits: readonly BankLine[];
  /** Announced, not booked: the money is not there yet. */
  readonly pending: number;
}

/** A booking as the reader of one format hands it over. `reversal` takes an earlier booking back. */
export interface Booking extends BankLine {
  readonly state: "booked" | "pending" | "reversal";
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

/** `null` for a text without content. */
export function filled(raw: string | undefined): string | null {
  const text = plainText(raw ?? "", 200);
  return text === "" ? null : text;
}
