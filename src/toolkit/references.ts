import type { Customer } from "../domain/customer.ts";
import { isId } from "../domain/ids.ts";
import type { Invoice } from "../domain/invoice.ts";
import { quoted } from "../domain/untrusted.ts";
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

async function idOfNumber(number: string, context: ReadContext): Promise<string> {
  if (number === "") throw new InputError("invoice_id: the number after # is missing.");
  const page = await context.api.listInvoices({ search: number, sort: "-created_at" }, { signal: context.signal });
  const matches = page.items.filter((invoice) => sameNumber(invoice.number, number));
  const [match, other] = matches;
  if (match === undefined) {
    throw new NotFoundError(`No invoice has the number ${quoted(number, 60)}.`, {
      next: "Find it with list_invoices; drafts have no number and are named by id.",
    });
  }
  if (other !== undefined) {
    throw new InputError(
      `Several invoices have the number ${quoted(number, 60)}: ${matches.map((one) => one.id).join(", ")}.`,
      {
        next: "Call again with the id.",
      },
    );
  }
  return match.id;
}

/** Numbers are compared without regard to case and blanks; nothing else is forgiven. */
export function sameNumber(actual: string | null, wanted: string): boolean {
  const plain = (text: string) => text.replaceAll(/\s/g, "").toLowerCase();
  return actual !== null && plain(actual) === plain(wanted);
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
