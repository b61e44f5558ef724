import { type Customer, customerName } from "../domain/customer.ts";
import type { Invoice } from "../domain/invoice.ts";
import { customerFacts, invoiceFacts, mergeFacts } from "./facts.ts";
import {
  addressLines,
  document,
  documentLabel,
  finish,
  grossText,
  type PlanInput,
  paidConsequences,
  paidFacts,
  quotedEmail,
  typedFor,
} from "./plan-parts.ts";
import type { Plan } from "./port.ts";
import { risksOf } from "./risks.ts";
import { amountText, type Language, languageOf, quotedText, referenceText, say } from "./wording.ts";

export type { PlanInput } from "./plan-parts.ts";

/** Sends a draft: it is locked, numbered and e-mailed. */
export function planSend(input: PlanInput): Plan {
  const { invoice, customer, language, who, amount } = parts(input);
  const email = customer?.email ?? null;
  const consequences = [
    say(
      language,
      `It is issued${invoice.issued_at === null ? " with today's date" : ""}: it gets its final number and can no longer be changed.`,
      `Das Dokument wird ausgestellt${invoice.issued_at === null ? ", mit dem heutigen Datum" : ""}: es erhält seine endgültige Nummer und ist danach unveränderlich.`,
    ),
    email === null || email.trim() === ""
      ? say(
          language,
          "There is no e-mail address, so the customer will probably not receive it.",
          "Es gibt keine E-Mail-Adresse; der Kunde erhält das Dokument vermutlich nicht.",
        )
      : say(
          language,
          `The customer is e-mailed at ${quotedEmail(email)}.`,
          `Der Kunde erhält eine E-Mail an ${quotedEmail(email)}.`,
        ),
    say(
      language,
      invoice.is_quote
        ? "This cannot be undone; a quote that went out can only be followed by another."
        : "This cannot be undone; the way back is to cancel it with a credit note.",
      invoice.is_quote
        ? "Das lässt sich nicht rückgängig machen; einem versendeten Angebot kann nur ein neues folgen."
        : "Das lässt sich nicht rückgängig machen; der Weg zurück ist eine Stornorechnung.",
    ),
  ];
  return finish({
    act: "send_invoice",
    organization: input.organization,
    locale: input.locale,
    title: invoice.is_quote
      ? say(language, `Send the quote over ${amount}${who}?`, `Angebot über ${amount}${who} senden?`)
      : say(language, `Send ${amount}${who}?`, `${amount}${who} senden?`),
    documents: [document(invoice, customer, true)],
    consequences,
    risks: risksOf({ ...input, act: "send_invoice", former_customer: null, language }),
    level: "approve",
    typed: typedFor(invoice, language),
    facts: mergeFacts(invoiceFacts(invoice), customer === null ? {} : customerFacts("customer", customer)),
  });
}

/** Marks a sent invoice as paid, without a payment; with or without an e-mail to the customer. */
export function planMarkPaid(input: PlanInput & { readonly send_notification: boolean }): Plan {
  const { invoice, customer, language, who, what, amount } = parts(input);
  return finish({
    act: "mark_paid",
    organization: input.organization,
    locale: input.locale,
    title: say(
      language,
      `Mark ${what} over ${amount}${who} as paid?`,
      `${what} über ${amount}${who} als bezahlt markieren?`,
    ),
    documents: [document(invoice, customer, input.send_notification)],
    consequences: paidConsequences(input, language),
    risks: risksOf({ ...input, act: "mark_paid", former_customer: null, language }),
    level: input.send_notification ? input.policy.levels.mark_paid_with_notice : "approve",
    typed: typedFor(invoice, language),
    facts: paidFacts(input),
  });
}

/** Cancels: a credit note over the same lines, negative, and a void original. */
export function planCancel(input: PlanInput): Plan {
  const { invoice, customer, language, who, what, amount } = parts(input);
  return finish({
    act: "cancel_invoice",
    organization: input.organization,
    locale: input.locale,
    title: say(language, `Cancel ${what} over ${amount}${who}?`, `${what} über ${amount}${who} stornieren?`),
    documents: [document(invoice, customer, false)],
    consequences: [
      creditNoteSentence(invoice, language),
      say(language, `${what} becomes void.`, `${what} wird ungültig (storniert).`),
      paymentSentence(invoice, language),
      say(
        language,
        "The customer may get an e-mail; this cannot be controlled from here.",
        "Der Kunde erhält möglicherweise eine E-Mail; das lässt sich von hier nicht steuern.",
      ),
      say(
        language,
        "This cannot be undone; the way back is a new invoice.",
        "Das lässt sich nicht rückgängig machen; der Weg zurück ist eine neue Rechnung.",
      ),
    ],
    risks: risksOf({ ...input, act: "cancel_invoice", former_customer: null, language }),
    level: "typed",
    typed: typedFor(invoice, language),
    facts: mergeFacts(invoiceFacts(invoice), customer === null ? {} : customerFacts("customer", customer)),
  });
}

