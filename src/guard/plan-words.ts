import { customerName } from "../domain/customer.ts";
import type { Invoice } from "../domain/invoice.ts";
import { documentLabel, grossText, type PlanInput } from "./plan-parts.ts";
import { amountText, type Language, languageOf, quotedText, say } from "./wording.ts";

/** What every plan of one document says of it. */
export function parts(input: PlanInput) {
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

export function creditNoteSentence(invoice: Invoice, language: Language): string {
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

export function paymentSentence(invoice: Invoice, language: Language): string {
  return invoice.status === "paid" || invoice.has_payment
    ? say(
        language,
        "It is paid or has a payment: whether it is refunded is not known, so check the refund yourself.",
        "Es liegt eine Zahlung vor: ob sie erstattet wird, ist nicht bekannt; prüfen Sie die Erstattung selbst.",
      )
    : say(language, "No payment is recorded on it.", "Es ist keine Zahlung verbucht.");
}
