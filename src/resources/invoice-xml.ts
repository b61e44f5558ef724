import { readDocument } from "../toolkit/documents.ts";
import { findInvoice } from "../toolkit/references.ts";
import type { ResourceTemplate } from "../toolkit/resource.ts";

export default {
  uriTemplate: "invoice://{id}/xml",
  name: "invoice-xml",
  title: "E-invoice (XML)",
  description: "The structured invoice, where the API has one.",
  mimeType: "application/xml",
  completes: "invoice_id",
  async read(id, context) {
    const file = await readDocument(await findInvoice(id, context), "xml", context);
    return { mimeType: file.media_type, body: file.bytes };
  },
} satisfies ResourceTemplate;
