import type { CallOptions, InvoicesApi } from "../api/port.ts";
import type { Invoice } from "../domain/invoice.ts";
import { documentName } from "../domain/invoice.ts";
import { NotFoundError, WrongStateError } from "../errors.ts";
import type { OperationContext, Verdict } from "./operation.ts";

/** The published page maximum. */
const PAGE_SIZE = 30;
/** A snapshot is one page; a reconciliation reads on until it meets the snapshot, at most this far. */
const MAX_PAGES = 4;

/** What was there before a dispatch: newest ids of a list, and how new the newest was (the API's clock on both sides). */
export interface Snapshot {
  readonly [key: string]: string | null | readonly string[];
  readonly ids: readonly string[];
  readonly newest: string | null;
}

export function callOptions(context: Pick<OperationContext, "signal">): CallOptions {
  return context.signal ? { signal: context.signal } : {};
}

/** The newest invoices as they are before a dispatch. `customerId` narrows the list where the API supports it. */
export async function snapshotInvoices(context: OperationContext, customerId: string | null): Promise<Snapshot> {
  const page = await invoicePage(context, customerId, 1, false);
  return { ids: page.items.map((invoice) => invoice.id), newest: newestOf(page.items) };
}

/**
 * Invoices that came into being after the snapshot: unknown to it and not older than its newest. Newest first, read
 * until the snapshot is met. Without a sort order that holds, the bound on pages ends the search.
 */
export async function invoicesSince(
  context: OperationContext,
  customerId: string | null,
  snapshot: Snapshot,
): Promise<readonly Invoice[]> {
  const known = new Set(snapshot.ids);
  const found = new Map<string, Invoice>();
  for (let number = 1; number <= MAX_PAGES; number += 1) {
    const page = await invoicePage(context, customerId, number, true);
    for (const invoice of page.items) {
      if (!known.has(invoice.id) && !isOlder(invoice.created_at, snapshot.newest)) found.set(invoice.id, invoice);
    }
    const met = page.items.some((invoice) => known.has(invoice.id));
    if (met || page.items.length === 0 || (page.last_page !== null && number >= page.last_page)) break;
  }
  return [...found.values()];
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

function newestOf(invoices: readonly Invoice[]): string | null {
  let newest: string | null = null;
  for (const { created_at } of invoices) {
    if (created_at !== null && (newest === null || Date.parse(created_at) > Date.parse(newest))) newest = created_at;
  }
  return newest;
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
