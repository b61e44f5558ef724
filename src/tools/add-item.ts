import { z } from "zod";
import { addItem } from "../acts/add-item.ts";
import { notEditable } from "../acts/reading.ts";
import { documentName } from "../domain/invoice.ts";
import { quoted } from "../domain/untrusted.ts";
import { defineTool } from "../toolkit/define.ts";
import { draftAnswer, draftOutput, draftText } from "../toolkit/draft.ts";
import { lineArgs, lineShape } from "../toolkit/lines.ts";
import { duplicateOf, invoiceRef } from "../toolkit/params.ts";
import { findInvoice } from "../toolkit/references.ts";

export default defineTool({
  name: "add_item",
  title: "Add line",
  effect: "draft",
  description:
    "Add one line to a draft. Give the unit price in the invoice's direction: net if calculate_from_net, else gross. Negative for a discount.",
  input: z.strictObject({
    invoice_id: invoiceRef(),
    ...lineShape,
    duplicate_of: duplicateOf(),
  }),
  output: draftOutput,
  examples: [
    { invoice_id: "draft-id", title: "Consulting — March 2026", quantity: 10, tax_rate: 19, single_net_amount: 150 },
  ],
  async run(input, context) {
    const invoice = await findInvoice(input.invoice_id, context);
    const refusal = notEditable(invoice);
    if (refusal !== null) throw refusal;
    const { invoice_id: _reference, duplicate_of, ...given } = input;
    const line = lineArgs("add_item", given, invoice.calculate_from_net, invoice.currency, documentName(invoice));
    const outcome = await context.perform(addItem, { invoice_id: invoice.id, ...line }, { duplicate_of });
    const repeated =
      outcome.outcome === "already_done" && outcome.operation !== null
        ? `This line was added at ${outcome.operation.created_at} already; nothing was added now. The same line again on purpose: duplicate_of "${outcome.operation.id}".`
        : undefined;
    return draftAnswer(
      invoice.id,
      context,
      repeated ?? `Added ${quoted(input.title, 185)}.`,
      "add_item for more; when complete, show the totals to the person, then send_invoice.",
    );
  },
  render: draftText,
});
