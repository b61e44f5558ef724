import type { Booked } from "./books.ts";
import { addByRate, Sums } from "./sums.ts";

/** Documents named one by one: the first of them by their day. */
export const MAX_NAMED = 50;

/** Everything an answer shows about what was booked. Grows with the customers, not with their documents. */
export class Figures {
  readonly totals: Sums;
  readonly open: Sums;
  readonly rates: Sums;
  readonly months: Sums;
  readonly customers: Sums;
  /** By the key of `customers`. */
  readonly names: Map<string, Pick<Booked, "customer" | "customer_id">>;
  /** The first `MAX_NAMED` by their day. */
  readonly named: Booked[];
  documents: number;

  constructor(from?: Figures) {
    this.totals = new Sums(from?.totals);
    this.open = new Sums(from?.open);
    this.rates = new Sums(from?.rates);
    this.months = new Sums(from?.months);
    this.customers = new Sums(from?.customers);
    this.names = new Map(from?.names);
    this.named = [...(from?.named ?? [])];
    this.documents = from?.documents ?? 0;
  }

  add(entry: Booked): void {
    const { currency, amounts, day, customer, customer_id } = entry;
    const whole = { net: amounts.net, tax: amounts.tax, gross: amounts.gross };
    this.totals.add("", currency, whole);
    if (entry.is_open) this.open.add("", currency, whole);
    addByRate(this.rates, entry);
    this.months.add(day.slice(0, 7), currency, whole);
    const key = customer_id ?? customer ?? "";
    this.customers.add(key, currency, whole);
    if (!this.names.has(key)) this.names.set(key, { customer, customer_id });
    this.documents += 1;
    this.#name(entry);
  }

  #name(entry: Booked): void {
    const last = this.named.at(-1);
    if (this.named.length === MAX_NAMED && last !== undefined && last.day <= entry.day) return;
    const at = this.named.findIndex(({ day }) => day > entry.day);
    this.named.splice(at === -1 ? this.named.length : at, 0, entry);
    if (this.named.length > MAX_NAMED) this.named.pop();
  }
}
