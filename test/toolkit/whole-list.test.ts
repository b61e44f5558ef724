import { describe, expect, it } from "vitest";
import type { InvoiceQuery, Page } from "../../src/api/port.ts";
import { type Clock, systemClock } from "../../src/domain/clock.ts";
import type { Invoice } from "../../src/domain/invoice.ts";
import { hiddenSentence, wholeListReader } from "../../src/toolkit/whole-list.ts";
import { invoice as sample } from "../payments/invoices.ts";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 28);
const madeOn = (index: number) => new Date(NOW - index * (DAY / 24)).toISOString();

/** Newest first, one each hour. */
const account = (count: number): Invoice[] =>
  Array.from({ length: count }, (_, index) => ({
    ...sample({ number: `R-${index}`, total: "1" }),
    created_at: madeOn(index),
  }));

class Count {
  seen = 0;
  add(): void {
    this.seen += 1;
  }
}

/** Reads a list in memory; `after` changes it behind a page. */
function reading(all: Invoice[], after: (page: number) => void = () => undefined) {
  let requests = 0;
  const listInvoices = async ({ page = 1, page_size = 30 }: InvoiceQuery): Promise<Page<Invoice>> => {
    requests += 1;
    const items = all.slice((page - 1) * page_size, page * page_size);
    const answer = { items, page, total: all.length, last_page: Math.ceil(all.length / page_size), unapplied: [] };
    after(page);
    return answer;
  };
  const clock: Clock = { ...systemClock, now: () => NOW };
  const read = wholeListReader<Count>();
  const next = (cursor?: string, pause_at?: string) =>
    read(
      {
        purpose: "count",
        cursor,
        customer_id: undefined,
        begin: () => new Count(),
        ...(pause_at === undefined ? {} : { pause_at }),
      },
      {
        api: { listInvoices },
        clock,
        organization: { id: "o", name: null },
        now: NOW,
        signal: new AbortController().signal,
        progress: () => undefined,
      },
    );
  return { next, requests: () => requests };
}

describe("a reading of the whole list", () => {
  it("ends a first call where what is asked about was read, and goes on to the end when it is asked to", async () => {
    const { next, requests } = reading(account(12_000));
    const first = await next(undefined, "2026-11-01");
    // 28 days of 24 each are 23 pages.
    expect(requests()).toBeLessThanOrEqual(23 + 5);
    expect(first.list).toMatchObject({ complete: false, stopped: null, hidden: 0 });
    expect(first.list.back_to).toMatch(/^2026-10-(2[5-9]|3)/);
    const second = await next(first.cursor ?? "", "2026-11-01");
    expect(second.list).toMatchObject({ complete: true, seen: 12_000 });
    expect(second.list.fold.seen).toBe(12_000);
    expect(requests()).toBe(400);
  });

  it("reads a list of one call to its end, whatever is asked about", async () => {
    const { list, cursor } = await reading(account(3_000)).next(undefined, "2026-11-27");
    expect(list).toMatchObject({ complete: true, seen: 3_000 });
    expect(cursor).toBeNull();
  });

  it("is no whole where a document that the API counts was on no page", async () => {
    const all = account(300);
    // Two change places across the edge of two pages, and neither is seen: the list has as many as before.
    const { next } = reading(all, (page) => {
      if (page !== 1) return;
      const [moved] = all.splice(100, 1);
      if (moved !== undefined) all.unshift(moved);
    });
    const { list, cursor } = await next();
    expect(list).toMatchObject({ complete: false, hidden: 1, seen: 299 });
    expect(cursor).toBeNull();
    expect(hiddenSentence(list.hidden)).toContain("Ask again from the beginning");
  });
});
