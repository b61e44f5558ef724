import { type Invoice, isOpen } from "../domain/invoice.ts";
import { type Decimal, decimal, formatMoney } from "../domain/money.ts";
import { oneLine } from "../domain/untrusted.ts";

export const KINDS = [
  "sure",
  "likely",
  "several",
  "partial",
  "overpaid",
  "ambiguous",
  "already_paid",
  "void",
  "wrong_currency",
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

/** Whether the difference is a cash discount of 2 or 3 %, which the owner may have granted. */
function discount(amount: Decimal, due: Decimal): string {
  const granted = [2, 3].find((percent) =>
    due
      .times(decimal(100 - percent))
      .div(100)
      .round(2)
      .eq(amount),
  );
  return granted === undefined ? "" : `: exactly ${granted} %, perhaps a cash discount`;
}

export function nameOf(invoice: Pick<Invoice, "id" | "number">): string {
  return oneLine(invoice.number ?? invoice.id, 40);
}