/** Re-addresses: a credit note for the old recipient, a copy for the new one. */
export function planChangeRecipient(input: PlanInput & { readonly new_customer: Customer }): Plan {
  const { invoice, customer, language, what, amount } = parts(input);
  const next = input.new_customer;
  const name = quotedText(customerName(next));
  const email = next.email === null ? null : quotedEmail(next.email);
  const lines = addressLines(next.address ?? null);
  const address = lines.length === 0 ? null : quotedText(lines.join(" / "), 600);
  return finish({
    act: "change_recipient",
    organization: input.organization,
    locale: input.locale,
    title: say(
      language,
      `Re-address ${what} over ${amount} to ${name}?`,
      `${what} über ${amount} auf ${name} umschreiben?`,
    ),
    documents: [document(invoice, customer, false)],
    details: [
      { label: say(language, "New recipient", "Neuer Empfänger"), value: `${referenceText(next.id)} ${name}` },
      {
        label: say(language, "E-mail of the new recipient", "E-Mail des neuen Empfängers"),
        value: email ?? say(language, "none", "keine"),
      },
      {
        label: say(language, "Address of the new recipient", "Adresse des neuen Empfängers"),
        value: address ?? say(language, "none on file", "keine hinterlegt"),
      },
    ],
    consequences: [
      creditNoteSentence(invoice, language),
      say(
        language,
        `${what} becomes void, and a copy over ${amount} is made for ${name} with a number of its own.`,
        `${what} wird storniert, und ${name} erhält eine Kopie über ${amount} mit eigener Nummer.`,
      ),
      paymentSentence(invoice, language),
      say(
        language,
        `The copy may be e-mailed at once${email === null ? "" : ` to ${email}`}; that is not known beforehand.`,
        `Die Kopie wird möglicherweise sofort per E-Mail versendet${email === null ? "" : ` an ${email}`}; das ist vorher nicht bekannt.`,
      ),
      say(
        language,
        "This cannot be undone; the way back is to cancel the copy and write a new invoice.",
        "Das lässt sich nicht rückgängig machen; der Weg zurück ist ein Storno der Kopie und eine neue Rechnung.",
      ),
    ],
    risks: risksOf({ ...input, act: "change_recipient", customer: next, former_customer: customer, language }),
    level: "typed",
    typed: typedFor(invoice, language),
    facts: mergeFacts(
      invoiceFacts(invoice),
      customer === null ? {} : customerFacts("customer", customer),
      customerFacts("new customer", next),
    ),
  });
}

function parts(input: PlanInput) {
  const { invoice, customer } = input;
  const language = languageOf(input.locale);
  const name = customer === null ? (invoice.customer?.name ?? null) : customerName(customer);
  return {
    invoice,
    customer,
    language,
    what: documentLabel(invoice, language),
    amount: grossText(invoice, language),
    who: name === null ? "" : say(language, ` to ${quotedText(name)}`, ` an ${quotedText(name)}`),
  };
}

function creditNoteSentence(invoice: Invoice, language: Language): string {
  const count = invoice.items?.length ?? 0;
  const amount =
    invoice.total === null
      ? say(language, "its total, negative", "die negative Summe")
      : amountText(invoice.total.times(-1), invoice.currency, language);
  const lines =
    count === 0
      ? ""
      : say(
          language,
          ` with ${count === 1 ? "its line" : `its ${count} lines`}, negative`,
          ` mit ${count === 1 ? "der Position" : `den ${count} Positionen`}, negativ`,
        );
  return say(
    language,
    `A credit note over ${amount} is created${lines}.`,
    `Eine Stornorechnung über ${amount} wird erstellt${lines}.`,
  );
}

function paymentSentence(invoice: Invoice, language: Language): string {
  return invoice.status === "paid" || invoice.has_payment
    ? say(
        language,
        "It is paid or has a payment: whether it is refunded is not known, so check the refund yourself.",
        "Es liegt eine Zahlung vor: ob sie erstattet wird, ist nicht bekannt; prüfen Sie die Erstattung selbst.",
      )
    : say(language, "No payment is recorded on it.", "Es ist keine Zahlung verbucht.");
}
