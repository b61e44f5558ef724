import { type Invoice, type Item, shownKind } from "../domain/invoice.ts";
import { roundMoney } from "../domain/money.ts";
import { lineTotals } from "../domain/totals.ts";
import { oneLine } from "../domain/untrusted.ts";
import type { InvoiceView, PlanView } from "../ui/plan-view.ts";
import { blockLines, SHOWN } from "./blocks.ts";
import { emailView } from "./email.ts";
import type { BankLine, Plan } from "./port.ts";
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
