import { z } from "zod";
import { allows, type Invoice } from "../domain/invoice.ts";
import type { Operation, OperationContext } from "./operation.ts";
import {
  gone,
  invoicesSince,
  readInvoice,
  readInvoiceAgain,
  resetSince,
  snapshotInvoices,
  snapshotSchema,
  UNSEARCHABLE,
  untaken,
  wrongState,
} from "./reading.ts";

const args = z.object({ invoice_id: z.string() });
const before = snapshotSchema.extend({
  customer_id: z.string().nullable(),
  total: z.string().nullable(),
});
const result = z.object({
  invoice_id: z.string(),
  credit_note_id: z.string().nullable(),
  credit_note_number: z.string().nullable(),
});

export type CancelInvoiceArgs = z.infer<typeof args>;
export type CancelInvoiceResult = z.infer<typeof result>;

/** Voids an invoice and has the API make its credit note. Once, for ever. */
export const cancelInvoice: Operation<CancelInvoiceArgs, z.infer<typeof before>, CancelInvoiceResult> = {
  kind: "cancel_invoice",
  schemas: { args, before, result },
  repeat: "always",
  identity: ({ invoice_id }) => ({ invoice_id }),
  lock: ({ invoice_id }) => `inv:${invoice_id}`,
  subject: ({ invoice_id }) => ({ type: "invoice", id: invoice_id }),

  async prepare({ invoice_id }, context) {
    const invoice = await readInvoice(context, invoice_id);
    if (invoice.is_cancellation) {
      throw wrongState(invoice, "a credit note cannot be cancelled", "Make a new invoice with create_invoice.");
    }
    const total = invoice.total?.toFixed() ?? null;
    if (invoice.status === "void") {
      const since = await invoicesSince(context, invoice.customer_id, { ids: [], newest: invoice.created_at });
      const [note, more] = since.invoices.filter((other) =>
        isCreditNoteFor(other, invoice_id, total, since.isComplete),
      );
      return { state: "already", result: cancelled(invoice_id, more ? null : (note ?? null)) };
    }
    if (!allows("cancel", invoice.status)) {
      throw wrongState(
        invoice,
        "only sent or paid invoices can be cancelled",
        invoice.status === "draft"
          ? "A draft bills nobody: leave it, or delete it in the web interface."
          : "Read it with get_invoice.",
      );
    }
    const snapshot = await snapshotInvoices(context, invoice.customer_id);
    return { state: "go", before: { ...snapshot, customer_id: invoice.customer_id, total } };
  },

  async dispatch({ invoice_id }, _before, api, options) {
    return api.cancelInvoice(invoice_id, options);
  },

  async reconcile({ invoice_id }, snapshot, context, applied) {
    const invoice = await readInvoiceAgain(context, invoice_id);
    if (invoice === null) return gone(invoice_id);
    const { notes, isComplete } = await creditNotes(invoice_id, snapshot, context);
    const [first] = notes;
    const isVoid = invoice.status === "void" || invoice.status === "refunded";
    if (isVoid && first && notes.length === 1) return { is: "done", result: cancelled(invoice_id, first) };
    if (notes.length === 0 && !isComplete) {
      if (isVoid && applied) return { is: "done", result: cancelled(invoice_id, null) };
      return {
        is: "ambiguous",
        why: `The invoice is ${isVoid ? "void" : "not void"}. Whether it has a credit note cannot be read: ${UNSEARCHABLE}.`,
        candidates: [invoice_id],
        ...(isVoid ? {} : { blind: true }),
      };
    }
    if (!isVoid && notes.length === 0) return { is: "not_done" };
    return {
      is: "ambiguous",
      why: isVoid
        ? notes.length === 0
          ? "The invoice is void, but no credit note was found."
          : `The invoice is void and ${notes.length} credit notes were made for it.`
        : "A credit note was made, but the invoice is not void.",
      candidates: [invoice_id, ...notes.map(({ id }) => id)],
    };
  },

  undone: ({ invoice_id }, context) =>
    resetSince(context, invoice_id, ({ status }) => status === "sent" || status === "paid"),
};

async function creditNotes(
  invoiceId: string,
  snapshot: z.infer<typeof before>,
  context: OperationContext,
): Promise<{ readonly notes: readonly Invoice[]; readonly isComplete: boolean }> {
  const since = await invoicesSince(context, snapshot.customer_id, snapshot);
  const isNew = !snapshot.partial;
  const notes = await untaken(
    context,
    "cancel_invoice",
    since.invoices.filter((invoice) => isCreditNoteFor(invoice, invoiceId, snapshot.total, isNew)),
  );
  return { notes, isComplete: since.isComplete && isNew };
}

/**
 * By its reference where the API gives one; else, among documents that are known to be new, by being a cancellation over
 * the same amount, of either sign.
 */
function isCreditNoteFor(invoice: Invoice, originalId: string, total: string | null, isNew: boolean): boolean {
  if (invoice.id === originalId || !(invoice.is_cancellation || invoice.is_credit)) return false;
  if (invoice.reference?.type === "invoices") return invoice.reference.id === originalId;
  return isNew && (total === null || invoice.total === null || invoice.total.abs().eq(total.replace("-", "")));
}

const cancelled = (invoiceId: string, note: Invoice | null): CancelInvoiceResult => ({
  invoice_id: invoiceId,
  credit_note_id: note?.id ?? null,
  credit_note_number: note?.number ?? null,
});
