import { z } from "zod";
import { type Invoice, type Item, shownKind } from "../domain/invoice.ts";
import { roundMoney } from "../domain/money.ts";
import { lineTotals } from "../domain/totals.ts";
import { oneLine } from "../domain/untrusted.ts";
import { blockLines, SHOWN } from "./blocks.ts";
import { emailView } from "./email.ts";
import { ACTS, type BankLine, type Plan } from "./port.ts";
import {
  amountText,
  countryText,
  dateText,
  type Language,
  languageOf,
  numberText,
  rateText,
  say,
  statusText,
  typeset,
} from "./wording.ts";

/**
 * What the card, the approval page and the terminal show: JSON-safe, display-ready strings in the plan's locale. Every
 * text that came from data is already cleaned (one line, capped, no hidden characters); show it as text, never as HTML.
 */
const lineViewSchema = z.strictObject({
  title: z.string(),
  subtitle: z.string().nullable(),
  quantity: z.string(),
  /** In the invoice's direction (`amounts_are`). */
  unit_price: z.string().nullable(),
  tax_rate: z.string(),
  /** Quantity × unit price in the same direction, our own arithmetic. */
  total: z.string().nullable(),
});

export const invoiceViewSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(["draft", "invoice", "quote", "credit_note"]),
  number: z.string().nullable(),
  /** `draft`, `sent`, `paid` … in the view's language. */
  status: z.string(),
  recipient: z.array(z.string()),
  /** What the API will fill a blank recipient with, from the customer record. */
  buyer_address: z.array(z.string()),
  /** The sender's block, where one is set by hand. */
  sender: z.array(z.string()),
  vat_number: z.string().nullable(),
  customer: z.string().nullable(),
  customer_id: z.string().nullable(),
  email: z.string().nullable(),
  /** Punycode form and a warning when the address holds other than ASCII characters. */
  email_note: z.string().nullable(),
  issued_at: z.string().nullable(),
  due_date: z.string().nullable(),
  amounts_are: z.enum(["net", "gross"]),
  lines: z.array(lineViewSchema),
  /** Lines beyond the shown ones. */
  more_lines: z.int(),
  net: z.string().nullable(),
  taxes: z.array(z.strictObject({ rate: z.string(), net: z.string().nullable(), tax: z.string().nullable() })),
  tax: z.string().nullable(),
  gross: z.string().nullable(),
  currency: z.string(),
  /** In full, line by line. */
  notes: z.array(z.string()),
  /** Of a batch: the payment it is settled by; `differs` says in what. */
  bank_line: z
    .strictObject({
      day: z.string(),
      payer: z.string(),
      amount: z.string(),
      text: z.string(),
      differs: z.array(z.string()),
    })
    .nullable()
    .default(null),
});
export type InvoiceView = z.infer<typeof invoiceViewSchema>;

export const planViewSchema = z.strictObject({
  act: z.enum(ACTS),
  /** The question, in the view's language, e.g. `Send 1,785.00 EUR to "Acme Inc"?`. */
  title: z.string(),
  organization: z.strictObject({ id: z.string(), name: z.string().nullable() }),
  simulator: z.boolean(),
  /** One; none for `resolve_operation`; many for `settle_payments`. */
  documents: z.array(invoiceViewSchema),
  /** Further rows a card shows above the consequences (batch totals, the new recipient, the operation's id). */
  details: z.array(z.strictObject({ label: z.string(), value: z.string() })),
  consequences: z.array(z.string()),
  /** What differs from an earlier question or approval of the same act. */
  changes: z.array(z.string()).default([]),
  warnings: z.array(z.strictObject({ code: z.string(), sentence: z.string(), raises: z.boolean() })),
  level: z.enum(["approve", "typed"]),
  /** What to type, at level `typed`. */
  typed_prompt: z.string().nullable(),
  /** Why a click is not enough, at level `typed`. */
  typed_why: z.string().nullable().default(null),
  /** ISO 8601 instant, UTC; null while no approval exists (a plain preview). */
  expires_at: z.string().nullable(),
  locale: z.enum(["de", "en"]),
});
export type PlanView = z.infer<typeof planViewSchema>;

