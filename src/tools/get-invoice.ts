import { z } from "zod";
import { readOnlyCard } from "../toolkit/card.ts";
import { defineTool } from "../toolkit/define.ts";
import { invoiceData, invoiceText, toInvoice } from "../toolkit/invoices.ts";
import { nextStep } from "../toolkit/next-step.ts";
import { format, invoiceRef } from "../toolkit/params.ts";
import { addressToFillIn } from "../toolkit/read-back.ts";
import { findInvoice } from "../toolkit/references.ts";
import { marked, supersededAmong } from "../toolkit/superseded.ts";

export default defineTool({
  name: "get_invoice",
  title: "Get invoice",
  effect: "read",
  search: "Rechnung anzeigen zeig Positionen Status show see open invoice details",
  long: true,
  card: true,
  description: "Read one invoice with lines, totals and status.",
  input: z.strictObject({ invoice_id: invoiceRef(), response_format: format() }),
  output: z.object({ invoice: invoiceData }),
  examples: [{ invoice_id: "#2026-0012" }],
  async run(input, context) {
    const invoice = await findInvoice(input.invoice_id, context);
    const superseded = await supersededAmong([invoice], context);
    const by = superseded.get(invoice.id);
    const next = by === undefined ? nextStep(invoice, context.today) : `Its corrected copy counts: get_invoice ${by}.`;
    const address = await addressToFillIn(invoice, context);
    const data = toInvoice(invoice, context.today, { detailed: input.response_format === "detailed", address });
    return {
      data: { invoice: marked(data, invoice.id, superseded) },
      ...(next === undefined ? {} : { next }),
      meta: readOnlyCard(invoice, context, address ?? null),
    };
  },
  render: ({ invoice }) => invoiceText(invoice),
});
