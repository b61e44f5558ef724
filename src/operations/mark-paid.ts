import { z } from "zod";
import { allows } from "../domain/invoice.ts";
import type { Operation } from "./operation.ts";
import { gone, readInvoice, readInvoiceAgain, resetSince, wrongState } from "./reading.ts";

const args = z.object({ invoice_id: z.string(), send_notification: z.boolean() });
const before = z.object({ status: z.string() });
/** Whether the e-mail left cannot be read back: `requested` says what was asked for. */
const result = z.object({ invoice_id: z.string(), notification: z.enum(["requested", "none"]) });

export type MarkPaidArgs = z.infer<typeof args>;
export type MarkPaidResult = z.infer<typeof result>;

/** Marks a sent invoice as paid. The notification is not part of the identity: an invoice is settled once. */
export const markPaid: Operation<MarkPaidArgs, z.infer<typeof before>, MarkPaidResult> = {
  kind: "mark_paid",
  schemas: { args, before, result },
  repeat: "always",
  identity: ({ invoice_id }) => ({ invoice_id }),
  lock: ({ invoice_id }) => `inv:${invoice_id}`,
  subject: ({ invoice_id }) => ({ type: "invoice", id: invoice_id }),

  async prepare({ invoice_id }, context) {
    const invoice = await readInvoice(context, invoice_id);
    const onlyInvoices = "only invoices can be marked as paid";
    if (invoice.is_quote) throw wrongState(invoice, onlyInvoices, "Make an invoice with create_invoice.");
    if (invoice.is_cancellation || invoice.is_credit) {
      throw wrongState(invoice, onlyInvoices, "Pay a credit out outside this server.");
    }
    if (invoice.status === "paid") return { state: "already", result: { invoice_id, notification: "none" } };
    if (!allows("mark_paid", invoice.status)) {
      throw wrongState(
        invoice,
        "only sent invoices can be marked as paid",
        invoice.status === "draft" ? "Send it first with send_invoice." : "Read it with get_invoice.",
      );
    }
    return { state: "go", before: { status: invoice.status } };
  },

  async dispatch({ invoice_id, send_notification }, _before, api, options) {
    return api.markPaid(invoice_id, send_notification, options);
  },

  async reconcile({ invoice_id, send_notification }, _before, context) {
    const invoice = await readInvoiceAgain(context, invoice_id);
    if (invoice === null) return gone(invoice_id);
    if (invoice.status === "paid") {
      return { is: "done", result: { invoice_id, notification: send_notification ? "requested" : "none" } };
    }
    if (invoice.status === "sent") return { is: "not_done" };
    return {
      is: "ambiguous",
      why: `The invoice is ${invoice.status_word.toLowerCase()} now: it may have been marked as paid before that.`,
      candidates: [invoice_id],
    };
  },

  // The dashboard can set a paid invoice back, and the money may then come after all.
  undone: ({ invoice_id }, context) => resetSince(context, invoice_id, ({ status }) => status === "sent", true),
};
