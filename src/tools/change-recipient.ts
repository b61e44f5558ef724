import { z } from "zod";
import { changeRecipient } from "../acts/change-recipient.ts";
import { documentName } from "../domain/invoice.ts";
import { quoted } from "../domain/untrusted.ts";
import { committedAnswer, committedOutput, committedText } from "../toolkit/committed.ts";
import { defineCommit } from "../toolkit/define.ts";
import { displayCustomer } from "../toolkit/invoices.ts";
import { customerId, invoiceRef } from "../toolkit/params.ts";
import { findCustomer, findInvoiceId } from "../toolkit/references.ts";

export default defineCommit({
  name: "change_recipient",
  title: "Change recipient",
  effect: "commit",
  search: "Empfänger ändern falscher Kunde Rechnung umschreiben wrong recipient",
  description:
    "Transfer a sent invoice to another customer: cancels the original and creates a copy for the new one. Final; a person approves. For a draft use update_invoice.",
  input: z.strictObject({ invoice_id: invoiceRef(), customer_id: customerId() }),
  output: committedOutput,
  examples: [{ invoice_id: "#2026-0012", customer_id: "1041" }],
  act: changeRecipient,
  resolve: async (input, context) => ({
    invoice_id: await findInvoiceId(input.invoice_id, context),
    customer_id: (await findCustomer(input.customer_id, context)).id,
  }),
  report: (outcome, args, context) =>
    committedAnswer(
      args.invoice_id,
      context,
      outcome,
      (invoice, copy) => ({
        done: `Cancelled ${documentName(invoice)} and made a copy for ${copy === null ? `customer ${args.customer_id}` : quoted(displayCustomer(copy) ?? args.customer_id, 80)}${outcome.result.copy_number === null ? "" : `: ${outcome.result.copy_number}`}.`,
        next:
          outcome.result.copy_status === "draft" && outcome.result.copy_id !== null
            ? `The copy is a draft: send_invoice ${outcome.result.copy_id}.`
            : "The cancelled one's credit note (German: Stornorechnung): list_invoices with kind credit_note.",
      }),
      outcome.result.copy_id,
    ),
  render: committedText,
});
