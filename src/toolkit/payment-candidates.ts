import type { Page } from "../api/port.ts";
import { type Invoice, isOpen } from "../domain/invoice.ts";
import type { BankLine } from "../payments/bank-line.ts";
import { isDecided } from "../payments/match.ts";
import { NumberIndex } from "../payments/number-index.ts";
import { NumberPlaces } from "../payments/number-places.ts";
import { searchTerms } from "../payments/search-terms.ts";
import type { ReadContext } from "./context.ts";
import { sameNumber } from "./references.ts";
import { PAGE_SIZE } from "./scan.ts";

/**
 * One call looks at no more than 600 invoices for open ones, and searches for at most 240 numbers beyond them: less than the
 * API answers in a minute. Clients give a call up after 60 s, so no search begins after 35.
 */
const MAX_PAGES = 20;
const MAX_SEARCHES = 240;
const SEARCH_MS = 35_000;
const AT_ONCE = 4;
/** So many open ones are read before anything else: most accounts have no more. */
const FEW_PAGES = 5;
/** Fewer unknown numbers are searched for one by one; a page is worth its reading for two of them. */
const MANY_NUMBERS = 8;
const WORTH_A_PAGE = 2;

export interface Candidates {
  readonly invoices: readonly Invoice[];
  /** What was not looked at, as a sentence. */
  readonly incomplete: string | undefined;
}

/** Open invoices, newest first, until every line is decided; then whatever else lines name, by its number. */
export async function candidates(lines: readonly BankLine[], context: ReadContext): Promise<Candidates> {
  const until = context.clock.now() + SEARCH_MS;
  const search = new CandidateSearch(lines, context, until);
  const last = await search.openPage(1);
  await search.openPages(Math.min(last, FEW_PAGES));
  await search.seek();
  const { searched, wanted } = await search.byNumber();
  await search.openPages(Math.min(last, MAX_PAGES));
  const cut = last > MAX_PAGES && !search.isDecided();
  return { invoices: search.invoices, incomplete: shortfall(cut, searched, wanted) };
}

class CandidateSearch {
  readonly #lines: readonly BankLine[];
  readonly #context: ReadContext;
  readonly #until: number;
  readonly #found = new Map<string, Invoice>();
  #index: NumberIndex | null = null;
  #nextPage = 1;
  /** The whole list was read: a number that is not known by now does not exist. */
  #isWhole = false;

  constructor(lines: readonly BankLine[], context: ReadContext, until: number) {
    this.#lines = lines;
    this.#context = context;
    this.#until = until;
  }

