import { z } from "zod";
import type { CallOptions, ReadingApi } from "../api/port.ts";
import { addDays, dayOf } from "../domain/clock.ts";
import type { Customer } from "../domain/customer.ts";
import { allows, documentName, type Invoice } from "../domain/invoice.ts";
import { formatMoney } from "../domain/money.ts";
import { itemTotals, totalsDifference } from "../domain/totals.ts";
import { inert } from "../domain/untrusted.ts";
import { NotFoundError, UnreadableAnswerError, WrongStateError } from "../errors.ts";
import type { ActContext, Moment, ReadingContext, Undone, Verdict } from "./act.ts";

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

/** What there is about one document at one moment. */
export interface DocumentReading {
  /** Instant right before the first request of it. */
  readonly at: number;
  /** Items included. */
  readonly invoice: Invoice;
  /** Address included; `null` when none is linked, or where it does not matter to the act. */
  readonly customer: Customer | null;
  /** Earlier documents of whom it goes to; `null`: not looked at at this moment. */
  readonly earlier: Earlier | null;
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

/** The document with its customer; earlier documents for the person alone: limits and equal amounts are checked by the record once more. */
export async function readDocument(
  id: string,
  context: ReadingContext,
  moment: Moment,
  wanted: { readonly customer: boolean; readonly earlier: boolean } = { customer: true, earlier: true },
): Promise<DocumentReading> {
  const at = context.now;
  const invoice = await context.api.getInvoice(id, callOptions(context));
  const customer = wanted.customer ? await customerOf(invoice, context) : null;
  const owner = customer?.id ?? invoice.customer_id;
  const earlier = wanted.earlier && moment === "asked" && owner !== null ? await earlierOf(owner, context) : null;
  return { at, invoice, customer, earlier };
}

/** Nobody can approve what goes to an unknown customer. */
export async function customerOf(invoice: Invoice, context: ReadingContext): Promise<Customer | null> {
  if (invoice.customer_unknown) {
    throw new UnreadableAnswerError(
      `The API does not say whose ${documentName(invoice)} is, so nobody can approve it.`,
      { next: "Do it in the dashboard, or check that the token may read customers." },
    );
  }
  return invoice.customer_id === null ? null : context.api.getCustomer(invoice.customer_id, callOptions(context));
}

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

export function callOptions(context: Pick<ActContext, "signal">): CallOptions {
  return context.signal ? { signal: context.signal } : {};
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

/** The invoice while reconciling: `null` when it is gone, which proves neither outcome. */
export async function readInvoiceAgain(
  context: Pick<ActContext, "signal"> & { readonly api: ReadingApi },
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

/** `invoice R-2026-0042 is paid and cannot be cancelled.` */
export function wrongState(invoice: Editable, so: string, next: string): WrongStateError {
  return new WrongStateError(`${documentName(invoice)} is ${inert(invoice.status_word, 30)}${so}`, { next });
}

/** What says whether a document may be edited, and names it. */
export type Editable = Pick<
  Invoice,
  "id" | "number" | "status" | "status_word" | "locked" | "is_quote" | "is_cancellation" | "is_credit"
>;

/** A document that left the house may not be edited (GoBD; the API locks it). Says what is allowed instead. */
export function notEditable(invoice: Editable): WrongStateError | null {
  if (invoice.status === "draft" && !invoice.locked) return null;
  return wrongState(invoice, " and can no longer be edited.", wayOfCorrecting(invoice));
}

function wayOfCorrecting(invoice: Editable): string {
  if (invoice.is_cancellation || invoice.is_credit) return "A credit note stays as it is; write a new invoice instead.";
  switch (invoice.status) {
    case "sent":
    case "paid":
      return `Correct it by a new document: cancel_invoice (Stornorechnung) and bill again; change_recipient if only the customer is wrong; for a part, a new invoice with a negative line that names ${invoice.number ?? invoice.id}.`;
    case "void":
      return "It is void already: write a new invoice with create_invoice.";
    default:
      return "Read it with get_invoice.";
  }
}

/** Cancelling and re-addressing are for documents that left the house. */
export function notRevocable(invoice: Invoice, act: "cancel" | "change_recipient"): WrongStateError | null {
  const participle = act === "cancel" ? "cancelled" : "re-addressed";
  if (invoice.is_cancellation || invoice.is_credit) {
    return new WrongStateError(`${documentName(invoice)} is a credit note and cannot be ${participle}.`, {
      next: "Write a new invoice with create_invoice.",
    });
  }
  if (allows(act, invoice.status)) return null;
  return wrongState(
    invoice,
    ` and cannot be ${participle}.`,
    invoice.status !== "draft"
      ? "It is void already; see the credit note with list_invoices."
      : act === "cancel"
        ? "A draft was never sent: correct it with update_invoice, or leave it."
        : "Link the right customer with update_invoice.",
  );
}

/** A document that is in one of these states although an act was done that ended them. */
export async function resetSince(
  context: ActContext,
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
  context: ActContext,
  kind: Parameters<ActContext["isTaken"]>[0],
  found: readonly T[],
): Promise<readonly T[]> {
  const free: T[] = [];
  for (const one of found) if (!(await context.isTaken(kind, one.id))) free.push(one);
  return free;
}

/** A line was changed as asked; the draft is only right when the API adds its lines up as they are. */
export function totalsVerdict<R>(invoice: Invoice, result: R, what: string): Verdict<R> {
  const items = invoice.items ?? [];
  const totals = itemTotals(items, invoice.calculate_from_net, invoice.currency);
  const difference = totalsDifference(invoice.total, totals, items.length, invoice.currency);
  if (difference === null || invoice.total === null || totals === null) {
    return { is: "done", result, document: invoice };
  }
  return {
    is: "mismatch",
    why: `${what}, but the API's total is ${formatMoney(invoice.total, invoice.currency)} where the lines add up to ${formatMoney(totals.gross, invoice.currency)}.`,
    result,
    document: invoice,
  };
}

/** Customers with exactly this e-mail, in any case (the filter is documented). */
export async function withEmail(email: string, context: ReadingContext): Promise<readonly Customer[]> {
  const page = await context.api.listCustomers({ email, page_size: 30 }, callOptions(context));
  return page.items.filter((customer) => customer.email?.trim().toLowerCase() === email.toLowerCase());
}
