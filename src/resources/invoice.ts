import { invoiceText, toInvoice } from "../toolkit/invoices.ts";
import { findInvoice } from "../toolkit/references.ts";
import { type ResourceTemplate, textContent } from "../toolkit/resource.ts";

export default {
  uriTemplate: "invoice://{id}",
  name: "invoice",
  title: "Invoice",
  description: "One invoice with lines, totals and status.",
  mimeType: "text/plain",
  completes: "invoice_id",
  async read(id, context) {
    const invoice = await findInvoice(id, context);
    return textContent(invoiceText(toInvoice(invoice, context.today, { detailed: true })), context);
  },
} satisfies ResourceTemplate;