/** A document as a card shows it. `customer` adds what the invoice itself does not carry. */
export function invoiceView(
  invoice: Invoice,
  options: {
    readonly locale: string;
    readonly email?: string | null;
    readonly customer_name?: string | null;
    readonly buyer_address?: readonly string[];
    readonly bank_line?: BankLine;
    /** Sending fills in what is missing. */
    readonly sending?: boolean;
  },
): InvoiceView {
  const language = languageOf(options.locale);
  const money = (value: Invoice["total"]) => (value === null ? null : amountText(value, invoice.currency, language));
  const items = invoice.items ?? [];
  // `null` is an answer (nothing is mailed); only where nobody said, the customer's address is shown.
  const address = options.email === undefined ? (invoice.customer?.email ?? null) : options.email;
  const email = emailView(address, language);
  const customerName = options.customer_name ?? invoice.customer?.name ?? null;
  return {
    id: oneLine(invoice.id, 64),
    kind: shownKind(invoice),
    number: invoice.number === null ? null : oneLine(invoice.number, 60),
    status: statusText(invoice.status, invoice.status_word, language),
    recipient: blockLines(invoice.recipient, SHOWN.block),
    buyer_address: blockLines(
      (options.buyer_address ?? []).map((line) => countryText(line, language)).join("\n"),
      SHOWN.block,
    ),
    sender: blockLines(invoice.invoicing_party, SHOWN.block),
    vat_number: invoice.vat_number === null ? null : oneLine(invoice.vat_number, SHOWN.line) || null,
    customer: customerName === null ? null : oneLine(customerName, 120),
    customer_id: invoice.customer_id === null ? null : oneLine(invoice.customer_id, 64),
    email: email?.text ?? null,
    email_note: email?.note ?? null,
    issued_at:
      invoice.issued_at !== null
        ? dateText(invoice.issued_at, language)
        : options.sending === true
          ? say(language, "the day it is sent", "Tag des Versands")
          : null,
    due_date:
      invoice.due_date !== null
        ? dateText(invoice.due_date, language)
        : options.sending === true
          ? say(language, "not set", "nicht gesetzt")
          : null,
    amounts_are: invoice.calculate_from_net ? "net" : "gross",
    lines: items.slice(0, SHOWN.lines).map((item) => lineView(item, invoice, language)),
    more_lines: Math.max(0, items.length - SHOWN.lines),
    net: money(invoice.net_amount),
    taxes: invoice.vat_breakdown.map((line) => ({
      rate: rateText(line.tax_rate, language),
      net: money(line.net_amount),
      tax: money(line.tax_amount),
    })),
    tax: money(invoice.tax_amount),
    gross: money(invoice.total),
    currency: oneLine(invoice.currency, 8),
    notes: blockLines(invoice.notes, SHOWN.notes),
    bank_line: options.bank_line === undefined ? null : bankLineView(options.bank_line, language),
  };
}

function bankLineView(line: BankLine, language: Language): NonNullable<InvoiceView["bank_line"]> {
  return {
    day: dateText(line.day, language),
    payer: oneLine(line.payer, SHOWN.line),
    amount: oneLine(line.amount, 40),
    text: oneLine(line.text, SHOWN.line),
    differs: line.differs.map((sentence) => oneLine(sentence, SHOWN.line)),
  };
}

function lineView(item: Item, invoice: Invoice, language: "de" | "en"): InvoiceView["lines"][number] {
  const price = invoice.calculate_from_net ? item.single_net_amount : item.single_gross_amount;
  const totals = lineTotals(item, invoice.calculate_from_net, invoice.currency);
  const total = totals === null ? null : invoice.calculate_from_net ? totals.net : totals.gross;
  const { currency } = invoice;
  return {
    title: oneLine(item.title, SHOWN.line),
    subtitle: item.subtitle === null || item.subtitle === "" ? null : oneLine(item.subtitle, SHOWN.line),
    quantity: numberText(item.quantity, language),
    unit_price: price === null ? null : amountText(price, currency, language),
    tax_rate: rateText(item.tax_rate, language),
    total: total === null ? null : amountText(roundMoney(total, currency), currency, language),
  };
}

/** A plan as a card shows it. */
export function planView(plan: Plan, expiresAt: number | null = null, changes: readonly string[] = []): PlanView {
  const language = languageOf(plan.locale);
  const set = (text: string) => typeset(text, language);
  return {
    act: plan.act,
    title: set(plan.title),
    organization: {
      id: oneLine(plan.organization.id, 64),
      name: plan.organization.name === null ? null : oneLine(plan.organization.name, 120),
    },
    simulator: plan.organization.simulator,
    documents: plan.documents.map((document) =>
      invoiceView(document.invoice, {
        locale: plan.locale,
        email: document.email,
        customer_name: document.customer_name,
        buyer_address: document.buyer_address,
        sending: plan.act === "send_invoice" && document.invoice.status === "draft",
        ...(document.bank_line === undefined ? {} : { bank_line: document.bank_line }),
      }),
    ),
    details: plan.details.map((row) => ({ label: row.label, value: set(row.value) })),
    consequences: plan.consequences.map(set),
    changes: changes.map(set),
    warnings: plan.risks.map(({ code, sentence, raises }) => ({ code, sentence: set(sentence), raises })),
    level: plan.level,
    typed_prompt: plan.typed?.prompt ?? null,
    typed_why: plan.typed === null ? null : typedWhy(plan),
    expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString(),
    locale: language,
  };
}

function typedWhy({ act, risks, locale }: Plan): string {
  const language = languageOf(locale);
  if (risks.some(({ raises }) => raises)) {
    return say(
      language,
      "A click is not enough here, because of what is marked as important above.",
      "Ein Klick genügt hier nicht, wegen der oben als wichtig gekennzeichneten Punkte.",
    );
  }
  switch (act) {
    case "cancel_invoice":
    case "change_recipient":
      return say(
        language,
        "A click is not enough here, because this makes a document that cannot be taken back.",
        "Ein Klick genügt hier nicht, weil ein Beleg entsteht, der sich nicht zurücknehmen lässt.",
      );
    case "settle_payments":
      return say(
        language,
        "A click is not enough here, because this decides on several invoices at once.",
        "Ein Klick genügt hier nicht, weil Sie über mehrere Rechnungen auf einmal entscheiden.",
      );
    case "resolve_operation":
      return say(
        language,
        "A click is not enough here, because your word decides what counts as done.",
        "Ein Klick genügt hier nicht, weil Ihr Wort entscheidet, was als erledigt gilt.",
      );
    case "send_invoice":
    case "mark_paid":
      return say(
        language,
        "A click is not enough here, because the customer gets an e-mail that cannot be called back.",
        "Ein Klick genügt hier nicht, weil der Kunde eine E-Mail erhält, die sich nicht zurückholen lässt.",
      );
  }
}
