import type { IsoDate } from "./clock.ts";
import type { Decimal } from "./money.ts";
import { inert } from "./untrusted.ts";

/**
 * The statuses this server reasons about. `draft`, `sent` and `paid` are the guide's; what a cancelled or refunded
 * invoice is called is not documented, so every known spelling is read (`statusOf`) and any other word is `other`.
 */
export type InvoiceStatus = "draft" | "sent" | "paid" | "void" | "refunded" | "other";

const STATUS_WORDS: Readonly<Record<string, InvoiceStatus>> = {
  draft: "draft",
  sent: "sent",
  paid: "paid",
  void: "void",
  voided: "void",
  cancelled: "void",
  canceled: "void",
  refunded: "refunded",
};

/** Reads the API's status word, whatever its case. */
export function statusOf(word: string): InvoiceStatus {
  return STATUS_WORDS[word.toLowerCase()] ?? "other";
}

export type InvoiceAct = "edit" | "send" | "mark_paid" | "cancel" | "change_recipient";

/** In which statuses the guide (and what it implies) allows an act. Everything else is refused before anything is sent. */
const ALLOWED: Readonly<Record<InvoiceAct, readonly InvoiceStatus[]>> = {
  edit: ["draft"],
  send: ["draft"],
  mark_paid: ["sent"],
  // Credit notes for paid invoices are lawful and the guide does not forbid them; the API has the last word.
  cancel: ["sent", "paid", "other"],
  change_recipient: ["sent", "paid", "other"],
};

export function allows(act: InvoiceAct, status: InvoiceStatus): boolean {
  return ALLOWED[act].includes(status);
}

/** An invoice, quote or credit note (wire facts 4.1). Texts are untrusted and unaltered; money is exact. */
export interface Invoice {
  readonly id: string;
  /** What people call it: the formatted number, else the raw one; `null` on drafts without one. */
  readonly number: string | null;
  /** The API's raw number, where it differs from the one people see. */
  readonly raw_number?: string;
  readonly status: InvoiceStatus;
  /** The API's own word for the status. */
  readonly status_word: string;
  readonly currency: string;
  /** Gross, net and tax as the API states them; `null` when it does not. */
  readonly total: Decimal | null;
  readonly net_amount: Decimal | null;
  readonly tax_amount: Decimal | null;
  readonly vat_breakdown: readonly VatLine[];
  readonly is_quote: boolean;
  readonly is_cancellation: boolean;
  readonly is_credit: boolean;
  readonly has_payment: boolean;
  readonly locked: boolean;
  /** Direction: true = amounts are entered net, false = gross. */
  readonly calculate_from_net: boolean;
  readonly recipient: string | null;
  readonly invoicing_party: string | null;
  readonly notes: string | null;
  readonly vat_number: string | null;
  readonly issued_at: IsoDate | null;
  readonly due_date: IsoDate | null;
  readonly created_at: string | null;
  readonly updated_at: string | null;
  readonly customer_id: string | null;
  /** The API does not say whose it is: `customer_id` is `null` and that proves nothing. */
  readonly customer_unknown?: true;
  /** Present when the API included it. */
  readonly customer: { readonly id: string; readonly name: string; readonly email: string | null } | null;
  /** Order, subscription or booking pass it was made for. */
  readonly reference: { readonly type: string; readonly id: string } | null;
  /** `null` when the items were not asked for. Order is the API's. */
  readonly items: readonly Item[] | null;
  /** Snapshot the API takes on sending. */
  readonly buyer: Party | null;
  readonly seller: Party | null;
  /** Links that open the document without a login: secrets. Never put into a result or a log. */
  readonly documents: DocumentLinks;
}

export interface DocumentLinks {
  readonly pdf: string | null;
  readonly xml: string | null;
  readonly quote_pdf: string | null;
}

