import { documentTotals, wireNumber } from "./amounts.ts";
import { unauthorized } from "./problems.ts";
import type {
  AddressRecord,
  CustomerRecord,
  CustomFieldRecord,
  CustomValue,
  InvoiceRecord,
  ItemRecord,
  Link,
  ReferenceRecord,
} from "./records.ts";
import type { Switches } from "./switches.ts";
import { instant, TIME_ZONE, type World } from "./world.ts";

/** A resource before it is written: all attributes and relationships, linkage as type and id. */
export interface Resource {
  readonly type: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly relationships: Readonly<Record<string, Link | readonly Link[] | null>>;
  readonly meta?: Readonly<Record<string, unknown>>;
}

export const SELLER = {
  name: "Lindenhof Studios GmbH",
  trading_name: "Lindenhof Studios",
  address_line: "Lindenstraße 14",
  postal_code: "04109",
  city: "Leipzig",
  country_code: "DE",
  timezone: TIME_ZONE,
  vat_number: "DE299999994",
  iban: "DE02120300000000202051",
  bank_name: "Deutsche Kreditbank Berlin",
  contact_name: "Karin Voss",
  contact_email: "rechnung@lindenhof-studios.example",
  contact_phone: "+4934199999990",
} as const;

function sellerData(when: Switches["seller_data"], isDraft: boolean) {
  if (when === "absent" || (when === "sent" && isDraft)) return null;
  return when === "no_vat_number" ? { ...SELLER, vat_number: null } : SELLER;
}

/** The resource a link points at, or `undefined` when there is none. */
export function findResource(world: World, link: Link, origin: string): Resource | undefined {
  const { store } = world;
  switch (link.type) {
    case "customers": {
      const customer = store.customers.get(link.id);
      return customer && customerResource(world, customer);
    }
    case "addresses": {
      const address = store.addresses.get(link.id);
      return address && addressResource(address);
    }
    case "invoices": {
      const invoice = store.invoices.get(link.id);
      return invoice && invoiceResource(world, invoice, origin);
    }
    case "items": {
      const item = store.items.get(link.id);
      return item && itemResource(item);
    }
    case "organizations":
      return organizationResources(world).find(({ id }) => id === link.id);
    default: {
      const reference = store.references.get(link.id);
      return reference?.type === link.type ? referenceResource(world, reference) : undefined;
    }
  }
}

export function customerResource(world: World, customer: CustomerRecord): Resource {
  const { id, uuid, custom, address_id, notes: _notes, ...rest } = customer;
  const fullName = [customer.given_name, customer.family_name].filter((part) => part).join(" ");
  return {
    type: "customers",
    id,
    attributes: {
      uuid,
      ...rest,
      full_name: fullName,
      sex: null,
      birth_date: null,
      email_status: null,
      custom_entry_map: Object.fromEntries(
        world.store.custom_fields.all().flatMap((field) => {
          const value = custom[field.id];
          return value === undefined ? [] : [[field.id, customEntry(field, value)]];
        }),
      ),
      settings: { notifications: { whatsapp: false, telegram: false, sms: false, telegramId: null } },
    },
    relationships: { address: address_id === null ? null : { type: "addresses", id: address_id } },
    meta: { has_account: false, external_id: null, idp_user_id: null },
  };
}

function customEntry(field: CustomFieldRecord, value: CustomValue): object {
  const formatted =
    typeof value === "boolean" ? (value ? "Ja" : "Nein") : Array.isArray(value) ? value.join(", ") : String(value);
  return { value, formatted_value: formatted, label: field.label, type: field.type };
}

export function addressResource(address: AddressRecord): Resource {
  const { id, customer_id, ...attributes } = address;
  const line = [address.street_address, [address.zip_code, address.city].filter(Boolean).join(" ")].filter(Boolean);
  return {
    type: "addresses",
    id,
    attributes: { ...attributes, latitude: null, longitude: null },
    relationships: { addressable: { type: "customers", id: customer_id } },
    meta: {
      address_line: line.join(", "),
      address_text: [address.name, ...line, address.country_code].filter(Boolean).join("\n"),
    },
  };
}

/** Items of a document in the order they were added. */
export function itemsOf(world: World, invoiceId: string): ItemRecord[] {
  return world.store.items.group(invoiceId);
}

const PDF_LATE_MS = 3_000;

