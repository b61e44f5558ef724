import { type Invoice, isOpen } from "../domain/invoice.ts";
import { type Decimal, decimal, formatMoney } from "../domain/money.ts";
import { oneLine } from "../domain/untrusted.ts";

export const KINDS = [
  "sure",
  "likely",
  "several",
  "together",
  "partial",
  "overpaid",
  "ambiguous",
  "already_paid",
  "void",
  "wrong_currency",
  "ask",
  "not_found",
] as const;
export type Kind = (typeof KINDS)[number];

export interface Verdict {
  readonly kind: "agrees" | "partial" | "overpaid" | "already_paid" | "void" | "wrong_currency" | "ambiguous";
  /** One plain sentence in the server's own words. */
  readonly reason: string;
}

/** Whether a payment settles an invoice: its status, its currency, and its total to the cent. */
export function judge(amount: Decimal, currency: string, invoice: Invoice): Verdict {
  const name = nameOf(invoice);
  if (invoice.is_quote) return { kind: "void", reason: `${name} is a quote; nothing is due.` };
  if (invoice.is_cancellation || invoice.is_credit) {
    return { kind: "void", reason: `${name} is a credit note; nothing is due.` };
  }
  if (invoice.status === "void" || invoice.status === "refunded") {
    return {
      kind: "void",
      reason: `${name} is ${invoice.status === "void" ? "cancelled" : "refunded"}; nothing is due.`,
    };
  }
  if (invoice.status === "paid") return { kind: "already_paid", reason: `${name} is marked as paid already.` };
  if (invoice.status === "draft") return { kind: "void", reason: `${name} is a draft; it was never sent.` };
  if (!isOpen(invoice)) return { kind: "ambiguous", reason: `${name} has a status this server does not know.` };
  if (invoice.total === null) return { kind: "ambiguous", reason: `The API states no total for ${name}.` };
  if (invoice.currency !== currency) {
    return { kind: "wrong_currency", reason: `${name} is in ${invoice.currency}, the payment in ${currency}.` };
  }
  return compareAmounts(amount, invoice.total, currency, name);
}

/** The paid amount against what is due, for one invoice or the sum of several. */
export function compareAmounts(amount: Decimal, due: Decimal, currency: string, name: string): Verdict {
  if (amount.eq(due)) return { kind: "agrees", reason: `Number and amount agree with ${name}.` };
  const difference = formatMoney(amount.minus(due).abs(), currency);
  const total = formatMoney(due, currency);
  return amount.gt(due)
    ? { kind: "overpaid", reason: `${difference} more than ${name} (${total}).` }
    : { kind: "partial", reason: `${difference} less than ${name} (${total})${discount(amount, due)}.` };
}

/** Early-payment discounts that are granted: 2 %, 2.5 % and 3 %. */
const DISCOUNTS = ["2", "2.5", "3"] as const;
/** Banks keep back no more than this, in units of the currency and in percent of the amount. */
const MOST_CHARGES = 40;
const MOST_CHARGES_PERCENT = 5;

/** What may have been kept back: an early-payment discount, which the owner may have granted, or bank charges. */
function discount(amount: Decimal, due: Decimal): string {
  const granted = discountOf(amount, due);
  if (granted !== null) return `: exactly ${granted} %, perhaps an early-payment discount`;
  const short = due.minus(amount);
  return short.lte(MOST_CHARGES) && short.lte(due.times(MOST_CHARGES_PERCENT).div(100)) ? ": perhaps bank charges" : "";
}

/** The discount, in percent, with which `due` is `amount`; `null` when it is none that is granted. */
export function discountOf(amount: Decimal, due: Decimal): string | null {
  const granted = DISCOUNTS.find((percent) => due.times(decimal(100).minus(percent)).div(100).round(2).eq(amount));
  return granted ?? null;
}

export function nameOf(invoice: Pick<Invoice, "id" | "number">): string {
  return oneLine(invoice.number ?? invoice.id, 40);
}
