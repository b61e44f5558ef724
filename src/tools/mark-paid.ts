import { z } from "zod";
import { markPaid } from "../acts/mark-paid.ts";
import { documentName } from "../domain/invoice.ts";
import { formatMoney } from "../domain/money.ts";
import { committedAnswer, committedOutput, committedText } from "../toolkit/committed.ts";
import { defineCommit } from "../toolkit/define.ts";
import { flag, invoiceRef } from "../toolkit/params.ts";
import { findInvoiceId } from "../toolkit/references.ts";

export default defineCommit({
  name: "mark_paid",
  title: "Mark as paid",
  effect: "commit",
  search: "Rechnung als bezahlt markieren markiere Geld Zahlung eingegangen payment money received arrived paid",
  description: "Mark a sent invoice as paid, without processing a payment. Final; a person approves.",
  input: z.strictObject({
    invoice_id: invoiceRef(),
    send_notification: flag("true: e-mail the customer. Default false.").optional(),
  }),
  output: committedOutput,
  examples: [{ invoice_id: "#2026-0012" }, { invoice_id: "#2026-0012", send_notification: true }],
  act: markPaid,
  resolve: async (input, context) => ({
    invoice_id: await findInvoiceId(input.invoice_id, context),
    send_notification: input.send_notification ?? false,
  }),
  report: (outcome, args, context) =>
    committedAnswer(args.invoice_id, context, outcome, (invoice) => ({
      done: `Marked ${documentName(invoice)} as paid: ${invoice.total === null ? "amount unknown" : formatMoney(invoice.total, invoice.currency)}. ${notice(outcome.operation === null ? null : outcome.result.notification)}`,
      next: "The way back is only cancel_invoice (a credit note): the API cannot set it back to unpaid.",
    })),
  render: committedText,
});

/** `null`: somebody else marked it. */
function notice(notification: "requested" | "none" | null): string {
  switch (notification) {
    case null:
      return "Whether the customer was e-mailed cannot be read back.";
    case "requested":
      return "A confirmation to the customer was requested; whether it arrived cannot be read back.";
    case "none":
      return "The customer was not e-mailed.";
  }
}
