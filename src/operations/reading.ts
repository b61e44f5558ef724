import { z } from "zod";
import type { CallOptions, InvoicesApi } from "../api/port.ts";
import type { Invoice } from "../domain/invoice.ts";
import { documentName } from "../domain/invoice.ts";
import { NotFoundError, WrongStateError } from "../errors.ts";
import type { OperationContext, Undone, Verdict } from "./operation.ts";

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

/** Why a document that looks right is not proof. */
export const OWNERLESS = "the API does not say whose its invoices are";

/** Documents a search found, and whether it could have missed one. */
export interface Found {
  readonly invoices: readonly Invoice[];
  readonly isComplete: boolean;
}

export function callOptions(context: Pick<OperationContext, "signal">): CallOptions {
  return context.signal ? { signal: context.signal } : {};
}

/**
 * The newest invoices as they are before a dispatch: the first page, or the whole list where the API does not sort it.
 * `customerId` narrows the list where the API supports it.
 */
export async function snapshotInvoices(context: OperationContext, customerId: string | null): Promise<Snapshot> {
  const { invoices, isComplete } = await readList(context, customerId, false, () => true);
  const isDated = (invoice: Invoice) => Number.isFinite(timeOf(invoice));
  const latest = invoices.filter(isDated).sort((a, b) => timeOf(b) - timeOf(a));
  const undated = invoices.filter((invoice) => !isDated(invoice));
  const ids = [...latest.slice(0, PAGE_SIZE), ...undated].map(({ id }) => id);
  return { ids, newest: latest[0]?.created_at ?? null, ...(isComplete ? {} : { partial: true }) };
}

/** Invoices that came into being after the snapshot: unknown to it and not older than its newest. */
export async function invoicesSince(
  context: OperationContext,
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
  context: OperationContext,
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

async function invoicePage(context: OperationContext, customerId: string | null, page: number, items: boolean) {
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

/** The invoice before a dispatch. A 404 here is the caller's mistake: nothing was sent. */
export function readInvoice(context: OperationContext, id: string): Promise<Invoice> {
  return context.api.getInvoice(id, callOptions(context));
}

/** The invoice while reconciling: `null` when it is gone, which proves neither outcome. */
export async function readInvoiceAgain(
  context: Pick<OperationContext, "signal"> & { readonly api: InvoicesApi },
  id: string,
): Promise<Invoice | null> {
  try {
    return await context.api.getInvoice(id, callOptions(context));
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}

export function gone<R>(id: string): Verdict<R> {
  return {
    is: "ambiguous",
    why: `The API does not find document ${id} any more, so what became of the request cannot be read.`,
    candidates: [id],
  };
}

/** `invoice R-2026-0042 is paid` and the way on, as an error that proves nothing was sent. */
export function wrongState(invoice: Invoice, wanted: string, next: string): WrongStateError {
  return new WrongStateError(
    `Nothing was changed: ${documentName(invoice)} is ${invoice.status_word.toLowerCase()}, and ${wanted}.`,
    { next },
  );
}

/** A document that is in one of these states although an act was done that ended them. */
export async function resetSince(
  context: OperationContext,
  id: string,
  isReset: (invoice: Invoice) => boolean,
  again = false,
): Promise<Undone | null> {
  const invoice = await readInvoiceAgain(context, id);
  if (invoice === null || !isReset(invoice)) return null;
  return { why: `The API shows it as ${invoice.status_word.toLowerCase()} now; it was changed elsewhere.`, again };
}

/** Ids that no other operation of the journal has produced. */
export async function untaken<T extends { readonly id: string }>(
  context: OperationContext,
  kind: Parameters<OperationContext["isTaken"]>[0],
  found: readonly T[],
): Promise<readonly T[]> {
  const free: T[] = [];
  for (const one of found) if (!(await context.isTaken(kind, one.id))) free.push(one);
  return free;
}
