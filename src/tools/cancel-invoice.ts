import { z } from "zod";
import { cancelInvoice } from "../acts/cancel-invoice.ts";
import { documentName } from "../domain/invoice.ts";
import { committedAnswer, committedOutput, committedText } from "../toolkit/committed.ts";
import { defineCommit } from "../toolkit/define.ts";
import { invoiceRef } from "../toolkit/params.ts";
import { findInvoiceId } from "../toolkit/references.ts";

export default defineCommit({
  name: "cancel_invoice",
  title: "Cancel invoice",
  effect: "commit",
  search: "Rechnung stornieren storniere Storno Stornorechnung Rechnungskorrektur cancel void credit note",
  description:
    "Void a sent or paid invoice; the API creates a credit note (German: Stornorechnung, not Gutschrift). Final; a person approves.",
  input: z.strictObject({ invoice_id: invoiceRef() }),
  output: committedOutput,
  examples: [{ invoice_id: "#2026-0012" }],
  act: cancelInvoice,
  resolve: async (input, context) => ({ invoice_id: await findInvoiceId(input.invoice_id, context) }),
  report: (outcome, args, context) =>
    committedAnswer(
      args.invoice_id,
      context,
      outcome,
      (invoice) => ({
        done: `Cancelled ${documentName(invoice)}; ${outcome.result.credit_note_number === null ? "its credit note could not be read back" : `credit note ${outcome.result.credit_note_number} (German: Stornorechnung)`}.`,
        next: `Whether the credit note was e-mailed the API does not say. To bill again: copy_invoice ${invoice.id} with the changes (lines), then send_invoice. Money already received: check the refund yourself.`,
      }),
      outcome.result.credit_note_id,
    ),
  render: committedText,
});
