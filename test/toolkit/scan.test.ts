import { describe, expect, it } from "vitest";
import type { Page } from "../../src/api/port.ts";
import { decodeCursor, encodeCursor } from "../../src/toolkit/cursor.ts";
import { PAGE_SIZE, scan } from "../../src/toolkit/scan.ts";
import { Random } from "../journal/random.ts";

interface Row {
  readonly id: string;
  readonly created_at: string;
}

type Order = "newest_first" | "oldest_first" | null;

/** A list on the other side that others change. */
class Books {
  #next = 0;
  readonly order: Order;
  rows: Row[] = [];
  /** Runs before each page is answered. */
  between: () => void = () => {};

  constructor(order: Order) {
    this.order = order;
  }

  add(count: number): void {
    for (let index = 0; index < count; index += 1) {
      this.#next += 1;
      // Four of each share a second.
      const created_at = new Date(1.7e12 + Math.floor(this.#next / 4) * 1000).toISOString();
      this.rows.unshift({ id: `row-${this.#next}`, created_at });
    }
  }

  served(): readonly Row[] {
    return this.order === "oldest_first" ? this.rows.toReversed() : this.rows;
  }

  /** Takes rows away, counted in the order in which they are served. */
  remove(from: number, count: number): void {
    const gone = this.served().slice(from, from + count);
    for (const row of gone) this.rows.splice(this.rows.indexOf(row), 1);
  }

  page = async (page: number): Promise<Page<Row>> => {
    this.between();
    const items = this.served().slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
    const total = this.rows.length;
    return { items, page, last_page: Math.max(1, Math.ceil(total / PAGE_SIZE)), total, unapplied: [] };
  };
}

/** Reads the list to its end in calls of `limit`, with `change` between the calls. */
async function readAll(books: Books, limit: number, change: (call: number) => void) {
  const told: string[] = [];
  let cursor: string | undefined;
  let shifted = false;
  for (let call = 1; call < 500; call += 1) {
    const part = await scan<Row>({
      fetchPage: books.page,
      keep: () => true,
      limit,
      start: decodeCursor({}, cursor),
      max_pages: 50,
      order: books.order,
    });
    told.push(...part.found.map(({ id }) => id));
    shifted ||= part.shifted;
    if (part.next === null) return { told, shifted };
    cursor = encodeCursor({}, part.next);
    expect(cursor.length).toBeLessThan(600);
    change(call);
  }
  throw new Error("no end");
}

function repeated(told: readonly string[]): string[] {
  return told.filter((id, index) => told.indexOf(id) !== index);
}

describe.each(["newest_first", "oldest_first", null] as const)(
  "a list that changes while it is read (order: %s)",
  (order) => {
    it.each([3, 20, 29, 30, 31, 50])("loses and repeats nothing when told rows go, %i at a time", async (limit) => {
      const books = new Books(order);
      books.add(140);
      const all = books.rows.map(({ id }) => id);
      const told = new Set<number>();
      const { told: seen, shifted } = await readAll(books, limit, (call) => {
        if (told.has(call)) return;
        // The oldest of those just told is paid.
        books.remove(Math.min(limit - 1, 2), 1);
      });
      expect(shifted).toBe(false);
      expect(repeated(seen)).toEqual([]);
      expect(all.filter((id) => !seen.includes(id) && books.rows.some((row) => row.id === id))).toEqual([]);
    });

    it.each([3, 20, 30, 50])("repeats nothing when new rows come, %i at a time", async (limit) => {
      const books = new Books(order);
      books.add(140);
      const all = books.rows.map(({ id }) => id);
      const { told, shifted } = await readAll(books, limit, () => books.add(2));
      expect(shifted).toBe(false);
      expect(repeated(told)).toEqual([]);
      expect(all.filter((id) => !told.includes(id))).toEqual([]);
    });

    it("loses nothing when rows go between two pages of one call", async () => {
      const books = new Books(order);
      books.add(140);
      let pages = 0;
      books.between = () => {
        pages += 1;
        if (pages % 2 === 0 && pages < 8) books.remove(1, 3);
      };
      const all = books.rows.map(({ id }) => id);
      const { told } = await readAll(books, 500, () => {});
      expect(repeated(told)).toEqual([]);
      expect(all.filter((id) => !told.includes(id) && books.rows.some((row) => row.id === id))).toEqual([]);
    });

    it("says that it shifted when nothing of what was told is found again", async () => {
      const books = new Books(order);
      books.add(140);
      const { told, shifted } = await readAll(books, 30, (call) => {
        if (call === 1) books.add(400);
      });
      expect(shifted || repeated(told).length === 0).toBe(true);
      if (order === null) expect(shifted).toBe(true);
    });

    const seed = Date.now() % 1_000_000;
    it(`random changes never lose a row silently (seed ${seed})`, async () => {
      const random = new Random(seed);
      const next = () => random.next();
      for (let round = 0; round < 60; round += 1) {
        const books = new Books(order);
        books.add(60 + Math.floor(next() * 120));
        const all = books.rows.map(({ id }) => id);
        const { told, shifted } = await readAll(books, 1 + Math.floor(next() * 40), () => {
          if (next() < 0.4) books.remove(Math.floor(next() * books.rows.length), 1);
          if (next() < 0.3) books.add(1 + Math.floor(next() * 3));
        });
        const lost = all.filter((id) => !told.includes(id) && books.rows.some((row) => row.id === id));
        if (!shifted) expect({ lost, repeated: repeated(told) }).toEqual({ lost: [], repeated: [] });
      }
    });
  },
);
