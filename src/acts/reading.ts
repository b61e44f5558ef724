import type { ReadingApi } from "../api/port.ts";
import type { Customer } from "../domain/customer.ts";
import { documentName, type Invoice } from "../domain/invoice.ts";
import { formatMoney } from "../domain/money.ts";
import { itemTotals, totalsDifference } from "../domain/totals.ts";
import { NotFoundError, UnreadableAnswerError } from "../errors.ts";
import { type ActContext, callOptions, type Moment, type ReadingContext, type Undone, type Verdict } from "./act.ts";
import { type Earlier, earlierOf } from "./search.ts";

/** Why a document that looks right is not proof. */
export const OWNERLESS = "the API does not say whose its invoices are";

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