export function invoiceResource(world: World, invoice: InvoiceRecord, origin: string): Resource {
  const switches = world.switches();
  const items = itemsOf(world, invoice.id);
  const totals = documentTotals(items, invoice.currency, switches.rounding);
  const { id, customer_id, reference, ...rest } = invoice;
  const isDraft = invoice.status === "draft";
  const link = (kind: string) =>
    `${origin}/documents/invoices/${encodeURIComponent(id)}/${kind}?access_token=${invoice.access_token}`;
  const hasXml = switches.xml_link === "present" && !isDraft && !invoice.is_quote;
  const isMade = switches.pdf_link === "present" || world.now() - Date.parse(invoice.updated_at) >= PDF_LATE_MS;
  const pdf = switches.pdf_link !== "absent" && isMade ? link("pdf") : null;
  return {
    type: "invoices",
    id,
    attributes: {
      ...rest,
      number: invoice.number ?? (switches.draft_number === "empty" ? "" : null),
      formatted_number: invoice.number,
      issued_at: wireDate(world, invoice.issued_at),
      due_date: wireDate(world, invoice.due_date),
      total: wireNumber(totals.gross),
      net_amount: wireNumber(totals.net),
      tax_amount: wireNumber(totals.tax),
      vat_breakdown: totals.breakdown.map(({ rate, count, net, tax, gross }) => ({
        tax_rate: wireNumber(rate),
        item_count: count,
        net_amount: wireNumber(net),
        tax_amount: wireNumber(tax),
        gross_amount: wireNumber(gross),
      })),
      has_payment: false,
      is_processing: false,
      auto_lock: true,
      allow_online_payment: false,
      payment_reminders: true,
      show_transfer_note: true,
      country_code: "DE",
      region: null,
      fields: null,
      seller_data: sellerData(switches.seller_data, isDraft),
    },
    relationships: {
      customer: customer_id === null ? null : { type: "customers", id: customer_id },
      reference,
      items: items.map((item) => ({ type: "items", id: item.id })),
    },
    meta: {
      download_url: invoice.is_quote ? null : pdf,
      xml_download_url: hasXml ? link("xml") : null,
      quote_download_url: invoice.is_quote ? pdf : null,
      reference_type: reference?.type ?? null,
      has_xml: hasXml,
    },
  };
}

function wireDate(world: World, day: string | null): string | null {
  if (day === null) return null;
  switch (world.switches().date_format) {
    case "utc":
      return `${day}T00:00:00+00:00`;
    case "offset":
      return `${day}T00:00:00${offsetOf(day)}`;
    case "date":
      return day;
    case "utc_local":
      return `${new Date(Date.parse(`${day}T00:00:00${offsetOf(day)}`)).toISOString().slice(0, 19)}+00:00`;
  }
}

/** UTC offset of the organization's time zone on a day, e.g. `+02:00`. */
function offsetOf(day: string): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone: TIME_ZONE, timeZoneName: "longOffset" }).formatToParts(
    Date.parse(`${day}T12:00:00Z`),
  );
  return parts.find(({ type }) => type === "timeZoneName")?.value.replace("GMT", "") || "+00:00";
}

export function itemResource(item: ItemRecord): Resource {
  const { id, invoice_id, from_net: _fromNet, ...rest } = item;
  return {
    type: "items",
    id,
    attributes: {
      ...rest,
      tax_rate: wireNumber(item.tax_rate),
      single_net_amount: wireNumber(item.single_net_amount),
      single_gross_amount: wireNumber(item.single_gross_amount),
    },
    relationships: { document: { type: "invoices", id: invoice_id } },
  };
}

export function referenceResource(world: World, reference: ReferenceRecord): Resource {
  const { id, type, customer_id, ...attributes } = reference;
  const invoice = world.store.invoices.all().find((row) => row.reference?.type === type && row.reference.id === id);
  return {
    type,
    id,
    attributes,
    relationships: {
      customer: { type: "customers", id: customer_id },
      invoice: invoice === undefined ? null : { type: "invoices", id: invoice.id },
    },
  };
}

export function organizationResources(world: World): Resource[] {
  const created_at = instant(Date.UTC(2021, 4, 3, 8));
  const own: Resource = {
    type: "organizations",
    id: world.organization_id,
    attributes: { name: SELLER.trading_name, slug: "lindenhof-studios", timezone: TIME_ZONE, created_at },
    relationships: {},
  };
  const other: Resource = {
    type: "organizations",
    id: "7d1f1c52-4f0e-4a55-9a43-3a2f6a0c9b11",
    attributes: {
      name: "Lindenhof Kulturverein e. V.",
      slug: "lindenhof-kulturverein",
      timezone: TIME_ZONE,
      created_at,
    },
    relationships: {},
  };
  return world.switches().organizations === "several" ? [own, other] : [own];
}

/** What the list of organizations answers, as the switch says. */
export function listedOrganizations(world: World): Resource[] {
  const shown = world.switches().organization_list;
  if (shown === "403") throw unauthorized();
  return shown === "empty" ? [] : organizationResources(world);
}

export function userResource(world: World): Resource {
  const all = organizationResources(world).map(({ type, id }) => ({ type, id }));
  const active = world.switches().active_organization === "present" ? (all[0] ?? null) : null;
  return {
    type: "users",
    id: "4f0a8d3e-77a1-4a3c-8d0c-51a1d6a3be01",
    attributes: { given_name: "Karin", family_name: "Voss", email: SELLER.contact_email, locale: "de" },
    relationships: { active_organization: active, organizations: all },
  };
}
