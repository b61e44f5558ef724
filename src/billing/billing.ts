import type { Invoice } from "../domain/invoice.ts";
import { type Booked, Books, type Period, type Unclear } from "./books.ts";
import { BillingTable } from "./csv.ts";
import { Figures } from "./figures.ts";

/** Unclear documents that are named; the others are counted. */
const MAX_UNCLEAR = 10;

/** What a period comes to, as far as it was told. */
export interface Account {
  readonly figures: Figures;
  readonly unclear: readonly Unclear[];
  readonly more_unclear: number;
  readonly quotes: number;
  /** Ids of the drafts made in the period. */
  readonly drafts: ReadonlySet<string>;
  readonly table: BillingTable | null;
}

/** The books of a period and what an answer shows of them, told document by document (`Books`). */
export class Billing {
  readonly #books: Books;
  readonly #customerId: string | null;
  readonly #figures = new Figures();
  readonly #table: BillingTable | null;
  readonly #language: string | null;
  readonly #unclear: Unclear[] = [];
  #unclearCount = 0;

  /** `customerId`: of that customer alone. `language`: of the table, which is made only with one. */
  constructor(period: Period, customerId: string | null, language: string | null) {
    this.#customerId = customerId;
    this.#language = language;
    this.#table = language === null ? null : new BillingTable(language);
    this.#books = new Books(
      period,
      (entry) => {
        this.#figures.add(entry);
        this.#table?.add(entry);
      },
      (one) => {
        this.#unclearCount += 1;
        if (this.#unclear.length < MAX_UNCLEAR) this.#unclear.push(one);
      },
    );
  }

  add(invoice: Invoice): void {
    if (this.#customerId === null || invoice.customer_id === this.#customerId) this.#books.add(invoice);
  }

  /** As it stands, if nothing more is told. May be asked for again after more was. */
  account(): Account {
    const booked: Booked[] = [];
    const unclear: Unclear[] = [];
    this.#books.waiting(
      (entry) => booked.push(entry),
      (one) => unclear.push(one),
    );
    const figures = new Figures(this.#figures);
    const table =
      this.#table === null || this.#language === null ? null : new BillingTable(this.#language, this.#table);
    for (const entry of booked) {
      figures.add(entry);
      table?.add(entry);
    }
    const count = this.#unclearCount + unclear.length;
    const named = [...this.#unclear, ...unclear].slice(0, MAX_UNCLEAR);
    const { quotes, drafts } = this.#books;
    return {
      figures,
      unclear: named,
      more_unclear: count - named.length,
      quotes,
      drafts,
      table,
    };
  }
}
