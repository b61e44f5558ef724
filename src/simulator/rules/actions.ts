import { amountText, documentTotals, negated } from "../amounts.ts";
import { Fields, requiredField } from "../fields.ts";
import { notFound, type Text, wrongState } from "../problems.ts";
import type { CustomerRecord, InvoiceRecord, OutboxMail } from "../records.ts";
import { itemsOf, SELLER } from "../resources.ts";
import { instant, localDay, noteEffect, queueMail, type World } from "../world.ts";
import { findCustomer } from "./customers.ts";
import { issue } from "./issue.ts";

/** The parts an action consists of; a partial fault lets only some of them happen. */
export const ACTION_STEPS = ["status", "mail", "void", "credit_note", "copy"] as const;
export type ActionStep = (typeof ACTION_STEPS)[number];

export interface ActionResult {
  readonly invoice: InvoiceRecord;
  /** The document the action made, if any. */
  readonly created: InvoiceRecord | null;
}

type Does = (step: ActionStep) => boolean;

export function sendInvoice(world: World, invoice: InvoiceRecord, does: Does): ActionResult {
  if (invoice.status !== "draft") {
    throw wrongState({ en: "The invoice is not a draft.", de: "Die Rechnung ist kein Entwurf." });
  }
  const switches = world.switches();
  if (switches.send_without_items === "refuse" && itemsOf(world, invoice.id).length === 0) {
    throw wrongState({ en: "The invoice has no items.", de: "Die Rechnung hat keine Positionen." });
  }
  const blank = !invoice.recipient?.trim() && invoice.customer_id === null;
  if (switches.send_without_recipient === "refuse" && blank) {
    throw wrongState({
      en: "The invoice has neither a recipient nor a customer.",
      de: "Die Rechnung hat weder Empfänger noch Kunde.",
    });
  }
  let sent = invoice;
  if (does("status")) {
    sent = world.store.invoices.put(issue(world, invoice, "sent"));
    noteEffect(world, "invoice.sent", "invoices", invoice.id);
  }
  if (does("mail")) mailDocument(world, sent, sent.is_quote ? "quote" : "invoice");
  return { invoice: sent, created: null };
}

export function markPaid(world: World, invoice: InvoiceRecord, notify: boolean, does: Does): ActionResult {
  refuseQuote(world, invoice);
  if (invoice.status !== "sent" || invoice.is_cancellation) {
    throw wrongState({ en: "The invoice is not in SENT status.", de: "Die Rechnung ist nicht im Status SENT." });
  }
  let paid = invoice;
  if (does("status")) {
    paid = world.store.invoices.put({ ...invoice, status: "paid", updated_at: instant(world.now()) });
    noteEffect(world, "invoice.paid", "invoices", invoice.id);
  }
  if (notify && does("mail")) mailDocument(world, paid, "payment_confirmation");
  return { invoice: paid, created: null };
}

export function cancelInvoice(world: World, invoice: InvoiceRecord, does: Does): ActionResult {
  requireCancellable(world, invoice);
  const voided = does("void") ? voidInvoice(world, invoice) : invoice;
  return { invoice: voided, created: does("credit_note") ? createCreditNote(world, invoice, does) : null };
}

export function changeRecipient(
  world: World,
  invoice: InvoiceRecord,
  body: Readonly<Record<string, unknown>>,
  does: Does,
): ActionResult {
  const fields = new Fields(body, true);
  const customerId = fields.text("customer_id");
  if (!customerId) fields.fail("customer_id", requiredField("customer_id"));
  fields.done();
  requireCancellable(world, invoice);
  const customer = findCustomer(world, customerId ?? "");
  if (customer === undefined) throw notFound();
  const { change_recipient_credit_note, change_recipient_copy } = world.switches();
  const voided = does("void") ? voidInvoice(world, invoice) : invoice;
  if (change_recipient_credit_note === "created" && does("credit_note")) createCreditNote(world, invoice, does);
  if (!does("copy")) return { invoice: voided, created: null };
  return { invoice: voided, created: createCopy(world, invoice, customer, change_recipient_copy, does) };
}

function refuseQuote(world: World, invoice: InvoiceRecord): void {
  if (invoice.is_quote && world.switches().quote_actions === "refuse") {
    throw wrongState({ en: "The document is a quote.", de: "Das Dokument ist ein Angebot." });
  }
}

