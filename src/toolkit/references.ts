import type { Customer } from "../domain/customer.ts";
import { isId } from "../domain/ids.ts";
import type { Invoice } from "../domain/invoice.ts";
import { formatMoney } from "../domain/money.ts";
import { cited, inert } from "../domain/untrusted.ts";
import { InputError, NotFoundError } from "../errors.ts";
import type { ReadContext } from "./context.ts";

/**
 * Finds the invoice a caller means: an id, or a number (`#2026-0042`; the `#` may be left out where no id could look
 * like it). Exactly one match or an error: a guess could bill the wrong person.
 */
export async function findInvoice(reference: string, context: ReadContext): Promise<Invoice> {
  const wanted = reference.trim();
  const number = wanted.startsWith("#") ? wanted.slice(1).trim() : wanted;
  if (!wanted.startsWith("#") && isId(wanted)) {
    try {
      return await context.api.getInvoice(wanted, { signal: context.signal });
    } catch (error) {
      if (!(error instanceof NotFoundError) || looksLikeId(wanted)) throw error;
    }
  }
  return context.api.getInvoice(await idOfNumber(number, context), { signal: context.signal });
}

/**
 * The id alone, for acts that read the document themselves before anything happens. An id in its plain form is taken as
 * it is: one read less of the few identical ones that the API allows in a second.
 */
export async function findInvoiceId(reference: string, context: ReadContext): Promise<string> {
  const wanted = reference.trim();
  if (/^[1-9]\d*$/.test(wanted) || /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(wanted)) return wanted;
  if (wanted.startsWith("#")) return idOfNumber(wanted.slice(1).trim(), context);
  return (await findInvoice(wanted, context)).id;
}

/** Pages of a search that are looked through for a number. */
const SEARCH_PAGES = 20;

async function idOfNumber(number: string, context: ReadContext): Promise<string> {
  if (number === "") throw new InputError("invoice_id: the number after # is missing.");
  const { invoices, isComplete } = await searched(number, context);
  const exact = invoices.filter((invoice) => hasNumber(invoice, number));
  const [match, ...others] = exact;
  if (match !== undefined && others.length === 0) return match.id;
  if (match !== undefined) throw several(number, exact);
  // Without its prefix a number is whole as long as no digit is missing.
  const fitting = invoices.filter((invoice) => numbersOf(invoice).some((one) => isWithoutPrefix(one, number)));
  const [fits, ...alike] = fitting;
  if (fits !== undefined && alike.length === 0 && isComplete) return fits.id;
  if (alike.length > 0) throw several(number, fitting);
  const near = invoices.filter((invoice) => numbersOf(invoice).some((one) => isNear(one, number)));
  throw notFound(number, fits === undefined ? near : fitting, isComplete);
}

/** All pages that could hold the number; newer ones that are like it may come first. */
async function searched(
  number: string,
  context: ReadContext,
): Promise<{ readonly invoices: readonly Invoice[]; readonly isComplete: boolean }> {
  const invoices = new Map<string, Invoice>();
  for (let page = 1; page <= SEARCH_PAGES; page += 1) {
    const found = await context.api.listInvoices(
      { search: number, sort: "-created_at", page },
      { signal: context.signal },
    );
    for (const invoice of found.items) invoices.set(invoice.id, invoice);
    const isEnd = found.items.length === 0 || page >= (found.last_page ?? page);
    const [hit] = [...invoices.values()].filter((invoice) => hasNumber(invoice, number));
    // Numbers are unique within an organization (guide, Attributes).
    if (isEnd || hit !== undefined) return { invoices: [...invoices.values()], isComplete: isEnd };
  }
  return { invoices: [...invoices.values()], isComplete: false };
}

function several(number: string, invoices: readonly Invoice[]): InputError {
  return new InputError(
    `Several invoices fit the number ${cited(number, 60)}: ${invoices.slice(0, 5).map(told).join("; ")}.`,
    {
      next: "Ask which one is meant, then call again with its id.",
    },
  );
}

function notFound(number: string, near: readonly Invoice[], isComplete: boolean): NotFoundError {
  const [one, ...others] = near;
  const part = isComplete ? "" : " Not all invoices were looked at.";
  const none = `No invoice has the number ${cited(number, 60)}.${part}`;
  if (one === undefined) {
    return new NotFoundError(none, { next: "Find it with list_invoices; drafts have no number and are named by id." });
  }
  return others.length === 0
    ? new NotFoundError(`${none} One is like it: ${told(one)}.`, {
        next: "Have the person confirm that this one is meant, then call again with its id.",
      })
    : new NotFoundError(`${none} Like it: ${near.slice(0, 5).map(told).join("; ")}.`, {
        next: "Ask which one is meant, then call again with its id.",
      });
}

/** What tells one invoice from another, for a person. */
function told(invoice: Invoice): string {
  const name = invoice.customer?.name;
  return [
    `${inert(invoice.number ?? invoice.id, 60)} (id ${invoice.id})`,
    ...(name === undefined ? [] : [cited(name, 60)]),
    ...(invoice.total === null ? [] : [formatMoney(invoice.total, invoice.currency)]),
  ].join(", ");
}

function numbersOf({ number, raw_number }: Invoice): string[] {
  return [number, raw_number ?? null].filter((one) => one !== null);
}

/** By either of the API's two number fields. */
export function hasNumber(invoice: Invoice, wanted: string): boolean {
  return numbersOf(invoice).some((one) => sameNumber(one, wanted));
}

/** The same, where the wanted one may lack its prefix: `2026-0042` for `RE-2026-0042`. */
export function fitsNumber(invoice: Invoice, wanted: string): boolean {
  return hasNumber(invoice, wanted) || numbersOf(invoice).some((one) => isWithoutPrefix(one, wanted));
}

/** Numbers are compared without regard to case and blanks; nothing else is forgiven. */
export function sameNumber(actual: string | null, wanted: string): boolean {
  return actual !== null && plain(actual) === plain(wanted);
}

function plain(text: string): string {
  return text.replaceAll(/\s/g, "").toLowerCase();
}

function isWithoutPrefix(actual: string, wanted: string): boolean {
  const [whole, end] = [plain(actual), plain(wanted)];
  return /^\d/.test(end) && whole.endsWith(end) && /^\D+$/.test(whole.slice(0, -end.length));
}

/** The same digits but for leading zeros and separators, or the end of the number. */
function isNear(actual: string, wanted: string): boolean {
  const groups = (text: string) => (text.match(/\d+/g) ?? []).map((group) => group.replace(/^0+(?=\d)/, ""));
  const [is, asked] = [groups(actual), groups(wanted)];
  return asked.length > 0 && asked.every((group, index) => is[is.length - asked.length + index] === group);
}

function looksLikeId(value: string): boolean {
  return /^\d+$/.test(value) || /^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(value);
}

/** Reads the customer before anything is written for it, so that a wrong id shows its name. */
export async function findCustomer(id: string, context: ReadContext): Promise<Customer> {
  const wanted = id.trim();
  if (!isId(wanted)) throw new InputError("customer_id is not an id.", { next: "Find it with search_customers." });
  return context.api.getCustomer(wanted, { signal: context.signal });
}
