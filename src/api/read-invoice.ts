import { type Customer, customerName } from "../domain/customer.ts";
import { type DocumentLinks, type Invoice, type Item, type Party, statusOf, type VatLine } from "../domain/invoice.ts";
import { findIncluded, toMany, toOne, unreadable } from "../jsonapi/decode.ts";
import type { Resource, ResourceDocument, ResourceIdentifier } from "../jsonapi/document.ts";
import { type Fields, fieldsOf } from "../jsonapi/fields.ts";
import { amount, day, filled, required } from "./read-fields.ts";

/** Which included resources were asked for. */
export interface InvoiceParts {
  readonly items: boolean;
  readonly customer: boolean;
  /** The only invoice of the answer: included items without linkage can only be its own. */
  readonly alone: boolean;
  /** The zone in which days are meant where the document names none. */
  readonly time_zone: string | null;
}

/** An invoice out of its resource object (wire facts 4.1). Throws UnreadableAnswerError. */
export function invoiceOf(resource: Resource, document: ResourceDocument, parts: InvoiceParts): Invoice {
  const at = `${resource.at}.attributes`;
  const fields = fieldsOf(resource.attributes, at);
  const word = required(filled(fields.text("status")), `${at}.status`, "a status");
  const status = statusOf(word);
  const calculateFromNet = fields.flag("calculate_from_net") ?? false;
  const linked = toOne(resource, "customer");
  const customer = linked ?? null;
  const seller = partyOf(fields.object("seller_data"));
  const formatted = filled(fields.word("formatted_number"));
  const raw = filled(fields.word("number"));
  const zones = { organization: seller?.timezone ?? null, configured: parts.time_zone };
  return {
    id: resource.id,
    number: formatted ?? raw,
    ...(formatted !== null && raw !== null && raw !== formatted ? { raw_number: raw } : {}),
    status,
    status_word: word,
    currency: required(filled(fields.text("currency")), `${at}.currency`, "a currency code"),
    total: amount(fields, "total"),
    net_amount: amount(fields, "net_amount"),
    tax_amount: amount(fields, "tax_amount"),
    vat_breakdown: fields
      .list("vat_breakdown")
      .map(vatLineOf)
      .filter((line) => line !== null),
    is_quote: fields.flag("is_quote") ?? false,
    is_cancellation: fields.flag("is_cancellation") ?? false,
    is_credit: fields.flag("is_credit") ?? false,
    has_payment: fields.flag("has_payment") ?? false,
    // A sent invoice is final even where the API does not say so (wire facts 4.1, lifecycle).
    locked: fields.flag("locked") ?? status !== "draft",
    calculate_from_net: calculateFromNet,
    recipient: fields.text("recipient"),
    invoicing_party: fields.text("invoicing_party"),
    notes: fields.text("notes"),
    vat_number: fields.text("vat_number"),
    issued_at: day(fields, "issued_at", zones),
    due_date: day(fields, "due_date", zones, true),
    created_at: fields.text("created_at"),
    updated_at: fields.text("updated_at"),
    customer_id: customer?.id ?? null,
    // Relationships may carry data only when they are included.
    ...(linked === undefined && !parts.customer ? { customer_unknown: true } : {}),
    customer: customer === null ? null : includedCustomer(customer, document),
    reference: toOne(resource, "reference") ?? null,
    items: parts.items ? itemsOf(resource, document, calculateFromNet, parts.alone) : null,
    buyer: partyOf(fields.object("buyer_data")),
    seller,
    documents: linksOf(resource),
  };
}

export function linksOf(resource: Resource): DocumentLinks {
  const meta = fieldsOf(resource.meta, `${resource.at}.meta`);
  return {
    pdf: filled(meta.text("download_url")),
    xml: meta.flag("has_xml") === false ? null : filled(meta.text("xml_download_url")),
    quote_pdf: filled(meta.text("quote_download_url")),
  };
}

export function customerSummary(customer: Customer): NonNullable<Invoice["customer"]> {
  return { id: customer.id, name: customerName(customer), email: customer.email };
}

function includedCustomer(target: ResourceIdentifier, document: ResourceDocument): Invoice["customer"] {
  const resource = findIncluded(document, target);
  if (resource === null) return null;
  const fields = fieldsOf(resource.attributes, `${resource.at}.attributes`);
  const email = filled(fields.text("email"));
  const name = customerName({
    id: resource.id,
    uuid: null,
    number: null,
    email,
    given_name: fields.text("given_name"),
    family_name: fields.text("family_name"),
    full_name: filled(fields.text("full_name")),
    company: filled(fields.text("company")),
    locale: null,
    mobile: null,
    phone: null,
    created_at: null,
    address: undefined,
    custom_fields: [],
  });
  return { id: resource.id, name, email };
}

function itemsOf(invoice: Resource, document: ResourceDocument, fromNet: boolean, alone: boolean): readonly Item[] {
  const linked = toMany(invoice, "items");
  if (linked !== undefined) {
    return linked.map((target) => {
      const item = findIncluded(document, target);
      // A line that is linked but not shown would make the document look smaller than it is.
      if (item === null) throw unreadable(`included (item ${target.id})`, undefined, "every line of the invoice");
      return itemOf(item, fromNet);
    });
  }
  return document.included
    .filter(({ type }) => type === "items")
    .filter((item) => {
      const owner = toOne(item, "document") ?? toOne(item, "invoice");
      return owner === null || owner === undefined ? alone : owner.id === invoice.id;
    })
    .map((item) => itemOf(item, fromNet));
}

/** Both documented shapes: the guide's `title` and `single_*_amount`, the reference's `name` and `unit_price`. */
export function itemOf(resource: Resource, fromNet: boolean): Item {
  const at = `${resource.at}.attributes`;
  const fields = fieldsOf(resource.attributes, at);
  const unitPrice = amount(fields, "unit_price");
  return {
    id: resource.id,
    title: fields.text("title") ?? fields.text("name") ?? "",
    subtitle: fields.text("subtitle"),
    quantity: required(amount(fields, "quantity"), `${at}.quantity`, "a number"),
    tax_rate: required(amount(fields, "tax_rate"), `${at}.tax_rate`, "a number"),
    single_net_amount: amount(fields, "single_net_amount") ?? (fromNet ? unitPrice : null),
    single_gross_amount: amount(fields, "single_gross_amount") ?? (fromNet ? null : unitPrice),
  };
}

function vatLineOf(fields: Fields): VatLine | null {
  const rate = amount(fields, "tax_rate");
  if (rate === null) return null;
  return {
    tax_rate: rate,
    net_amount: amount(fields, "net_amount"),
    tax_amount: amount(fields, "tax_amount"),
    gross_amount: amount(fields, "gross_amount"),
  };
}

/** What a party may state, by the names the API has for it. */
const PARTY_FIELDS = [
  ["company_name", "name"],
  ["address_line"],
  ["postal_code"],
  ["city"],
  ["country_code"],
  ["vat_number"],
] as const;

function partyOf(fields: Fields | null): Party | null {
  if (fields === null) return null;
  const unstated = PARTY_FIELDS.filter((names) => !names.some((name) => fields.names.includes(name)));
  return {
    ...(unstated.length === 0 ? {} : { unstated: unstated.map(([name]) => name) }),
    company_name: fields.text("company_name") ?? fields.text("name"),
    contact_name: fields.text("contact_name"),
    address_line: fields.text("address_line"),
    postal_code: fields.word("postal_code"),
    city: fields.text("city"),
    country_code: fields.text("country_code"),
    timezone: fields.text("timezone"),
    vat_number: fields.word("vat_number"),
  };
}
