import { z } from "zod";
import { documentName } from "../domain/invoice.ts";
import { formatMoney } from "../domain/money.ts";
import { inert } from "../domain/untrusted.ts";
import { WrongStateError } from "../errors.ts";
import { planSend } from "../guard/plan.ts";
import { sendInvoice } from "../operations/send-invoice.ts";
import { committedAnswer, committedOutput, committedText } from "../toolkit/committed.ts";
import { requireAllLines } from "../toolkit/corrections.ts";
import { defineCommit } from "../toolkit/define.ts";
import { invoiceRef } from "../toolkit/params.ts";
import { planInput } from "../toolkit/planning.ts";
import { findInvoiceId } from "../toolkit/references.ts";

export default defineCommit({
  name: "send_invoice",
  title: "Send invoice",
  effect: "commit",
  description: "Issue a draft and e-mail it to the customer. Final; a person approves.",
  input: z.strictObject({ invoice_id: invoiceRef() }),
  output: committedOutput,
  examples: [{ invoice_id: "draft-id" }],
  operation: sendInvoice,
  resolve: async (input, context) => ({ invoice_id: await findInvoiceId(input.invoice_id, context) }),
  async preview({ invoice_id }, context) {
    const invoice = await context.api.getInvoice(invoice_id, { signal: context.signal });
    if (invoice.status !== "draft") {
      throw new WrongStateError(
        `${documentName(invoice)} is already ${inert(invoice.status_word, 30)}; only a draft can be sent.`,
        {
          next: "Nothing needs to be done; get_invoice shows it.",
        },
      );
    }
    if ((invoice.items ?? []).length === 0) {
      throw new WrongStateError(`${documentName(invoice)} has no lines.`, { next: "add_item first." });
    }
    await requireAllLines(invoice, await context.journal());
    return planSend(await planInput(invoice, context));
  },
  report: (outcome, args, context) =>
    committedAnswer(args.invoice_id, context, outcome, (invoice) => ({
      done: `Sent ${documentName(invoice)}: ${invoice.total === null ? "amount unknown" : formatMoney(invoice.total, invoice.currency)}${invoice.due_date === null ? "" : `, due ${invoice.due_date}`}.`,
      next: invoice.is_quote
        ? "Nothing. It can no longer be edited; once accepted, prepare_invoice with the same lines."
        : "mark_paid when the money has arrived. It can no longer be edited; cancel_invoice is the way back.",
    })),
  render: committedText,
});
