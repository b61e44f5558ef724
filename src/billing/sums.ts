import { type Amounts, add, NOTHING } from "./amounts.ts";
import type { Booked } from "./books.ts";

/** Sums of one group of documents in one currency; never across currencies. */
export interface Sum extends Amounts {
  readonly key: string;
  readonly currency: string;
  readonly documents: number;
}

/** Sums by currency and key, in the order of `key`. */
export function sumBy(booked: readonly Booked[], keyOf: (entry: Booked) => string): Sum[] {
  const sums = new Map<string, Sum>();
  for (const entry of booked) book(sums, keyOf(entry), entry.invoice.currency, entry.amounts);
  return sorted(sums);
}

/** Sums by currency and tax rate (`""`: the part without a rate). A document counts under each of its rates. */
export function sumByRate(booked: readonly Booked[]): Sum[] {
  const sums = new Map<string, Sum>();
  for (const { invoice, amounts } of booked) {
    for (const { rate, ...part } of amounts.rates) book(sums, rate?.toFixed() ?? "", invoice.currency, part);
  }
  return sorted(sums);
}

function book(sums: Map<string, Sum>, key: string, currency: string, amounts: Amounts): void {
  const at = `${currency}|${key}`;
  const { documents, ...so_far } = sums.get(at) ?? { ...NOTHING, documents: 0 };
  sums.set(at, { key, currency, documents: documents + 1, ...add(so_far, amounts) });
}

function sorted(sums: ReadonlyMap<string, Sum>): Sum[] {
  return [...sums.values()].sort(
    (a, b) => compare(a.currency, b.currency) || a.key.localeCompare(b.key, "en", { numeric: true }),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
