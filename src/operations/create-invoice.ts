import { z } from "zod";
import { type Invoice, type NewInvoice, REFERENCE_TYPES } from "../domain/invoice.ts";
import type { Operation } from "./operation.ts";
import { invoicesSince, snapshotInvoices, untaken } from "./reading.ts";
import { sameText } from "./text.ts";

const args = z.object({
  currency: z.string(),
  calculate_from_net: z.boolean(),
  customer_id: z.string().exactOptional(),
  reference: z.object({ type: z.enum(REFERENCE_TYPES), id: z.string() }).exactOptional(),
  recipient: z.string().exactOptional(),
  invoicing_party: z.string().exactOptional(),
  issued_at: z.string().exactOptional(),
  due_date: z.string().exactOptional(),
  notes: z.string().exactOptional(),
  vat_number: z.string().exactOptional(),
  is_quote: z.boolean().exactOptional(),
  number: z.string().exactOptional(),
});
const before = z.object({ ids: z.array(z.string()), newest: z.string().nullable() });
const result = z.object({ invoice_id: z.string() });

export type CreateInvoiceArgs = z.infer<typeof args>;
export type CreateInvoiceResult = z.infer<typeof result>;

export function createInvoiceArgs({ reference, ...invoice }: NewInvoice): CreateInvoiceArgs {
  return reference ? { ...invoice, reference: { type: reference.type, id: reference.id } } : { ...invoice };
}

/** A draft without lines. Two equal calls within a day are one draft, unless the second names the first. */
export const createInvoice: Operation<CreateInvoiceArgs, z.infer<typeof before>, CreateInvoiceResult> = {
  kind: "create_invoice",
  schemas: { args, before, result },
  repeat: "day",
  identity: (invoice) => ({ ...invoice, is_quote: invoice.is_quote ?? false }),
  lock: ({ customer_id, reference }) =>
    `newinv:${customer_id ?? (reference ? `${reference.type}:${reference.id}` : "-")}`,
  subject: (_args, done) => ({ type: "invoice", id: done?.invoice_id ?? null }),

  async prepare({ customer_id }, context) {
    const { ids, newest } = await snapshotInvoices(context, customer_id ?? null);
    return { state: "go", before: { ids: [...ids], newest } };
  },

  async dispatch(invoice, _before, api, signal) {
    const evidence = await api.createInvoice(invoice, signal ? { signal } : {});
    if (evidence.kind !== "applied") return evidence;
    return { ...evidence, resource: evidence.resource && { invoice_id: evidence.resource.id } };
  },

  async reconcile(wanted, snapshot, context) {
    const since = await invoicesSince(context, wanted.customer_id ?? null, snapshot);
    const equal = await untaken(
      context,
      "create_invoice",
      since.filter((invoice) => isEqual(invoice, wanted)),
    );
    const [first] = equal;
    if (!first) return { is: "not_done" };
    if (equal.length === 1) return { is: "done", result: { invoice_id: first.id } };
    return {
      is: "ambiguous",
      why: `${equal.length} new, equal, empty drafts exist. They bill nobody until one is sent.`,
      candidates: equal.map(({ id }) => id),
    };
  },
};

function isEqual(invoice: Invoice, wanted: CreateInvoiceArgs): boolean {
  const given = (field: "recipient" | "invoicing_party" | "notes" | "vat_number") =>
    wanted[field] === undefined || sameText(invoice[field], wanted[field]);
  return (
    invoice.status === "draft" &&
    (invoice.items === null || invoice.items.length === 0) &&
    invoice.currency === wanted.currency &&
    invoice.calculate_from_net === wanted.calculate_from_net &&
    invoice.is_quote === (wanted.is_quote ?? false) &&
    !invoice.is_cancellation &&
    (wanted.reference
      ? invoice.reference === null || invoice.reference.id === wanted.reference.id
      : invoice.customer_id === (wanted.customer_id ?? null)) &&
    given("recipient") &&
    given("invoicing_party") &&
    given("notes") &&
    given("vat_number") &&
    (wanted.issued_at === undefined || invoice.issued_at === wanted.issued_at) &&
    (wanted.due_date === undefined || invoice.due_date === wanted.due_date)
  );
}