export interface Party {
  readonly company_name: string | null;
  readonly contact_name: string | null;
  readonly address_line: string | null;
  readonly postal_code: string | null;
  readonly city: string | null;
  readonly country_code: string | null;
  readonly timezone: string | null;
  readonly vat_number: string | null;
  /** Fields that the API's answer does not have at all: `null` proves nothing there. Absent: it has them all. */
  readonly unstated?: readonly string[];
}

export interface VatLine {
  readonly tax_rate: Decimal;
  readonly net_amount: Decimal | null;
  readonly tax_amount: Decimal | null;
  readonly gross_amount: Decimal | null;
}

export interface Item {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string | null;
  readonly quantity: Decimal;
  readonly tax_rate: Decimal;
  readonly single_net_amount: Decimal | null;
  readonly single_gross_amount: Decimal | null;
}

export interface NewInvoice {
  readonly currency: string;
  readonly recipient?: string;
  readonly invoicing_party?: string;
  readonly calculate_from_net: boolean;
  readonly issued_at?: IsoDate;
  readonly due_date?: IsoDate;
  readonly notes?: string;
  readonly vat_number?: string;
  readonly is_quote?: boolean;
  readonly number?: string;
  readonly customer_id?: string;
  readonly reference?: InvoiceReference;
}

/** What the guide lets an invoice be made for; the JSON:API types are inferred from its words (wire facts 4.5). */
export const REFERENCE_TYPES = ["orders", "plan-subscriptions", "booking-passes"] as const;
export interface InvoiceReference {
  readonly type: (typeof REFERENCE_TYPES)[number];
  readonly id: string;
}

/** Attributes PATCH may change on a draft; `customer_id` links a customer later (guide, Customer linking). */
export type InvoiceChanges = {
  readonly [K in Exclude<keyof NewInvoice, "reference" | "calculate_from_net" | "is_quote">]?: NewInvoice[K];
};

export interface NewItem {
  readonly title: string;
  readonly subtitle?: string;
  readonly quantity: number;
  readonly tax_rate: Decimal;
  /** Unit price in the invoice's direction. */
  readonly amount: Decimal;
}

/** What of a line is to change; the rest stays. `subtitle` may be emptied. */
export type ItemChanges = Partial<NewItem>;

/** Overdue is computed, never a status: sent, not a quote or credit note, due before `today`. */
export function isOverdue(invoice: Invoice, today: IsoDate): boolean {
  return isOpen(invoice) && invoice.due_date !== null && invoice.due_date < today;
}

/** Open = a sent invoice that still expects money. */
export function isOpen(invoice: Invoice): boolean {
  return invoice.status === "sent" && !invoice.is_quote && !invoice.is_cancellation && !invoice.is_credit;
}

type Marks = Pick<Invoice, "is_quote" | "is_cancellation" | "is_credit">;

/** Takes back what was billed: made by cancelling (German: Stornorechnung), or written as a credit (Gutschrift). */
export function isCreditNote({ is_cancellation, is_credit }: Pick<Marks, "is_cancellation" | "is_credit">): boolean {
  return is_cancellation || is_credit;
}

export type InvoiceKind = "quote" | "credit_note" | "invoice";

/** What a document is, whatever its status. */
export function invoiceKind(invoice: Marks): InvoiceKind {
  if (invoice.is_quote) return "quote";
  return isCreditNote(invoice) ? "credit_note" : "invoice";
}

/** The same, with a draft of an invoice as a draft. */
export function shownKind(invoice: Marks & Pick<Invoice, "status">): InvoiceKind | "draft" {
  const kind = invoiceKind(invoice);
  return kind === "invoice" && invoice.status === "draft" ? "draft" : kind;
}

/** `invoice R-2026-0042`, `draft 9b1c…`, `quote …`, `credit note …`: how the server's own sentences name a document. */
export function documentName(invoice: Marks & Pick<Invoice, "id" | "number" | "status">): string {
  return `${shownKind(invoice).replace("_", " ")} ${inert(invoice.number ?? invoice.id, 60)}`;
}
