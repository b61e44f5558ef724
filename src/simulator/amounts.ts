import Big from "big.js";
import type { ItemRecord } from "./records.ts";
import type { Switches } from "./switches.ts";

const HALF_UP = 1;

interface Amounts {
  readonly net: Big;
  readonly tax: Big;
  readonly gross: Big;
}

interface Totals extends Amounts {
  readonly breakdown: readonly (Amounts & { readonly rate: Big; readonly count: number })[];
}

/** Totals of a document, per rate and altogether, rounded half-up to the currency's minor unit. */
export function documentTotals(items: readonly ItemRecord[], currency: string, rounding: Switches["rounding"]): Totals {
  const digits = minorDigits(currency);
  const groups = new Map<string, ItemRecord[]>();
  for (const item of items) groups.set(item.tax_rate, [...(groups.get(item.tax_rate) ?? []), item]);
  const breakdown = [...groups.entries()]
    .map(([rate, group]) => ({
      rate: new Big(rate),
      count: group.length,
      ...(rounding === "line" ? add(group.map((item) => lineAmounts(item, digits))) : rateAmounts(group, rate, digits)),
    }))
    .sort((a, b) => b.rate.cmp(a.rate));
  return { ...add(breakdown), breakdown };
}

function lineAmounts(item: ItemRecord, digits: number): Amounts {
  const rate = new Big(item.tax_rate).div(100);
  if (item.from_net) {
    const net = new Big(item.single_net_amount).times(item.quantity).round(digits, HALF_UP);
    const tax = net.times(rate).round(digits, HALF_UP);
    return { net, tax, gross: net.plus(tax) };
  }
  const gross = new Big(item.single_gross_amount).times(item.quantity).round(digits, HALF_UP);
  const net = gross.div(rate.plus(1)).round(digits, HALF_UP);
  return { net, tax: gross.minus(net), gross };
}

/** Tax once per rate on the sum of the lines; lines entered in the other direction are added as they are. */
function rateAmounts(group: readonly ItemRecord[], rate: string, digits: number): Amounts {
  const factor = new Big(rate).div(100);
  const net = add(group.filter((item) => item.from_net).map((item) => lineAmounts(item, digits))).net;
  const gross = add(group.filter((item) => !item.from_net).map((item) => lineAmounts(item, digits))).gross;
  const netTax = net.times(factor).round(digits, HALF_UP);
  const grossNet = gross.div(factor.plus(1)).round(digits, HALF_UP);
  return { net: net.plus(grossNet), tax: netTax.plus(gross.minus(grossNet)), gross: net.plus(netTax).plus(gross) };
}

function add(parts: readonly Amounts[]): Amounts {
  const zero = new Big(0);
  return parts.reduce<Amounts>(
    (sum, part) => ({ net: sum.net.plus(part.net), tax: sum.tax.plus(part.tax), gross: sum.gross.plus(part.gross) }),
    { net: zero, tax: zero, gross: zero },
  );
}

/** Both unit prices from the one that was entered. */
export function unitPrices(
  entered: string,
  fromNet: boolean,
  taxRate: string,
  currency: string,
): { readonly single_net_amount: string; readonly single_gross_amount: string } {
  const factor = new Big(taxRate).div(100).plus(1);
  const digits = minorDigits(currency);
  const amount = new Big(entered);
  return fromNet
    ? {
        single_net_amount: amount.toFixed(),
        single_gross_amount: amount.times(factor).round(digits, HALF_UP).toFixed(),
      }
    : { single_net_amount: amount.div(factor).round(digits, HALF_UP).toFixed(), single_gross_amount: amount.toFixed() };
}

/** The same amount with the other sign. */
export function negated(amount: string): string {
  return new Big(amount).times(-1).toFixed();
}

/** A JSON number in major units. */
export function wireNumber(value: Big | string): number {
  return Number(new Big(value).toFixed());
}

/** `1785.00`, for mails and papers. */
export function amountText(value: Big | string, currency: string): string {
  return `${decimalText(value, currency)} ${currency}`;
}

/** `1785.00`, to the currency's minor unit. */
export function decimalText(value: Big | string, currency: string): string {
  return new Big(value).toFixed(minorDigits(currency));
}

// Building an Intl.NumberFormat costs more than all the sums of a document.
const knownDigits = new Map<string, number>();

function minorDigits(currency: string): number {
  const known = knownDigits.get(currency);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  knownDigits.set(currency, digits);
  return digits;
}
