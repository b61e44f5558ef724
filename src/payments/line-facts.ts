import type { Decimal } from "../domain/money.ts";
import type { BankLine } from "./bank-line.ts";

/** What some formats state beside amount and text. Absent is as good as `null`: not stated. */
export interface LineFacts {
  /** IBAN or number of the own account. */
  readonly account?: string | null;
  /** The structured reference (creditor reference) of its own field. */
  readonly reference?: string | null;
  /** Why the money came back: an own transfer or direct debit returned. */
  readonly returned?: string | boolean | null;
  /** Kept back by a provider, in the line's currency. */
  readonly fee?: Decimal | null;
  /** What of the line is not proven, each in a few words. */
  readonly doubts?: readonly string[];
}

export type PaidLine = BankLine & LineFacts;
