import { z } from "zod";
import { allows, type Invoice } from "../domain/invoice.ts";
import { WrongStateError } from "../errors.ts";
import { lineSchema, linesOf, sameLines } from "./lines.ts";
import type { Operation, OperationContext } from "./operation.ts";
import {
  callOptions,
  gone,
  invoicesSince,
  OWNERLESS,
  readInvoice,
  readInvoiceAgain,
  resetSince,
  snapshotInvoices,
  snapshotSchema,
  UNSEARCHABLE,
  untaken,
  wrongState,
} from "./reading.ts";

const args = z.object({ invoice_id: z.string(), customer_id: z.string() });
/** The snapshot is of the new customer's invoices. */
const before = snapshotSchema.extend({
  /** `id` of the new customer, in case the caller named it by its UUID. */
  customer_id: z.string(),
  currency: z.string(),
  calculate_from_net: z.boolean(),
  lines: z.array(lineSchema),
});
const result = z.object({
  invoice_id: z.string(),
  copy_id: z.string().nullable(),
  copy_number: z.string().nullable(),
  copy_status: z.string().nullable(),
});

type Snapshot = z.infer<typeof before>;
export type ChangeRecipientArgs = z.infer<typeof args>;
export type ChangeRecipientResult = z.infer<typeof result>;

/** Voids an invoice and has the API make a copy for another customer. Once for the same pair. */
export const changeRecipient: Operation<ChangeRecipientArgs, Snapshot, ChangeRecipientResult> = {
  kind: "change_recipient",
  schemas: { args, before, result },
  repeat: "always",
  identity: (wanted) => ({ ...wanted }),
  lock: ({ invoice_id }) => `inv:${invoice_id}`,
  subject: ({ invoice_id }) => ({ type: "invoice", id: invoice_id }),

  async prepare({ invoice_id, customer_id }, context) {
    const invoice = await readInvoice(context, invoice_id);
    if (invoice.is_cancellation) {
      throw wrongState(invoice, "a credit note keeps its recipient", "Change the recipient of the invoice itself.");
    }
    const customer = await context.api.getCustomer(customer_id, callOptions(context));
    if (invoice.customer_id === customer.id) {
      throw new WrongStateError("Nothing was changed: the invoice already is this customer's.", {
        next: "Name another customer, or leave it.",
      });
    }
    const content = {
      customer_id: customer.id,
      currency: invoice.currency,
      calculate_from_net: invoice.calculate_from_net,
      lines: linesOf(invoice),
    };
    if (invoice.status === "void") {
      const { found, isComplete } = await copies(
        invoice_id,
        { ...content, ids: [], newest: invoice.created_at },
        context,
      );
      const [copy, more] = found;
      if (copy && !more && isComplete && !copy.customer_unknown)
        return { state: "already", result: changed(invoice_id, copy) };
    }
    if (!allows("change_recipient", invoice.status)) {
      throw wrongState(
        invoice,
        "only a sent or paid invoice can be transferred",
        invoice.status === "draft"
          ? "Link the other customer with update_invoice."
          : "Look for the new invoice with list_invoices, or make one with create_invoice.",
      );
    }
    return { state: "go", before: { ...content, ...(await snapshotInvoices(context, customer.id)) } };
  },

  async dispatch({ invoice_id }, { customer_id }, api, options) {
    return api.changeRecipient(invoice_id, customer_id, options);
  },

  async reconcile({ invoice_id }, snapshot, context, applied) {
    const invoice = await readInvoiceAgain(context, invoice_id);
    if (invoice === null) return gone(invoice_id);
    const { found, isComplete } = await copies(invoice_id, snapshot, context);
    const [first] = found;
    const isVoid = invoice.status === "void" || invoice.status === "refunded";
    const isOwnerless = found.some(({ customer_unknown }) => customer_unknown);
    if (isOwnerless || snapshot.partial || (!first && !isComplete)) {
      if (isVoid && applied) return { is: "done", result: changed(invoice_id, null) };
      return {
        is: "ambiguous",
        why: `The invoice is ${isVoid ? "void" : "not void"}. Whether a copy was made for the new customer cannot be read: ${isOwnerless ? OWNERLESS : UNSEARCHABLE}.`,
        candidates: [invoice_id, ...found.map(({ id }) => id)],
        ...(isVoid ? {} : { blind: true }),
      };
    }
    if (isVoid && first && found.length === 1) return { is: "done", result: changed(invoice_id, first) };
    if (!isVoid && found.length === 0) return { is: "not_done" };
    return {
      is: "ambiguous",
      why: why(isVoid, found.length),
      candidates: [invoice_id, ...found.map(({ id }) => id)],
    };
  },

  undone: ({ invoice_id }, context) =>
    resetSince(context, invoice_id, ({ status }) => status === "sent" || status === "paid"),
};

function why(isVoid: boolean, copiesFound: number): string {
  if (copiesFound === 0) return "The invoice is void, but no copy for the new customer was found: nobody is billed.";
  if (copiesFound > 1) return `${copiesFound} copies exist for the new customer: one of them is billed twice.`;
  return isVoid ? "" : "A copy exists for the new customer, but the invoice is not void: both are billed.";
}

async function copies(
  originalId: string,
  snapshot: Snapshot,
  context: OperationContext,
): Promise<{ readonly found: readonly Invoice[]; readonly isComplete: boolean }> {
  const since = await invoicesSince(context, snapshot.customer_id, snapshot);
  const found = await untaken(
    context,
    "change_recipient",
    since.invoices.filter(
      (invoice) =>
        invoice.id !== originalId &&
        !invoice.is_cancellation &&
        !invoice.is_credit &&
        (invoice.customer_unknown === true || invoice.customer_id === snapshot.customer_id) &&
        invoice.currency === snapshot.currency &&
        (invoice.items === null || sameLines(snapshot.lines, linesOf(invoice), snapshot.calculate_from_net)),
    ),
  );
  return { found, isComplete: since.isComplete };
}

const changed = (invoiceId: string, copy: Invoice | null): ChangeRecipientResult => ({
  invoice_id: invoiceId,
  copy_id: copy?.id ?? null,
  copy_number: copy?.number ?? null,
  copy_status: copy?.status ?? null,
});
