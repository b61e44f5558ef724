import type { Item } from "./invoice.ts";
import { type Decimal, decimal, minorDigits, roundMoney, sum } from "./money.ts";

/** Our own sum of the lines, to compare with the API's totals; never shown in their place. */
export interface Totals {
  readonly net: Decimal;
  readonly tax: Decimal;
  readonly gross: Decimal;
  readonly by_rate: readonly {
    readonly tax_rate: Decimal;
    readonly net: Decimal;
    readonly tax: Decimal;
    readonly gross: Decimal;
  }[];
}

interface Line {
  readonly net: Decimal;
  readonly gross: Decimal;
  readonly tax_rate: Decimal;
}

/** Net and gross of one line, each rounded half-up to the minor unit, calculated in the invoice's direction. */
export function lineTotals(
  item: Pick<Item, "quantity" | "tax_rate" | "single_net_amount" | "single_gross_amount">,
  calculateFromNet: boolean,
  currency: string,
): Line | null {
  const factor = decimal(1).plus(item.tax_rate.div(100));
  if (calculateFromNet) {
    if (item.single_net_amount === null) return null;
    const net = roundMoney(item.single_net_amount.times(item.quantity), currency);
    return { net, gross: roundMoney(net.times(factor), currency), tax_rate: item.tax_rate };
  }
  if (item.single_gross_amount === null) return null;
  const gross = roundMoney(item.single_gross_amount.times(item.quantity), currency);
  return { net: roundMoney(gross.div(factor), currency), gross, tax_rate: item.tax_rate };
}

/** Totals of all lines. `null` when a line lacks its amount. */
export function itemTotals(
  items: readonly Pick<Item, "quantity" | "tax_rate" | "single_net_amount" | "single_gross_amount">[],
  calculateFromNet: boolean,
  currency: string,
): Totals | null {
  const lines: Line[] = [];
  for (const item of items) {
    const line = lineTotals(item, calculateFromNet, currency);
    if (line === null) return null;
    lines.push(line);
  }
  const byRate = new Map<string, Line[]>();
  for (const line of lines) {
    const key = line.tax_rate.toFixed();
    byRate.set(key, [...(byRate.get(key) ?? []), line]);
  }
  const net = sum(lines.map((line) => line.net));
  const gross = sum(lines.map((line) => line.gross));
  return {
    net,
    gross,
    tax: gross.minus(net),
    by_rate: [...byRate.entries()]
      .map(([rate, group]) => {
        const groupNet = sum(group.map((line) => line.net));
        const groupGross = sum(group.map((line) => line.gross));
        return { tax_rate: decimal(rate), net: groupNet, gross: groupGross, tax: groupGross.minus(groupNet) };
      })
      .sort((a, b) => b.tax_rate.cmp(a.tax_rate)),
  };
}

/**
 * How far the API's gross is from ours, or `null` when it is within a cent per line (its rounding rule is not
 * documented, so a smaller difference proves nothing).
 */
export function totalsDifference(
  apiTotal: Decimal | null,
  totals: Totals | null,
  lines: number,
  currency: string,
): Decimal | null {
  if (apiTotal === null || totals === null) return null;
  const difference = apiTotal.minus(totals.gross);
  const cent = decimal(10).pow(-minorDigits(currency));
  return difference.abs().gt(cent.times(Math.max(lines, 1))) ? difference : null;
}
