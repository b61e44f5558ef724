import { decimal, formatMoney, sum } from "./money.ts";

/** What was sent within a period, per currency; `gross` is decimal text. */
export type Sent = readonly { readonly currency: string | null; readonly count: number; readonly gross: string }[];

/**
 * What holds for one more document at the moment it goes. Calls at the same time each see the state before all of them,
 * so these are looked at again in the transaction that lets one of them go.
 */
export interface SendLimits {
  readonly currency: string;
  /** Without its sign, decimal text; `null` when the API states no total. */
  readonly gross: string | null;
  /** Highest number within a day, this one included; `null`: no limit. */
  readonly max_count: number | null;
  /** Highest sum within a day in this currency, this one included. */
  readonly max_gross: string | null;
  /**
   * The customer whose invoices of the same amount the person was not warned of, and since when such an invoice cannot
   * have been seen. `null`: the warning was shown, or no customer is linked.
   */
  readonly unwarned: { readonly customer_id: string; readonly since: number } | null;
}

export const DAY_MS = 86_400_000;

/** A limit of the owner's and, continuing "it …", what it allows and what this would be. */
export interface Breach {
  readonly limit: string;
  readonly sentence: string;
}

/** The limit of a day that one more document would break, if any. */
export function overDay(limits: SendLimits, sent: Sent): Breach | null {
  const { currency, gross, max_count, max_gross } = limits;
  const count = sent.reduce((total, entry) => total + entry.count, 0) + 1;
  if (max_count !== null && count > max_count) {
    return {
      limit: "max_sent_per_day.count",
      sentence: `allows ${max_count} invoices within 24 hours; this would be number ${count}`,
    };
  }
  if (max_gross === null) return null;
  if (gross === null) {
    return { limit: "max_sent_per_day.gross", sentence: "cannot be checked: the API states no total" };
  }
  const before = sum(sent.filter((entry) => entry.currency === currency).map((entry) => decimal(entry.gross)));
  const after = before.plus(gross);
  if (!after.gt(max_gross)) return null;
  const [allowed, was, is] = [decimal(max_gross), before, after].map((value) => formatMoney(value, currency));
  return {
    limit: "max_sent_per_day.gross",
    sentence: `allows ${allowed} within 24 hours; ${was} was sent and this would make ${is}`,
  };
}
