import type { DocumentFile, DocumentKind } from "../api/port.ts";
import { documentName, type Invoice } from "../domain/invoice.ts";
import { oneLine } from "../domain/untrusted.ts";
import { NotFoundError, UnreadableAnswerError } from "../errors.ts";
import type { ReadContext } from "./context.ts";

/** A message of more than this (base64 adds a third) ends the connection of some clients. */
const LARGEST_BYTES = 10_000_000;

/** Where an invoice's file is read as a resource. The API's own link is a secret and never shown. */
export function documentUri(invoice: Pick<Invoice, "id">, kind: DocumentKind): string {
  return `invoice://${invoice.id}/${kind}`;
}

/** Whether the API has the file, as far as the invoice itself tells. */
export function requireDocument(invoice: Invoice, kind: DocumentKind): void {
  const { pdf, xml, quote_pdf } = invoice.documents;
  const link = kind === "xml" ? xml : invoice.is_quote ? (quote_pdf ?? pdf) : pdf;
  if (link === null) throw missing(invoice, kind);
}

/** The file of an invoice. Anything that is not what its kind promises is an error, never handed on. */
export async function readDocument(invoice: Invoice, kind: DocumentKind, context: ReadContext): Promise<DocumentFile> {
  requireDocument(invoice, kind);
  const file = await context.api.fetchDocument(invoice.id, kind, { signal: context.signal });
  if (file === null) throw missing(invoice, kind);
  if (file.bytes.length > LARGEST_BYTES) {
    throw new UnreadableAnswerError(`The ${kind} of ${nameOf(invoice)} is larger than 10 MB.`, { next: ELSEWHERE });
  }
  return file;
}

const ELSEWHERE = "Open it in the admin dashboard.";
const LABELS: Readonly<Record<DocumentKind, string>> = { pdf: "PDF", xml: "e-invoice (XML)" };

function missing(invoice: Invoice, kind: DocumentKind): NotFoundError {
  return invoice.status === "draft" && !invoice.is_quote
    ? new NotFoundError(`${nameOf(invoice)} has no ${LABELS[kind]} yet: the API makes it when the invoice is sent.`, {
        next: "get_invoice shows the draft.",
      })
    : new NotFoundError(`The API has no ${LABELS[kind]} of ${nameOf(invoice)}.`, {
        next: kind === "xml" ? "Ask for the PDF, or look into the admin dashboard." : ELSEWHERE,
      });
}

function nameOf(invoice: Invoice): string {
  return oneLine(documentName(invoice), 100);
}
