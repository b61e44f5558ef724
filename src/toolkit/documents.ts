import type { DocumentFile, DocumentKind } from "../api/port.ts";
import { documentName, type Invoice } from "../domain/invoice.ts";
import { oneLine } from "../domain/untrusted.ts";
import { NotFoundError, UnreadableAnswerError } from "../errors.ts";
import type { ClientFacts } from "../guard/port.ts";
import type { Deps, ReadContext, SaveContext } from "./context.ts";

/** A message of more than this (base64 adds a third) ends the connection of some clients. */
const LARGEST_BYTES = 10_000_000;

/** Where an invoice's file is read as a resource. The API's own link is a secret and never shown. */
export function documentUri(invoice: Pick<Invoice, "id">, kind: DocumentKind): string {
  return `invoice://${invoice.id}/${kind}`;
}

/** Clients that show a linked resource, or save it, for their person. Others list it at best. */
const OPENS_RESOURCES = /^Visual Studio Code\b/;

/** Where a file can go for the person of this client. */
export function filesFor(
  { downloads, browserLinks }: Deps,
  { name }: ClientFacts,
): Pick<SaveContext, "downloads" | "browserLinks"> {
  return {
    downloads: downloads ?? null,
    browserLinks: OPENS_RESOURCES.test(name) ? null : (browserLinks ?? null),
  };
}

/** Whether the API has the file, as far as the invoice itself tells. */
function hasDocument(invoice: Invoice, kind: DocumentKind): boolean {
  const { pdf, xml, quote_pdf } = invoice.documents;
  return (kind === "xml" ? xml : invoice.is_quote ? (quote_pdf ?? pdf) : pdf) !== null;
}

function requireDocument(invoice: Invoice, kind: DocumentKind, context: ReadContext): void {
  if (!hasDocument(invoice, kind)) throw missing(invoice, kind, isFresh(invoice, context));
}

/** The API makes a document's files some time after it was sent. */
const MAKING_MS = 10 * 60_000;
const WAITS_MS = [1_000, 2_000, 3_000];

/** The invoice with its file, waiting a little for one that is just being made. Throws where there is none. */
export async function withDocument(invoice: Invoice, kind: DocumentKind, context: ReadContext): Promise<Invoice> {
  let read = invoice;
  for (const wait of WAITS_MS) {
    if (hasDocument(read, kind) || kind === "xml" || !isFresh(read, context)) break;
    await context.clock.sleep(wait, context.signal);
    read = await context.api.getInvoice(read.id, { signal: context.signal });
  }
  requireDocument(read, kind, context);
  return read;
}

function isFresh({ status, updated_at }: Invoice, { now }: ReadContext): boolean {
  const changed = updated_at === null ? Number.NaN : Date.parse(updated_at);
  return status !== "draft" && now - changed < MAKING_MS;
}

/** The file of an invoice. Anything that is not what its kind promises is an error, never handed on. */
export async function readDocument(invoice: Invoice, kind: DocumentKind, context: ReadContext): Promise<DocumentFile> {
  await withDocument(invoice, kind, context);
  const file = await context.api.fetchDocument(invoice.id, kind, { signal: context.signal });
  if (file === null) throw missing(invoice, kind, isFresh(invoice, context));
  if (file.bytes.length > LARGEST_BYTES) {
    throw new UnreadableAnswerError(`The ${kind} of ${nameOf(invoice)} is larger than 10 MB.`, { next: ELSEWHERE });
  }
  return file;
}

const ELSEWHERE = "Open it in the admin dashboard.";
const LABELS: Readonly<Record<DocumentKind, string>> = { pdf: "PDF", xml: "e-invoice (XML)" };

function missing(invoice: Invoice, kind: DocumentKind, fresh: boolean): NotFoundError {
  if (fresh && kind === "pdf") {
    return new NotFoundError(`The PDF of ${nameOf(invoice)} is not there yet: the API is still making it.`, {
      next: "Ask for it again in half a minute.",
    });
  }
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
