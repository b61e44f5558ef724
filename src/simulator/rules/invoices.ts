import type { RequestDocument } from "../document.ts";
import { Fields, requiredField } from "../fields.ts";
import { filterNotAllowed, invalid, notFound, relatedMissing, unauthorized, wrongState } from "../problems.ts";
import type { Query } from "../query.ts";
import { type InvoiceRecord, type Link, REFERENCE_TYPES } from "../records.ts";
import { itemsOf } from "../resources.ts";
import { instant, noteEffect, type World } from "../world.ts";
import { customerTexts, findCustomer, found } from "./customers.ts";
import { issue } from "./issue.ts";

export function invoiceOr404(world: World, id: string): InvoiceRecord {
  const invoice = world.store.invoices.get(id);
  if (invoice === undefined) throw notFound();
  return invoice;
}

/** Refuses a change of anything that is no longer a draft. */
export function requireDraft(world: World, invoice: InvoiceRecord): void {
  if (invoice.status === "draft" && !invoice.locked) return;
  if (world.switches().locked_refusal === "403") throw unauthorized();
  throw wrongState({
    en: "The invoice is finalized and cannot be edited anymore.",
    de: "Die Rechnung ist abgeschlossen und kann nicht mehr bearbeitet werden.",
  });
}

export function createInvoice(world: World, document: RequestDocument): InvoiceRecord {
  const fields = new Fields(document.attributes, true);
  const attributes = readAttributes(world, fields, null);
  const isQuote = fields.boolean("is_quote") ?? false;
  const status = readStatus(world, fields);
  if (status !== "draft" && !attributes.issued_at) fields.fail("issued_at", requiredField("issued_at"));
  const links = readLinks(world, document, fields);
  fields.done();
  if (attributes.currency === undefined) throw invalid([]);
  const now = instant(world.now());
  const id = world.newId();
  const draft: InvoiceRecord = {
    id,
    number: null,
    status: "draft",
    recipient: null,
    invoicing_party: null,
    calculate_from_net: false,
    issued_at: null,
    due_date: null,
    notes: null,
    vat_number: null,
    ...attributes,
    currency: attributes.currency,
    is_quote: isQuote,
    is_cancellation: false,
    is_credit: false,
    locked: false,
    customer_id: links.customer_id ?? null,
    reference: links.reference ?? null,
    buyer_data: null,
    access_token: world.newSecret(),
    created_at: now,
    updated_at: now,
  };
  const invoice = world.store.invoices.put(status === "draft" ? draft : issue(world, draft, status));
  noteEffect(world, "invoice.created", "invoices", id);
  return invoice;
}

export function updateInvoice(world: World, invoice: InvoiceRecord, document: RequestDocument): InvoiceRecord {
  requireDraft(world, invoice);
  const fields = new Fields(document.attributes, false);
  const attributes = readAttributes(world, fields, invoice);
  const isQuote = fields.boolean("is_quote");
  const links = readLinks(world, document, fields);
  fields.done();
  const changed = world.store.invoices.put({
    ...invoice,
    ...attributes,
    ...links,
    ...(isQuote === undefined ? {} : { is_quote: isQuote }),
    updated_at: instant(world.now()),
  });
  noteEffect(world, "invoice.updated", "invoices", invoice.id);
  return changed;
}

export function deleteInvoice(world: World, invoice: InvoiceRecord): void {
  requireDraft(world, invoice);
  for (const item of itemsOf(world, invoice.id)) world.store.items.delete(item.id);
  world.store.invoices.delete(invoice.id);
  noteEffect(world, "invoice.deleted", "invoices", invoice.id);
}

type Attributes = Partial<
  Pick<
    InvoiceRecord,
    | "currency"
    | "recipient"
    | "invoicing_party"
    | "calculate_from_net"
    | "issued_at"
    | "due_date"
    | "notes"
    | "vat_number"
    | "number"
  >
>;

