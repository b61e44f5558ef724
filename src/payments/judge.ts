import { type Invoice, isOpen } from "../domain/invoice.ts";
import { type Decimal, decimal, formatMoney } from "../domain/money.ts";
import { oneLine } from "../domain/untrusted.ts";
import { type Said, said } from "./said.ts";

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

export interface Verdict extends Said {
  readonly kind: "agrees" | "partial" | "overpaid" | "already_paid" | "void" | "wrong_currency" | "ambiguous";
}

/** Whether a payment settles an invoice: its status, its currency, and its total to the cent. */
export function judge(amount: Decimal, currency: string, invoice: Invoice): Verdict {
  const name = nameOf(invoice);
  if (invoice.is_quote)
    return {
      kind: "void",
      ...said(`${name} is a quote; nothing is due.`, `${name} ist ein Angebot; es ist nichts fällig.`),
    };
  if (invoice.is_cancellation || invoice.is_credit) {
    return {
      kind: "void",
      ...said(`${name} is a credit note; nothing is due.`, `${name} ist eine Stornorechnung; es ist nichts fällig.`),
    };
  }
  if (invoice.status === "void" || invoice.status === "refunded") {
    const isVoid = invoice.status === "void";
    return {
      kind: "void",
      ...said(
        `${name} is ${isVoid ? "cancelled" : "refunded"}; nothing is due.`,
        `${name} ist ${isVoid ? "storniert" : "erstattet"}; es ist nichts fällig.`,
      ),
    };
  }
  if (invoice.status === "paid")
    return {
      kind: "already_paid",
      ...said(`${name} is marked as paid already.`, `${name} ist schon als bezahlt markiert.`),
    };
  if (invoice.status === "draft")
    return {
      kind: "void",
      ...said(`${name} is a draft; it was never sent.`, `${name} ist ein Entwurf und wurde nie versendet.`),
    };
  if (!isOpen(invoice))
    return {
      kind: "ambiguous",
      ...said(
        `${name} has a status this server does not know.`,
        `${name} hat einen Status, den dieser Server nicht kennt.`,
      ),
    };
  if (invoice.total === null)
    return {
      kind: "ambiguous",
      ...said(`The API states no total for ${name}.`, `Zu ${name} nennt die API keinen Betrag.`),
    };
  if (invoice.currency !== currency) {
    return {
      kind: "wrong_currency",
      ...said(
        `${name} is in ${invoice.currency}, the payment in ${currency}.`,
        `${name} lautet auf ${invoice.currency}, die Zahlung auf ${currency}.`,
      ),
    };
  }
  return compareAmounts(amount, invoice.total, currency, name);
}

/** The paid amount against what is due, for one invoice or the sum of several. */
export function compareAmounts(
  amount: Decimal,
  due: Decimal,
  currency: string,
  name: string,
  germanName = name,
): Verdict {
  if (amount.eq(due))
    return {
      kind: "agrees",
      ...said(`Number and amount agree with ${name}.`, `Nummer und Betrag passen zu ${germanName}.`),
    };
  const money = (value: Decimal) => [formatMoney(value, currency), formatMoney(value, currency, "de")] as const;
  const [difference, unterschied] = money(amount.minus(due).abs());
  const [total, summe] = money(due);
  if (amount.gt(due)) {
    return {
      kind: "overpaid",
      ...said(`${difference} more than ${name} (${total}).`, `${unterschied} mehr als ${germanName} (${summe}).`),
    };
  }
  const kept = discount(amount, due);
  return {
    kind: "partial",
    ...said(
      `${difference} less than ${name} (${total})${kept.reason}.`,
      `${unterschied} weniger als ${germanName} (${summe})${kept.german}.`,
    ),
  };
}

/** Early-payment discounts that are granted: 2 %, 2.5 % and 3 %. */
const DISCOUNTS = ["2", "2.5", "3"] as const;
/** Banks keep back no more than this, in units of the currency and in percent of the amount. */
const MOST_CHARGES = 40;
const MOST_CHARGES_PERCENT = 5;

/** What may have been kept back: an early-payment discount, which the owner may have granted, or bank charges. */
function discount(amount: Decimal, due: Decimal): Said {
  const granted = discountOf(amount, due);
  if (granted !== null) {
    return said(
      `: exactly ${granted} %, perhaps an early-payment discount`,
      `: genau ${granted.replace(".", ",")} %, vielleicht Skonto`,
    );
  }
  const short = due.minus(amount);
  return short.lte(MOST_CHARGES) && short.lte(due.times(MOST_CHARGES_PERCENT).div(100))
    ? said(": perhaps bank charges", ": vielleicht Bankgebühren")
    : said("", "");
}

/** The discount, in percent, with which `due` is `amount`; `null` when it is none that is granted. */
export function discountOf(amount: Decimal, due: Decimal): string | null {
  const granted = DISCOUNTS.find((percent) => due.times(decimal(100).minus(percent)).div(100).round(2).eq(amount));
  return granted ?? null;
}

export function nameOf(invoice: Pick<Invoice, "id" | "number">): string {
  return oneLine(invoice.number ?? invoice.id, 40);
}