  get invoices(): readonly Invoice[] {
    return [...this.#found.values()];
  }

  isDecided(): boolean {
    const index = this.#numbers();
    return this.#lines.every((line) => isDecided(line, index));
  }

  /** Reads one page of open invoices; the number of the last one, as far as it is known. */
  async openPage(page: number): Promise<number> {
    const answer = await this.#list({ status: "sent", page });
    this.#add(answer.items);
    this.#nextPage = Math.max(this.#nextPage, page + 1);
    return answer.last_page ?? (answer.items.length < PAGE_SIZE ? page : MAX_PAGES);
  }

  /** Goes on to that page, as long as a line is undecided. */
  async openPages(last: number): Promise<void> {
    while (this.#nextPage <= last && !this.isDecided()) {
      const from = this.#nextPage;
      const pages = Array.from({ length: Math.min(AT_ONCE, last - from + 1) }, (_, at) => from + at);
      await Promise.all(pages.map((page) => this.openPage(page)));
      this.#context.progress(`${this.#found.size} invoices read`);
    }
  }

  /**
   * Finds many numbers with fewer requests than numbers. A list of fewer pages is read whole. In a longer one, numbers that
   * were given out together are looked for on the pages they should stand on, because lines of one time name invoices of one
   * time; as long as pages hold at least two of them each, the others are left to the search.
   */
  async seek(): Promise<void> {
    let wanted = this.#unknown();
    if (wanted.length < MANY_NUMBERS) return;
    const first = await this.#list({ page: 1 });
    // Without the order, or without an end, no page is where a number should stand.
    if (first.last_page === null || first.unapplied.length > 0) return;
    if (first.last_page <= Math.min(wanted.length, MAX_PAGES)) {
      await this.#readWhole(first, first.last_page);
      return;
    }
    const places = new NumberPlaces(first.last_page);
    const take = ({ page, items }: Page<Invoice>) => {
      const numbers = items.map(({ number }) => number);
      places.saw(page, numbers);
      this.#add(items.filter(({ number }) => wanted.some((one) => sameNumber(number, one))));
    };
    take(first);
    for (let reads = 1; reads < wanted.length && this.#context.clock.now() < this.#until; ) {
      const pages = pagesFor(wanted, places);
      if (pages.length === 0) return;
      for (const page of await Promise.all(pages.map((number) => this.#list({ page: number })))) take(page);
      reads += pages.length;
      wanted = wanted.filter((one) => !this.invoices.some(({ number }) => sameNumber(number, one)));
      this.#context.progress(`${this.#found.size} invoices read`);
    }
  }

  /** Searches for what is still unknown, number by number. */
  async byNumber(): Promise<{ readonly searched: number; readonly wanted: number }> {
    const terms = this.#isWhole ? [] : this.#unknown();
    let searched = 0;
    while (searched < Math.min(terms.length, MAX_SEARCHES) && this.#context.clock.now() < this.#until) {
      const some = terms.slice(searched, Math.min(searched + AT_ONCE, MAX_SEARCHES));
      const answers = await Promise.all(some.map((search) => this.#list({ search, page_size: 10 })));
      this.#add(answers.flatMap(({ items }) => items));
      searched += some.length;
      this.#context.progress(`${searched} of ${terms.length} numbers searched for`);
    }
    return { searched, wanted: terms.length };
  }

  async #readWhole(first: Page<Invoice>, last: number): Promise<void> {
    const rest = Array.from({ length: last - 1 }, (_, at) => at + 2);
    const seen = new Set(first.items.map(({ id }) => id));
    this.#add(first.items);
    while (rest.length > 0) {
      const pages = await Promise.all(rest.splice(0, AT_ONCE).map((page) => this.#list({ page })));
      for (const { items } of pages) {
        this.#add(items);
        for (const { id } of items) seen.add(id);
      }
    }
    // What moved between two pages was perhaps on none.
    this.#isWhole = seen.size === first.total;
  }

  #unknown(): string[] {
    return searchTerms(this.#lines, this.#numbers(), this.invoices.filter(isOpen));
  }

  #add(invoices: readonly Invoice[]): void {
    for (const invoice of invoices) this.#found.set(invoice.id, invoice);
    this.#index = null;
  }

  #numbers(): NumberIndex {
    this.#index ??= new NumberIndex(this.invoices);
    return this.#index;
  }

  #list(query: {
    readonly status?: "sent";
    readonly search?: string;
    readonly page?: number;
    readonly page_size?: number;
  }): Promise<Page<Invoice>> {
    const { signal } = this.#context;
    return this.#context.api.listInvoices({ page_size: PAGE_SIZE, ...query, sort: "-created_at" }, { signal });
  }
}

/** The pages that should hold most of the numbers. */
function pagesFor(wanted: readonly string[], places: NumberPlaces): number[] {
  const counts = new Map<number, number>();
  for (const number of wanted) {
    const page = places.pageOf(number);
    if (page !== null) counts.set(page, (counts.get(page) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count >= WORTH_A_PAGE)
    .sort(([, a], [, b]) => b - a)
    .slice(0, AT_ONCE)
    .map(([page]) => page);
}

function shortfall(cut: boolean, searches: number, terms: number): string | undefined {
  const parts = [
    ...(cut ? [`Only the newest ${MAX_PAGES * PAGE_SIZE} invoices were compared by name and amount.`] : []),
    ...(searches < terms
      ? [
          `Only ${searches} of ${terms} unknown numbers were searched for; match the lines still without one in a call of their own.`,
        ]
      : []),
  ];
  return parts.length === 0 ? undefined : parts.join(" ");
}
