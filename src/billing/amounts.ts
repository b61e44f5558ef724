import type { Invoice } from "../domain/invoice.ts";
import { type Decimal, sum, zero } from "../domain/money.ts";
import { itemTotals } from "../domain/totals.ts";

/** Net, tax and gross of a document, exact, in major units of its currency. */
export interface Amounts {
  readonly net: Decimal;
  readonly tax: Decimal;
  readonly gross: Decimal;
}

/** The part of a document under one tax rate. `rate` null: the API's totals and its lines leave this part without one. */
export interface RatePart extends Amounts {
  readonly rate: Decimal | null;
}

export interface DocumentAmounts extends Amounts {
  /** Add up to the document's own amounts, to the cent. */
  readonly rates: readonly RatePart[];
}

export const NOTHING: Amounts = { net: zero, tax: zero, gross: zero };

export function add(a: Amounts, b: Amounts): Amounts {
  return { net: a.net.plus(b.net), tax: a.tax.plus(b.tax), gross: a.gross.plus(b.gross) };
}

function negated({ net, tax, gross }: Amounts): Amounts {
  return { net: net.times(-1), tax: tax.times(-1), gross: gross.times(-1) };
}

/** The same document as a deduction: a credit note that the API shows with positive amounts. */
export function asDeduction(amounts: DocumentAmounts): DocumentAmounts {
  return { ...negated(amounts), rates: amounts.rates.map(({ rate, ...part }) => ({ rate, ...negated(part) })) };
}

/**
 * What the API says the document amounts to, split by tax rate. The API's totals are the truth; its breakdown, or else the
 * lines, say which rate a part belongs to, and what they leave over is a part without a rate. `null`: it states too little.
 */
export function amountsOf(invoice: Invoice): DocumentAmounts | null {
  const parts = breakdownOf(invoice) ?? linesOf(invoice);
  const whole = totalsOf(invoice, parts);
  if (whole === null) return null;
  const split = parts ?? [];
  const rest = split.reduce((left, part) => add(left, negated(part)), whole);
  const isWhole = rest.net.eq(0) && rest.tax.eq(0) && rest.gross.eq(0);
  return { ...whole, rates: isWhole ? split : [...split, { rate: null, ...rest }] };
}

/** Two of the three give the third; where the API states its total alone, parts that add up to it give the others. */
function totalsOf(invoice: Invoice, parts: readonly RatePart[] | null): Amounts | null {
  const { total, net_amount: net, tax_amount: tax } = invoice;
  if (total !== null && net !== null) return { net, gross: total, tax: tax ?? total.minus(net) };
  if (total !== null && tax !== null) return { net: total.minus(tax), tax, gross: total };
  if (net !== null && tax !== null) return { net, tax, gross: net.plus(tax) };
  if (total === null || parts === null) return null;
  const summed = parts.reduce(add, NOTHING);
  return summed.gross.eq(total) ? summed : null;
}

function breakdownOf({ vat_breakdown }: Invoice): readonly RatePart[] | null {
  const parts: RatePart[] = [];
  for (const { tax_rate, net_amount, tax_amount, gross_amount } of vat_breakdown) {
    const net = net_amount ?? (gross_amount && tax_amount ? gross_amount.minus(tax_amount) : null);
    const tax = tax_amount ?? (gross_amount && net ? gross_amount.minus(net) : null);
    if (net === null || tax === null) return null;
    parts.push({ rate: tax_rate, net, tax, gross: net.plus(tax) });
  }
  return parts.length === 0 ? null : parts;
}

function linesOf(invoice: Invoice): readonly RatePart[] | null {
  if (invoice.items === null || invoice.items.length === 0) return null;
  const totals = itemTotals(invoice.items, invoice.calculate_from_net, invoice.currency);
  if (totals === null) return null;
  const parts = totals.by_rate.map(({ tax_rate, net, tax, gross }) => ({ rate: tax_rate, net, tax, gross }));
  // Lines of a credit note may be shown positive beside a negative total.
  const gross = sum(parts.map((part) => part.gross));
  return invoice.total?.eq(gross.times(-1)) && !gross.eq(0)
    ? parts.map(({ rate, ...part }) => ({ rate, ...negated(part) }))
    : parts;
}
