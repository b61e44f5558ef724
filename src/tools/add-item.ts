import { z } from "zod";
import { documentName } from "../domain/invoice.ts";
import { defined } from "../domain/json.ts";
import { decimal, minorDigits } from "../domain/money.ts";
import { quoted } from "../domain/untrusted.ts";
import { InputError } from "../errors.ts";
import { addItem } from "../operations/add-item.ts";
import { defineTool } from "../toolkit/define.ts";
import { draftAnswer, draftOutput, draftText } from "../toolkit/draft.ts";
import { requireDraft } from "../toolkit/corrections.ts";
import { amount, duplicateOf, invoiceRef, line, quantity, taxRate } from "../toolkit/params.ts";
import { findInvoice } from "../toolkit/references.ts";

export default defineTool({
  name: "add_item",
  title: "Add line",
  effect: "draft",
  description:
    "Add one line to a draft. Give the unit price in the invoice's direction: net if calculate_from_net, else gross. Negative for a discount. Name the service period in title or subtitle.",
  input: z.strictObject({
    invoice_id: invoiceRef(),
    title: line(185, "What was delivered."),
    subtitle: line(185, "Second line.").optional(),
    quantity: quantity(),
    tax_rate: taxRate(),
    single_net_amount: amount("Unit price, net.").optional(),
    single_gross_amount: amount("Unit price, gross.").optional(),
    duplicate_of: duplicateOf(),
  }),
  output: draftOutput,
  examples: [
    { invoice_id: "draft-id", title: "Consulting — March 2026", quantity: 10, tax_rate: 19, single_net_amount: 150 },
  ],
  async run(input, context) {
    const invoice = await findInvoice(input.invoice_id, context);
    requireDraft(invoice);
    const net = invoice.calculate_from_net;
    const [right, wrong] = net
      ? (["single_net_amount", "single_gross_amount"] as const)
      : (["single_gross_amount", "single_net_amount"] as const);
    const price = input[right];
    if (price === undefined || input[wrong] !== undefined) {
      throw new InputError(
        `add_item: ${documentName(invoice)} is calculated from ${net ? "net" : "gross"} amounts, so give ${right}${input[wrong] === undefined ? "" : ` and leave out ${wrong}`}; the API derives the other.`,
      );
    }
    const amountGiven = decimal(price);
    const digits = minorDigits(invoice.currency);
    if (!amountGiven.round(digits).eq(amountGiven)) {
      throw new InputError(
        `add_item: ${right} has more than ${digits} decimals. How the API rounds fractions is not documented, so they are not sent; use quantity 1 with the line's total.`,
      );
    }
    const outcome = await context.perform(
      addItem,
      defined({
        invoice_id: invoice.id,
        title: input.title,
        subtitle: input.subtitle,
        quantity: input.quantity,
        tax_rate: decimal(input.tax_rate).toFixed(),
        amount: amountGiven.toFixed(),
      }),
      { duplicate_of: input.duplicate_of },
    );
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
