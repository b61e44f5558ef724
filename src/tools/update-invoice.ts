import { z } from "zod";
import { updateInvoice } from "../acts/update-invoice.ts";
import { documentName } from "../domain/invoice.ts";
import { defined } from "../domain/json.ts";
import { InputError } from "../errors.ts";
import { defineTool } from "../toolkit/define.ts";
import { draftAnswer, draftOutput, draftText } from "../toolkit/draft.ts";
import { block, currency, customerId, day, draftRef, line } from "../toolkit/params.ts";
import { findCustomer, findInvoice } from "../toolkit/references.ts";

export default defineTool({
  name: "update_invoice",
  title: "Update draft",
  effect: "draft",
  search: "Entwurf Rechnung ändere korrigieren Fälligkeit Notiz Kunde update change draft due",
  long: true,
  description: "Change a draft: link a customer, replace attributes; the rest stays.",
  input: z.strictObject({
    invoice_id: draftRef(),
    customer_id: customerId().optional(),
    currency: currency().optional(),
    recipient: block(1_000, "Recipient.").optional(),
    invoicing_party: block(1_000, "Invoicing party.").optional(),
    issued_at: day("YYYY-MM-DD.").optional(),
    due_date: day("Due date.").optional(),
    notes: block(5_000, "Printed on it.").optional(),
    vat_number: line(40, "VAT number.").optional(),
    number: line(60, "Number.").optional(),
  }),
  output: draftOutput,
  examples: [{ invoice_id: "draft-id", due_date: "2026-12-31", notes: "Leistungszeitraum: November 2026" }],
  async run(input, context) {
    const { invoice_id, ...wanted } = input;
    const changes = defined(wanted);
    if (Object.keys(changes).length === 0)
      throw new InputError("update_invoice: name at least one attribute to change.");
    const invoice = await findInvoice(invoice_id, context);
    const issuedAt = changes.issued_at ?? invoice.issued_at;
    const dueDate = changes.due_date ?? invoice.due_date;
    if (
      (changes.issued_at ?? changes.due_date) !== undefined &&
      issuedAt !== null &&
      dueDate !== null &&
      dueDate < issuedAt
    ) {
      throw new InputError(`update_invoice: due_date is before issued_at (${dueDate}, ${issuedAt}).`);
    }
    if (changes.customer_id !== undefined) {
      changes.customer_id = (await findCustomer(changes.customer_id, context)).id;
    }
    const outcome = await context.perform(updateInvoice, { invoice_id: invoice.id, changes });
    const names = Object.keys(changes).join(", ");
    return draftAnswer(
      invoice.id,
      context,
      outcome.outcome === "already_done"
        ? `${documentName(invoice)} has these values already (${names}). Nothing was changed.`
        : `Changed ${names} of ${documentName(invoice)}.`,
      "Show it to the person; then send_invoice.",
    );
  },
  render: draftText,
});
