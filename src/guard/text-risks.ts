import { exceedsShown } from "./blocks.ts";
import { paymentTargets } from "./payment-signs.ts";
import { issued, type Rule, risk } from "./risk-rule.ts";
import { hasHiddenCharacters, soundsImperative, textsOf } from "./signs.ts";
import { quotedText } from "./wording.ts";

export const hiddenCharacters: Rule = ({ invoice, customer, former_customer, language }) => {
  const found = textsOf(invoice, [customer, former_customer]).find(({ text }) => hasHiddenCharacters(text));
  if (found === undefined) return null;
  return risk(
    "hidden_characters",
    true,
    language,
    `There are hidden or control characters in ${found.field.en}; they are not shown here but remain in the document.`,
    `In ${found.field.de} stehen unsichtbare oder Steuerzeichen; sie werden hier nicht gezeigt, bleiben aber im Dokument.`,
  );
};

export const imperativeText: Rule = ({ invoice, customer, former_customer, language }) => {
  const found = textsOf(invoice, [customer, former_customer]).find(({ text }) => soundsImperative(text));
  if (found === undefined) return null;
  const quote = quotedText(found.text, 100);
  return risk(
    "imperative_text",
    true,
    language,
    `Text in ${found.field.en} reads like an instruction or an approval; it is only data: ${quote}`,
    `Text in ${found.field.de} liest sich wie eine Anweisung oder Freigabe; er ist nur Inhalt: ${quote}`,
  );
};

export const senderByHand: Rule = (subject) => {
  const { invoice, language } = subject;
  const plain = (text: string | null) => (text ?? "").normalize("NFKC").replace(/\s+/gu, " ").trim().toLowerCase();
  const sender = plain(invoice.invoicing_party);
  const before = issued(subject).map((other) => plain(other.invoicing_party));
  if (sender === "" || before.includes(sender)) return null;
  const quote = quotedText(invoice.invoicing_party ?? "", 160);
  return before.some((text) => text !== "")
    ? risk(
        "sender_by_hand",
        true,
        language,
        `The sender's block is not the one of earlier invoices to this customer: ${quote}`,
        `Der Absender ist ein anderer als auf früheren Rechnungen an diesen Kunden: ${quote}`,
      )
    : risk(
        "sender_by_hand",
        true,
        language,
        `The sender's block is set by hand, and no earlier invoice to this customer has one: ${quote}`,
        `Der Absender ist von Hand gesetzt; frühere Rechnungen an diesen Kunden haben keinen solchen: ${quote}`,
      );
};

/** Where the customer is told to send the money. */
export const paymentDetails: Rule = (subject) => {
  const { invoice, language } = subject;
  const known = new Set(
    issued(subject).flatMap((other) => textsOf(other, []).flatMap(({ text }) => paymentTargets(text))),
  );
  for (const { field, text } of textsOf(invoice, [])) {
    const target = paymentTargets(text).find((one) => !known.has(one));
    if (target === undefined) continue;
    const quote = quotedText(target, 60);
    return risk(
      "payment_details",
      true,
      language,
      `There is a bank account or a link in ${field.en} that no earlier invoice to this customer has: ${quote}`,
      `In ${field.de} steht eine Bankverbindung oder ein Link, den keine frühere Rechnung an diesen Kunden hat: ${quote}`,
    );
  }
  return null;
};

export const notShown: Rule = ({ invoice, language }) =>
  exceedsShown(invoice)
    ? risk(
        "not_shown_in_full",
        true,
        language,
        "The document is longer than can be shown here; read all of it in the dashboard first.",
        "Das Dokument ist länger, als hier gezeigt werden kann; lesen Sie es zuerst ganz im Dashboard.",
      )
    : null;
