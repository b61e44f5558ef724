import { z } from "zod";
import { sendInvoice } from "../acts/send-invoice.ts";
import { supersededDraft } from "../acts/superseded.ts";
import { documentName } from "../domain/invoice.ts";
import { formatMoney } from "../domain/money.ts";
import { InputError } from "../errors.ts";
import { committedAnswer, committedOutput, committedText } from "../toolkit/committed.ts";
import { defineCommit } from "../toolkit/define.ts";
import { invoiceRef, line } from "../toolkit/params.ts";
import { findInvoiceId } from "../toolkit/references.ts";
import { requireAllLines } from "../toolkit/whole-draft.ts";

export default defineCommit({
  name: "send_invoice",
  title: "Send invoice",
  effect: "commit",
  search: "Rechnung Entwurf senden schick verschicken raus ausstellen E-Mail send issue invoice draft",
  description: "Issue a draft and e-mail it to the customer. Final; a person approves.",
  input: z.strictObject({
    invoice_id: invoiceRef(),
    instead_of: line(64, "Corrected copy that replaced it.").optional(),
  }),
  output: committedOutput,
  examples: [{ invoice_id: "draft-id" }],
  act: sendInvoice,
  resolve: async (input, context) => ({
    invoice_id: await findInvoiceId(input.invoice_id, context),
    ...(input.instead_of === undefined ? {} : { instead_of: input.instead_of.trim() }),
  }),
  async check({ invoice, copy }, journal) {
    const by = (await journal.superseded([invoice.id])).get(invoice.id);
    if (by !== undefined && by !== copy?.id) throw supersededDraft(invoice.id, by);
    if (by === undefined && copy !== null) {
      throw new InputError(`send_invoice: ${invoice.id} was not replaced by ${copy.id}: leave out instead_of.`);
    }
    await requireAllLines(invoice, journal);
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
