import type { Address } from "../domain/customer.ts";
import type { Invoice } from "../domain/invoice.ts";
import type { ReadContext } from "./context.ts";
import { type CustomerData, customerDetails } from "./customers.ts";

/**
 * Reading back what was just written. The write is done whatever happens here, so a failed read is a note, never an error.
 */
const NOT_READ = "It is done, but reading it back failed just now.";

export async function readCustomer(
  id: string,
  email: string,
  context: ReadContext,
): Promise<{ readonly customer: CustomerData; readonly note: string | undefined }> {
  try {
    return { customer: customerDetails(await context.api.getCustomer(id)), note: undefined };
  } catch {
    return { customer: { id, name: email, email }, note: NOT_READ };
  }
}

/** The address that sending a draft fills in: `null` where nothing is on file, or none is filled in; `undefined`: unread. */
export async function addressToFillIn(invoice: Invoice, context: ReadContext): Promise<Address | null | undefined> {
  if (invoice.status !== "draft" || invoice.customer_unknown) return undefined;
  if (invoice.customer_id === null || (invoice.recipient ?? "").trim() !== "") return null;
  try {
    return (await context.api.getCustomer(invoice.customer_id, { signal: context.signal })).address ?? null;
  } catch {
    return undefined;
  }
}

export async function readInvoice(
  id: string,
  context: ReadContext,
): Promise<
  { readonly invoice: Invoice; readonly note: undefined } | { readonly invoice: null; readonly note: string }
> {
  try {
    return { invoice: await context.api.getInvoice(id), note: undefined };
  } catch {
    return { invoice: null, note: NOT_READ };
  }
}
