import { z } from "zod";
import { fileName } from "../documents/file-name.ts";
import { documentName, type Invoice } from "../domain/invoice.ts";
import { oneLine } from "../domain/untrusted.ts";
import type { SaveContext } from "../toolkit/context.ts";
import { defineTool } from "../toolkit/define.ts";
import { documentUri, readDocument, withDocument } from "../toolkit/documents.ts";
import { invoiceRef } from "../toolkit/params.ts";
import { findInvoice } from "../toolkit/references.ts";

const MEDIA_TYPES = { pdf: "application/pdf", xml: "application/xml" } as const;

export default defineTool({
  name: "get_document",
  title: "Get document",
  effect: "save",
  search: "Rechnung PDF herunterladen lade XRechnung ZUGFeRD download e-invoice XML file",
  description: "The PDF or e-invoice XML as a resource; saved as a file where the owner allowed a folder.",
  input: z.strictObject({
    invoice_id: invoiceRef(),
    kind: z.enum(["pdf", "xml"]).optional().describe("Default pdf."),
  }),
  output: z.object({
    document: z.string(),
    uri: z.string().describe("Resource to read."),
    link: z.string().optional().describe("For the person's browser, once."),
    path: z.string().optional().describe("Saved file."),
    bytes: z.number().optional(),
    saved: z.enum(["new", "unchanged"]).optional(),
  }),
  examples: [{ invoice_id: "#2026-0012" }],
  async run(input, context) {
    const kind = input.kind ?? "pdf";
    const invoice = await withDocument(await findInvoice(input.invoice_id, context), kind, context);
    const document = `${kind.toUpperCase()} of ${oneLine(documentName(invoice), 100)}`;
    const uri = documentUri(invoice, kind);
    const links = [{ uri, name: `${invoice.id}.${kind}`, title: document, mimeType: MEDIA_TYPES[kind] }];
    if (context.downloads === null) {
      const link = await linkTo(invoice, kind, context);
      if (link !== null) {
        return {
          data: { document, uri, link },
          next: "Give the person the address. To have files saved, the owner sets INVOICES_DOWNLOAD_DIR to a folder and restarts.",
          links,
        };
      }
      return {
        data: { document, uri },
        next: "The person opens the linked resource. To have files saved, the owner sets INVOICES_DOWNLOAD_DIR to a folder and restarts.",
        links,
      };
    }
    const { bytes } = await readDocument(invoice, kind, context);
    const { path, existed } = await context.downloads.save(fileName(invoice, kind, context.simulator), bytes);
    return {
      data: { document, uri, path, bytes: bytes.length, saved: existed ? ("unchanged" as const) : ("new" as const) },
      next: "Tell the person where it is.",
      links,
    };
  },
  render: ({ document, uri, link, path, bytes, saved }) =>
    [
      `${document}: resource ${uri}`,
      ...(link === undefined ? [] : [`Opens in a browser on this machine, once, within ten minutes: ${link}`]),
      ...(path === undefined
        ? []
        : [
            `${saved === "unchanged" ? "The same file (unchanged) was there already" : "Saved as a new file"}: ${path} (${bytes ?? 0} bytes)`,
          ]),
    ].join("\n"),
});

/** `null` where a browser is no way, or no port can be opened: the resource stands as it is. */
async function linkTo(invoice: Invoice, kind: keyof typeof MEDIA_TYPES, context: SaveContext): Promise<string | null> {
  const { browserLinks } = context;
  if (browserLinks === null) return null;
  const { bytes } = await readDocument(invoice, kind, context);
  return browserLinks.link(fileName(invoice, kind, context.simulator), bytes).catch(() => null);
}