function requireCancellable(world: World, invoice: InvoiceRecord): void {
  refuseQuote(world, invoice);
  const allowed = world.switches().cancel_paid === "allow" ? ["sent", "paid"] : ["sent"];
  if (!allowed.includes(invoice.status) || invoice.is_cancellation) throw wrongState(notCancellable(invoice));
}

function notCancellable(invoice: InvoiceRecord): Text {
  return {
    en: `The invoice cannot be cancelled in its status (${invoice.status}).`,
    de: `Die Rechnung kann in ihrem Status (${invoice.status}) nicht storniert werden.`,
  };
}

function voidInvoice(world: World, invoice: InvoiceRecord): InvoiceRecord {
  const voided = world.store.invoices.put({
    ...invoice,
    status: world.switches().void_status,
    locked: true,
    updated_at: instant(world.now()),
  });
  noteEffect(world, "invoice.voided", "invoices", invoice.id);
  return voided;
}

function createCreditNote(world: World, original: InvoiceRecord, does: Does): InvoiceRecord {
  const switches = world.switches();
  const now = instant(world.now());
  const note: InvoiceRecord = {
    ...original,
    id: world.newId(),
    number: null,
    is_cancellation: true,
    is_credit: switches.credit_note_flags === "cancellation_and_credit",
    issued_at: localDay(world.now()),
    due_date: null,
    notes: `Storno zu ${original.number ?? original.id}`,
    reference: switches.credit_note_reference === "present" ? { type: "invoices", id: original.id } : null,
    access_token: world.newSecret(),
    created_at: now,
  };
  const issued = { ...issue(world, note, switches.credit_note_status), buyer_data: original.buyer_data };
  world.store.invoices.put(issued);
  copyItems(world, original, issued, switches.credit_note_sign === "negative" ? negated : (amount) => amount);
  noteEffect(world, "credit_note.created", "invoices", issued.id);
  if (switches.cancel_mail === "customer" && does("mail")) mailDocument(world, issued, "credit_note");
  return issued;
}

function createCopy(
  world: World,
  original: InvoiceRecord,
  customer: CustomerRecord,
  status: "sent" | "draft",
  does: Does,
): InvoiceRecord {
  const draft: InvoiceRecord = {
    ...original,
    id: world.newId(),
    number: null,
    status: "draft",
    recipient: null,
    issued_at: null,
    locked: false,
    customer_id: customer.id,
    buyer_data: null,
    access_token: world.newSecret(),
    created_at: instant(world.now()),
    updated_at: instant(world.now()),
  };
  const copy = world.store.invoices.put(status === "draft" ? draft : issue(world, draft, "sent"));
  copyItems(world, original, copy, (amount) => amount);
  noteEffect(world, "invoice.copied", "invoices", copy.id);
  if (status === "sent" && does("mail")) mailDocument(world, copy, "invoice");
  return copy;
}

function copyItems(world: World, from: InvoiceRecord, to: InvoiceRecord, amount: (value: string) => string): void {
  for (const item of itemsOf(world, from.id)) {
    world.store.items.put({
      ...item,
      id: world.newId(),
      invoice_id: to.id,
      single_net_amount: amount(item.single_net_amount),
      single_gross_amount: amount(item.single_gross_amount),
      created_at: to.created_at,
      updated_at: to.updated_at,
    });
  }
}

const SUBJECTS: Readonly<Record<OutboxMail["kind"], Text>> = {
  invoice: { en: "Invoice", de: "Rechnung" },
  quote: { en: "Quote", de: "Angebot" },
  credit_note: { en: "Cancellation invoice", de: "Stornorechnung" },
  payment_confirmation: { en: "Payment received for invoice", de: "Zahlungseingang zu Rechnung" },
};

/** Mails a document to its customer; without a customer there is nobody to mail to. */
function mailDocument(world: World, invoice: InvoiceRecord, kind: OutboxMail["kind"]): void {
  const customer = invoice.customer_id === null ? undefined : world.store.customers.get(invoice.customer_id);
  if (customer === undefined) return;
  const language = customer.locale?.startsWith("de") ? "de" : "en";
  const { gross } = documentTotals(itemsOf(world, invoice.id), invoice.currency, world.switches().rounding);
  const subject = `${SUBJECTS[kind][language]} ${invoice.number ?? ""}`.trim();
  const total = amountText(gross, invoice.currency);
  queueMail(world, {
    kind,
    to: customer.email,
    subject,
    text: `${subject}: ${total}\n\n${SELLER.trading_name}`,
    invoice_id: invoice.id,
  });
}
