import { z } from "zod";

/** Stored state. Amounts are decimal text, instants ISO 8601 in UTC, dates `YYYY-MM-DD`. */
const optional = z.string().nullable();

const customValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
export type CustomValue = z.infer<typeof customValue>;

export const customerRecord = z.object({
  id: z.string(),
  uuid: z.string(),
  number: z.string(),
  locale: optional,
  title: optional,
  given_name: optional,
  family_name: optional,
  email: z.string(),
  mobile: optional,
  phone: optional,
  company: optional,
  notes: optional,
  custom: z.record(z.string(), customValue),
  address_id: optional,
  created_at: z.string(),
  updated_at: z.string(),
});
export type CustomerRecord = z.infer<typeof customerRecord>;

export const addressRecord = z.object({
  id: z.string(),
  customer_id: z.string(),
  name: optional,
  street_address: optional,
  address_line_2: optional,
  zip_code: optional,
  city: optional,
  area: optional,
  country_code: optional,
  created_at: z.string(),
  updated_at: z.string(),
});
export type AddressRecord = z.infer<typeof addressRecord>;

const link = z.object({ type: z.string(), id: z.string() });
export type Link = z.infer<typeof link>;

const party = z.record(z.string(), optional);
export type Party = z.infer<typeof party>;

export const invoiceRecord = z.object({
  id: z.string(),
  number: optional,
  status: z.string(),
  currency: z.string(),
  recipient: optional,
  invoicing_party: optional,
  calculate_from_net: z.boolean(),
  issued_at: optional,
  due_date: optional,
  notes: optional,
  vat_number: optional,
  is_quote: z.boolean(),
  is_cancellation: z.boolean(),
  is_credit: z.boolean(),
  locked: z.boolean(),
  customer_id: optional,
  reference: link.nullable(),
  buyer_data: party.nullable(),
  access_token: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type InvoiceRecord = z.infer<typeof invoiceRecord>;

export const itemRecord = z.object({
  id: z.string(),
  invoice_id: z.string(),
  title: z.string(),
  subtitle: optional,
  quantity: z.number(),
  tax_rate: z.string(),
  /** Direction the amount was entered in. */
  from_net: z.boolean(),
  single_net_amount: z.string(),
  single_gross_amount: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type ItemRecord = z.infer<typeof itemRecord>;

export const REFERENCE_TYPES = ["orders", "plan-subscriptions", "booking-passes"] as const;
export const referenceRecord = z.object({
  id: z.string(),
  type: z.enum(REFERENCE_TYPES),
  number: z.string(),
  name: z.string(),
  status: z.string(),
  customer_id: z.string(),
  starts_at: optional,
  created_at: z.string(),
  updated_at: z.string(),
});
export type ReferenceRecord = z.infer<typeof referenceRecord>;

export const CUSTOM_FIELD_TYPES = ["text", "number", "checkbox", "multi-select"] as const;
export const customFieldRecord = z.object({ id: z.string(), label: z.string(), type: z.enum(CUSTOM_FIELD_TYPES) });
export type CustomFieldRecord = z.infer<typeof customFieldRecord>;

/** Number series (`RE-2026`) and settings. */
export const counterRecord = z.object({ id: z.string(), value: z.union([z.number(), z.string()]) });

export const outboxMail = z.object({
  id: z.string(),
  kind: z.enum(["invoice", "quote", "payment_confirmation", "credit_note"]),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  invoice_id: z.string(),
  at: z.string(),
});
/** An e-mail that would have gone out. */
export type OutboxMail = z.infer<typeof outboxMail>;

export const effectRecord = z.object({
  id: z.string(),
  kind: z.enum([
    "customer.created",
    "customer.updated",
    "customer.deleted",
    "address.created",
    "address.updated",
    "invoice.created",
    "invoice.updated",
    "invoice.deleted",
    "invoice.sent",
    "invoice.paid",
    "invoice.voided",
    "invoice.copied",
    "credit_note.created",
    "item.created",
    "item.updated",
    "item.deleted",
  ]),
  resource_type: z.string(),
  resource_id: z.string(),
  at: z.string(),
});
/** A change of state that really happened. `id` counts up. */
export type Effect = z.infer<typeof effectRecord>;
export type EffectKind = Effect["kind"];
