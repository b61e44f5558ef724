import { z } from "zod";
import { addDays, dayOf } from "../domain/clock.ts";
import type { Invoice } from "../domain/invoice.ts";
import { callOptions, type ReadingContext } from "./act.ts";

/** The published page maximum. */
const PAGE_SIZE = 30;
/** 1,200 documents: further no search goes. */
const MAX_PAGES = 40;

/** What was there before a dispatch: newest ids of a list, and how new the newest was (the API's clock on both sides). */
export const snapshotSchema = z.object({
  ids: z.array(z.string()),
  newest: z.string().nullable(),
  /** The list has no order to rely on and is too long to be read whole: what is unknown to the snapshot may be old. */
  partial: z.literal(true).exactOptional(),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

/** Why a search was not complete. */
export const UNSEARCHABLE = "the API does not sort its list of invoices, and the list is too long to be searched whole";

/** Documents a search found, and whether it could have missed one. */
export interface Found {
  readonly invoices: readonly Invoice[];
  readonly isComplete: boolean;
}

/** A customer's documents, newest first, drafts too. */
export interface Earlier {
  readonly invoices: readonly Invoice[];
  /** False when there may be more than these. */
  readonly complete: boolean;
}

/** Equal amounts within this time are looked for. */
const LOOK_BACK_DAYS = 45;
/** Pages of earlier documents that are looked at. */
const EARLIER_PAGES = 2;

/** One page, and a second one only while the first says neither whether it is the first invoice nor what went out lately. */
export async function earlierOf(customerId: string, context: ReadingContext): Promise<Earlier> {
  const invoices: Invoice[] = [];
  const since = addDays(dayOf(context.now), -LOOK_BACK_DAYS);
  for (let page = 1; page <= EARLIER_PAGES; page += 1) {
    const found = await context.api.listInvoices(
      { customer_id: customerId, sort: "-created_at", page, page_size: PAGE_SIZE },
      callOptions(context),
    );
    invoices.push(...found.items.filter((invoice) => invoice.customer_id === customerId));
    if (found.items.length === 0 || page >= (found.last_page ?? page)) return { invoices, complete: true };
    const wentOut = invoices.some((one) => one.status !== "draft" && !one.is_quote && !one.is_cancellation);
    const isSorted = !found.unapplied.includes("sort") && isNewestFirst(found.items, Number.POSITIVE_INFINITY);
    const isEnough = isSorted && wentOut && invoices.some((one) => (one.created_at ?? since).slice(0, 10) < since);
    if (isEnough) return { invoices, complete: false };
  }
  return { invoices, complete: false };
}

/**
 * The newest invoices as they are before a dispatch: the first page, or the whole list where the API does not sort it.
 * `customerId` narrows the list where the API supports it.
 */
export async function snapshotInvoices(context: ReadingContext, customerId: string | null): Promise<Snapshot> {
  const { invoices, isComplete } = await readList(context, customerId, false, () => true);
  const isDated = (invoice: Invoice) => Number.isFinite(timeOf(invoice));
  const latest = invoices.filter(isDated).sort((a, b) => timeOf(b) - timeOf(a));
  const undated = invoices.filter((invoice) => !isDated(invoice));
  const ids = [...latest.slice(0, PAGE_SIZE), ...undated].map(({ id }) => id);
  return { ids, newest: latest[0]?.created_at ?? null, ...(isComplete ? {} : { partial: true }) };
}

/** Invoices that came into being after the snapshot: unknown to it and not older than its newest. */
export async function invoicesSince(
  context: ReadingContext,
  customerId: string | null,
  snapshot: Snapshot,
): Promise<Found> {
  const known = new Set(snapshot.ids);
  const { invoices, isComplete } = await readList(context, customerId, true, (page) =>
    page.some((invoice) => isOlder(invoice.created_at, snapshot.newest)),
  );
  return {
    invoices: invoices.filter(({ id, created_at }) => !known.has(id) && !isOlder(created_at, snapshot.newest)),
    isComplete,
  };
}

/**
 * Reads a list newest first until `isEnough`. That stops it only while the order holds: an API that refuses to sort, or
 * does not do it, is read to its last page.
 */
async function readList(
  context: ReadingContext,
  customerId: string | null,
  items: boolean,
  isEnough: (page: readonly Invoice[]) => boolean,
): Promise<Found> {
  const found = new Map<string, Invoice>();
  let isSorted = true;
  let last = Number.POSITIVE_INFINITY;
  for (let number = 1; number <= MAX_PAGES; number += 1) {
    const page = await invoicePage(context, customerId, number, items);
    const seen = found.size;
    isSorted &&= !page.unapplied.includes("sort") && isNewestFirst(page.items, last);
    for (const invoice of page.items) {
      found.set(invoice.id, invoice);
      last = Math.min(last, timeOf(invoice));
    }
    const isEnd = page.items.length === 0 || (page.last_page !== null && number >= page.last_page);
    if (isEnd || (isSorted && isEnough(page.items))) return { invoices: [...found.values()], isComplete: true };
    // An API that answers every page number with the same page shows no more.
    if (found.size === seen) break;
  }
  return { invoices: [...found.values()], isComplete: false };
}

function isNewestFirst(page: readonly Invoice[], before: number): boolean {
  let last = before;
  return page.every((invoice) => {
    const time = timeOf(invoice);
    const holds = Number.isFinite(time) && time <= last;
    last = time;
    return holds;
  });
}

/** An unreadable or missing date counts as the newest: such a document is never left out. */
function timeOf({ created_at }: Invoice): number {
  const time = created_at === null ? Number.NaN : Date.parse(created_at);
  return Number.isNaN(time) ? Number.POSITIVE_INFINITY : time;
}

async function invoicePage(context: ReadingContext, customerId: string | null, page: number, items: boolean) {
  return context.api.listInvoices(
    {
      ...(customerId === null ? {} : { customer_id: customerId }),
      sort: "-created_at",
      include_items: items,
      page,
      page_size: PAGE_SIZE,
    },
    callOptions(context),
  );
}

function isOlder(createdAt: string | null, newest: string | null): boolean {
  return createdAt !== null && newest !== null && Date.parse(createdAt) < Date.parse(newest);
}
