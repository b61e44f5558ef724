import type { Invoice } from "../domain/invoice.ts";
import { type Decimal, zero } from "../domain/money.ts";

/** Two different sets are enough to know that the sum tells nothing. */
const ENOUGH = 2;

/** Sets of two or more invoices whose totals are exactly `amount`; at most two of them. Invoices without a total count as nothing due. */
export function subsetsOfSum(invoices: readonly Invoice[], amount: Decimal): Invoice[][] {
  const found: Invoice[][] = [];
  const totals = invoices.map((invoice) => invoice.total ?? zero);
  const extend = (from: number, left: Decimal, chosen: readonly Invoice[]): void => {
    if (chosen.length >= 2 && left.eq(0)) found.push([...chosen]);
    for (let at = from; at < invoices.length && found.length < ENOUGH; at += 1) {
      const invoice = invoices[at];
      const total = totals[at];
      if (invoice === undefined || total === undefined || !total.gt(0) || total.gt(left)) continue;
      extend(at + 1, left.minus(total), [...chosen, invoice]);
    }
  };
  extend(0, amount, []);
  return found;
}
