import { daysBetween, type IsoDate } from "../domain/clock.ts";
import type { Invoice } from "../domain/invoice.ts";
import { type Decimal, zero } from "../domain/money.ts";

export const AGES = ["not_due", "1-30", "31-60", "61-90", "over_90"] as const;
export type Age = (typeof AGES)[number];

/** Open amounts of one currency, in major units, by how long they are overdue. */
export interface Owed {
  readonly currency: string;
  open: Decimal;
  overdue: Decimal;
  readonly by_age: Partial<Record<Age, Decimal>>;
}

/** An open invoice as it is named. Texts are untrusted. */
export interface OpenInvoice {
  readonly number: string;
  readonly total: Decimal | null;
  readonly due: IsoDate | null;
  /** Days overdue; 0 when not. */
  readonly days: number;
}

/** What one customer owes in one currency. */
export interface Debtor extends Owed {
  readonly customer: string | null;
  readonly customer_id: string | null;
  /** Days the oldest is overdue. */
  days: number;
  count: number;
  /** The oldest, oldest first; fewer than there are where the account is large (`count` says how many). */
  invoices: OpenInvoice[];
}

/** Invoices named per customer. */
export const MAX_NAMED = 10;
/** Named invoices kept among all customers; beyond it, those of customers far from the top go. */
const MAX_KEPT = 5_000;
/** Customers whose invoices stay then: more than one answer shows. */
const TOP = 250;

/** Who owes what, told invoice by invoice. Grows with the customers who owe, not with their invoices. */
export class Receivables {
  readonly totals = new Map<string, Owed>();
  covers = 0;
  readonly #today: IsoDate;
  readonly #debtors = new Map<string, Debtor>();
  #kept = 0;

  constructor(today: IsoDate) {
    this.#today = today;
  }

  /** `customer`: the name it is shown under. */
  add(invoice: Invoice, customer: string | null): void {
    const { id, number, total, currency, due_date: due, customer_id } = invoice;
    const days = due === null ? 0 : Math.max(0, daysBetween(due, this.#today));
    const amount = total ?? zero;
    this.covers += 1;
    const whole = this.totals.get(currency) ?? owed(currency);
    this.totals.set(currency, whole);
    book(whole, amount, days);
    const key = `${customer_id ?? customer ?? id}|${currency}`;
    const debtor = this.#debtors.get(key) ?? {
      ...owed(currency),
      customer,
      customer_id,
      days: 0,
      count: 0,
      invoices: [],
    };
    this.#debtors.set(key, debtor);
    book(debtor, amount, days);
    debtor.days = Math.max(debtor.days, days);
    debtor.count += 1;
    this.#keep(debtor, { number: number ?? id, total, due, days });
  }

  /** The most overdue first. */
  sorted(): Debtor[] {
    return [...this.#debtors.values()].sort(
      (a, b) => b.days - a.days || b.overdue.cmp(a.overdue) || b.open.cmp(a.open),
    );
  }

  #keep({ invoices }: Debtor, invoice: OpenInvoice): void {
    const before = invoices.length;
    const at = invoices.findIndex(({ days }) => days < invoice.days);
    invoices.splice(at === -1 ? before : at, 0, invoice);
    if (invoices.length > MAX_NAMED) invoices.pop();
    this.#kept += invoices.length - before;
    if (this.#kept <= MAX_KEPT) return;
    for (const [rank, debtor] of this.sorted().entries()) {
      if (rank < TOP) continue;
      this.#kept -= debtor.invoices.length;
      debtor.invoices = [];
    }
  }
}

function owed(currency: string): Owed {
  return { currency, open: zero, overdue: zero, by_age: {} };
}

function book(into: Owed, amount: Decimal, days: number): void {
  const age = ageOf(days);
  into.open = plus(into.open, amount);
  if (days > 0) into.overdue = plus(into.overdue, amount);
  into.by_age[age] = plus(into.by_age[age] ?? zero, amount);
}

/** Of many customers with one invoice each, all sums are that one amount: one object. */
function plus(a: Decimal, b: Decimal): Decimal {
  return a === zero ? b : a.plus(b);
}

function ageOf(days: number): Age {
  if (days === 0) return "not_due";
  if (days <= 30) return "1-30";
  if (days <= 60) return "31-60";
  return days <= 90 ? "61-90" : "over_90";
}
