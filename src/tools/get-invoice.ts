import { z } from "zod";
import { readOnlyCard } from "../toolkit/card.ts";
import { defineTool } from "../toolkit/define.ts";
import { invoiceData, invoiceText, toInvoice } from "../toolkit/invoices.ts";
import { nextStep } from "../toolkit/next-step.ts";
import { format, invoiceRef } from "../toolkit/params.ts";
import { findInvoice } from "../toolkit/references.ts";

export default defineTool({
  name: "get_invoice",
  title: "Get invoice",
  effect: "read",
  search: "Rechnung anzeigen Positionen Status show invoice details",
  long: true,
  card: true,
  description: "Read one invoice with lines, totals and status.",
  input: z.strictObject({ invoice_id: invoiceRef(), response_format: format() }),
  output: z.object({ invoice: invoiceData }),
  examples: [{ invoice_id: "#2026-0012" }],
  async run(input, context) {
    const invoice = await findInvoice(input.invoice_id, context);
    const next = nextStep(invoice, context.today);
    return {
      data: { invoice: toInvoice(invoice, context.today, input.response_format === "detailed") },
      ...(next === undefined ? {} : { next }),
      meta: readOnlyCard(invoice, context),
    };
  },
  render: ({ invoice }) => invoiceText(invoice),
});
