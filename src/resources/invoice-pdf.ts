import { readDocument } from "../toolkit/documents.ts";
import { findInvoice } from "../toolkit/references.ts";
import type { ResourceTemplate } from "../toolkit/resource.ts";

export default {
  uriTemplate: "invoice://{id}/pdf",
  name: "invoice-pdf",
  title: "Invoice as PDF",
  description: "The document the customer gets.",
  mimeType: "application/pdf",
  completes: "invoice_id",
  async read(id, context) {
    const file = await readDocument(await findInvoice(id, context), "pdf", context);
    return { mimeType: file.media_type, body: file.bytes };
  },
} satisfies ResourceTemplate;
