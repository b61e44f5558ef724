/**
 * Where numbers stand in a list of invoices, newest first, learnt from pages that were read. Numbers are given out in
 * order, so a page between two others holds what lies between theirs. It is a guess about where to look, never about what is
 * there: a number that was not seen is searched for.
 */
export class NumberPlaces {
  readonly #lastPage: number;
  readonly #read = new Set<number>();
  /** By the shape of numbers: the lowest and the highest of each page. */
  readonly #spans = new Map<string, Span[]>();

  constructor(lastPage: number) {
    this.#lastPage = lastPage;
  }

  saw(page: number, numbers: readonly (string | null)[]): void {
    this.#read.add(page);
    const all = numbers.flatMap((number) => (number === null ? [] : (partsOf(number) ?? []))).sort(order);
    const spans = new Map<string, Span>();
    for (const parts of all) {
      spans.set(parts.shape, { page, lowest: spans.get(parts.shape)?.lowest ?? parts, highest: parts });
    }
    for (const [shape, span] of spans) this.#spans.set(shape, [...(this.#spans.get(shape) ?? []), span]);
  }

  /** The page it should stand on; `null`: on one that was read, or nothing tells. */
  pageOf(number: string): number | null {
    const wanted = partsOf(number);
    if (wanted === null) return null;
    let [before, after]: [Seen | null, Seen | null] = [null, null];
    for (const { page, lowest, highest } of this.#spans.get(wanted.shape) ?? []) {
      if (order(lowest, wanted) > 0) before = before !== null && before.page > page ? before : { page, parts: lowest };
      else if (order(highest, wanted) < 0)
        after = after !== null && after.page < page ? after : { page, parts: highest };
      else return null;
    }
    if (before === null) return null;
    const guess = between(before, after, wanted, this.#lastPage);
    return guess === null || this.#read.has(guess) ? null : guess;
  }
}

interface Span {
  readonly page: number;
  readonly lowest: Parts;
  readonly highest: Parts;
}

interface Seen {
  readonly page: number;
  readonly parts: Parts;
}

/** `RE-2026-0042`: shape `re-#-#`, counters 2026 and 42. */
interface Parts {
  readonly shape: string;
  readonly counters: readonly number[];
}

/** Documents of a page, of which most have the number after the one before. */
const PER_PAGE = 30;

function partsOf(number: string): Parts | null {
  const counters = (number.match(/\d+/g) ?? []).map(Number);
  if (counters.length === 0 || !counters.every(Number.isSafeInteger)) return null;
  return { shape: number.toLowerCase().replaceAll(/\s/g, "").replaceAll(/\d+/g, "#"), counters };
}

function order(a: Parts, b: Parts): number {
  for (const [index, value] of a.counters.entries()) {
    const other = b.counters[index] ?? 0;
    if (value !== other) return value - other;
  }
  return 0;
}

/** Within one series by its counter; between two (a year and the one before) in the middle. */
function between(before: Seen, after: Seen | null, wanted: Parts, lastPage: number): number | null {
  const [first, last] = [before.page + 1, after === null ? lastPage : after.page - 1];
  if (first > last) return null;
  const ahead = distance(before.parts, wanted);
  const behind = after === null ? null : distance(wanted, after.parts);
  const middle = Math.floor((first + last) / 2);
  if (ahead === null) return middle;
  const guess =
    after !== null && behind !== null
      ? before.page + Math.round(((after.page - before.page) * ahead) / (ahead + behind))
      : before.page + Math.ceil(ahead / PER_PAGE);
  return Math.min(last, Math.max(first, guess));
}

/** How many numbers lie between two of one series; `null` where they are of two. */
function distance(higher: Parts, lower: Parts): number | null {
  const [a, b] = [higher.counters, lower.counters];
  const isOneSeries = a.slice(0, -1).every((value, index) => value === b[index]);
  return isOneSeries ? (a.at(-1) ?? 0) - (b.at(-1) ?? 0) : null;
}
