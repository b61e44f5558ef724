import { z } from "zod";
import { creditNoteOf } from "../acts/cancel-invoice.ts";
import { changeRecipient } from "../acts/change-recipient.ts";
import { documentName, type Invoice } from "../domain/invoice.ts";
import { cited, inert } from "../domain/untrusted.ts";
import { committedAnswer, committedOutput, committedText } from "../toolkit/committed.ts";
import type { ReadContext } from "../toolkit/context.ts";
import { defineCommit } from "../toolkit/define.ts";
import { displayCustomer } from "../toolkit/invoices.ts";
import { customerId, invoiceRef } from "../toolkit/params.ts";
import { readingContext } from "../toolkit/read-context.ts";
import { findCustomer, findInvoiceId } from "../toolkit/references.ts";

export default defineCommit({
  name: "change_recipient",
  title: "Change recipient",
  effect: "commit",
  search: "Empfänger Rechnung falscher falschen Kunden Kunde umschreiben sent to wrong customer recipient went",
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
      (invoice, copy, note) => {
        const { copy_number, copy_status, copy_id } = outcome.result;
        const name =
          copy === null ? `customer ${args.customer_id}` : cited(displayCustomer(copy) ?? args.customer_id, 80);
        const isDraft = copy_status === "draft";
        return {
          done: [
            `Cancelled ${documentName(invoice)} and made a copy for ${name}${copy_number === null ? "" : `: ${inert(copy_number, 60)}`}.`,
            note === null
              ? "Its credit note (German: Stornorechnung) was not found."
              : `Credit note (German: Stornorechnung) ${inert(note.number ?? note.id, 60)}.`,
            isDraft
              ? "The copy is a draft: it was not e-mailed."
              : "Whether the API e-mailed the copy or the credit note it does not say.",
          ].join(" "),
          next:
            isDraft && copy_id !== null
              ? `Show the copy to the person, then send_invoice ${copy_id}.`
              : `${note === null ? "Look for the credit note: list_invoices with kind credit_note. " : ""}Ask the new customer whether the copy arrived, or send the file from get_document.`,
        };
      },
      outcome.result.copy_id,
      (invoice) => creditNoteFor(invoice, context),
    ),
  render: committedText,
});

/** What is done is done: without it the answer says that it was not found. */
async function creditNoteFor(invoice: Invoice, context: ReadContext): Promise<Invoice | null> {
  try {
    return await creditNoteOf(invoice, readingContext(context));
  } catch {
    return null;
  }
}