function readAttributes(world: World, fields: Fields, invoice: InvoiceRecord | null): Attributes {
  const currency =
    fields.has("currency") || invoice === null ? fields.matching("currency", /^[A-Z]{3}$/, true) : undefined;
  const number = fields.text("number", { max: 255 });
  const read: { readonly [K in keyof Attributes]: Attributes[K] | undefined } = {
    currency: currency ?? undefined,
    recipient: fields.text("recipient"),
    invoicing_party: fields.text("invoicing_party"),
    calculate_from_net: fields.boolean("calculate_from_net"),
    issued_at: fields.date("issued_at"),
    due_date: fields.date("due_date"),
    notes: fields.text("notes"),
    vat_number: fields.text("vat_number", { max: 255 }),
    number: number === "" ? null : number,
  };
  if (number && world.store.invoices.all().some((row) => row.number === number && row.id !== invoice?.id)) {
    fields.fail("number", { en: "The number has already been taken.", de: "number ist schon vergeben." });
  }
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

function readStatus(world: World, fields: Fields): string {
  const status = fields.text("status") ?? "draft";
  const allowed = world.switches().create_with_status === "allow" ? ["draft", "sent", "paid"] : ["draft"];
  if (!allowed.includes(status))
    fields.fail("status", { en: "The selected status is invalid.", de: "status ist ungültig." });
  return status;
}

/** Customer by relationship, or derived from the reference; a given customer wins. */
function readLinks(
  world: World,
  document: RequestDocument,
  fields: Fields,
): { customer_id?: string | null; reference?: Link | null } {
  const links: { customer_id?: string | null; reference?: Link | null } = {};
  const reference = document.relationships.get("reference");
  if (reference === null) links.reference = null;
  else if (reference !== undefined) {
    if (!REFERENCE_TYPES.some((type) => type === reference.type)) {
      fields.failRelationship("reference", { en: "The selected reference is invalid.", de: "reference ist ungültig." });
      return links;
    }
    const target = world.store.references.get(reference.id);
    if (target?.type !== reference.type) throw relatedMissing("reference");
    links.reference = reference;
    links.customer_id = target.customer_id;
  }
  const customer = document.relationships.get("customer");
  if (customer === null) links.customer_id = null;
  else if (customer !== undefined) {
    if (customer.type !== "customers") {
      fields.failRelationship("customer", { en: "The selected customer is invalid.", de: "customer ist ungültig." });
      return links;
    }
    const target = findCustomer(world, customer.id);
    if (target === undefined) throw relatedMissing("customer");
    links.customer_id = target.id;
  }
  return links;
}

export const INVOICE_FILTERS = ["search", "status", "customer_id"] as const;

export function listInvoices(world: World, query: Query): InvoiceRecord[] {
  const { status_filter, customer_filter } = world.switches();
  const status = query.filters.get("status");
  const customerId = query.filters.get("customer_id");
  const search = query.filters.get("search");
  if (status !== undefined && status_filter === "refuse") throw filterNotAllowed("status");
  if (customerId !== undefined && customer_filter === "refuse") throw filterNotAllowed("customer_id");
  const statuses = status?.split(",").map((word) => word.trim().toLowerCase());
  const customer = customerId === undefined ? undefined : (findCustomer(world, customerId)?.id ?? "");
  return world.store.invoices
    .all()
    .filter(
      (invoice) =>
        (statuses === undefined || statuses.includes(invoice.status.toLowerCase())) &&
        (customer === undefined || invoice.customer_id === customer) &&
        (search === undefined || found(search, invoiceTexts(world, invoice))),
    );
}

function invoiceTexts(world: World, invoice: InvoiceRecord): (string | null)[] {
  const customer = invoice.customer_id === null ? undefined : world.store.customers.get(invoice.customer_id);
  return [invoice.number, invoice.recipient, ...(customer === undefined ? [] : customerTexts(customer))];
}
