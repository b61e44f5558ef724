import { UnreadableAnswerError } from "../errors.ts";
import { decodeDocument, oneResource } from "../jsonapi/decode.ts";
import { fieldsOf } from "../jsonapi/fields.ts";
import { download } from "./download.ts";
import { path } from "./path.ts";
import type { InvoicesApi } from "./port.ts";
import { otherResource } from "./read-fields.ts";
import { linksOf } from "./read-invoice.ts";
import type { Wire } from "./wire.ts";

/** Documents by the links in the invoice's `meta`: there is no documented endpoint (wire facts 4.1). */
export function createFetchDocument(wire: Wire): InvoicesApi["fetchDocument"] {
  return async (invoiceId, kind, call) => {
    const text = await wire.read(
      {
        path: path`/invoices/${invoiceId}`,
        subject: { action: `read invoice ${invoiceId}`, missing: `Invoice ${invoiceId}` },
      },
      call,
    );
    const resource = oneResource(decodeDocument(text), "invoices");
    if (resource.id !== invoiceId) throw otherResource("invoice", invoiceId);
    const links = linksOf(resource);
    const isQuote = fieldsOf(resource.attributes, `${resource.at}.attributes`).flag("is_quote") === true;
    const pdf = isQuote ? (links.quote_pdf ?? links.pdf) : links.pdf;
    const link = kind === "pdf" ? pdf : links.xml;
    if (link === null) return null;
    wire.redactor.passing(link);
    const media_type = kind === "pdf" ? "application/pdf" : "application/xml";
    const bytes = await download(wire, link, media_type, call);
    if (!(kind === "pdf" ? isPdf(bytes) : isXml(bytes))) {
      throw new UnreadableAnswerError(
        `The document of invoice ${invoiceId} is not ${kind === "pdf" ? "a PDF" : "XML"}.`,
      );
    }
    return { bytes, media_type };
  };
}

function isPdf(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 5)).toString("latin1") === "%PDF-";
}

/** By its first characters; an HTML page (a login form) is not it. */
function isXml(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, 200)).trimStart();
  return start.startsWith("<") && !/^<(!doctype\s+html|html)\b/i.test(start);
}
