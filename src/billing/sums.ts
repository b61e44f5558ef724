import { type Amounts, add, NOTHING } from "./amounts.ts";
import type { Booked } from "./books.ts";

/** Sums of one group of documents in one currency; never across currencies. */
export interface Sum extends Amounts {
  readonly key: string;
  readonly currency: string;
  readonly documents: number;
}

/** Sums by currency and key. Grows with the groups, not with what is added. */
export class Sums {
  readonly #sums: Map<string, Sum>;

  constructor(from?: Sums) {
    this.#sums = new Map(from === undefined ? [] : from.#sums);
  }

  add(key: string, currency: string, amounts: Amounts): void {
    const at = `${currency}|${key}`;
    const { documents, ...so_far } = this.#sums.get(at) ?? { ...NOTHING, documents: 0 };
    this.#sums.set(at, { key, currency, documents: documents + 1, ...add(so_far, amounts) });
  }

  /** By currency, then in the order of `key`. */
  sorted(): Sum[] {
    return [...this.#sums.values()].sort(
      (a, b) => compare(a.currency, b.currency) || a.key.localeCompare(b.key, "en", { numeric: true }),
    );
  }
}

/** By tax rate; `""`: the part without one. A document counts under each of its rates. */
export function addByRate(sums: Sums, { currency, amounts }: Booked): void {
  for (const { rate, ...part } of amounts.rates) sums.add(rate?.toFixed() ?? "", currency, part);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
