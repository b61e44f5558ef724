import { type Invoice, isCreditNote } from "../domain/invoice.ts";
import { decimal } from "../domain/money.ts";
import { euCountryOf, namesTaxNumber, vatIdsIn } from "./law-signs.ts";
import type { Plan } from "./port.ts";
import { type RiskSubject, type Rule, risk } from "./risk-rule.ts";
import { givesZeroTaxReason, namesServicePeriod, printed, saysReverseCharge, saysTaxFree } from "./signs.ts";
import { type Language, say } from "./wording.ts";

/*
 * What German law wants on an invoice (§§ 14, 14a UStG, § 33 UStDV), as far as the API lets it be read. A rule raises only
 * where the document would lack something; it keeps quiet where the seller's country is another or not known, and where the
 * API does not tell the fact. What could not be read is said once, as a row of the plan (`lawDetails`).
 */

/** Up to this gross an invoice may name less (§ 33 UStDV). */
const SMALL_AMOUNT = decimal(250);

/** The organization's country, from the seller's snapshot on this or an earlier document. */
export function countryOf({ invoice, context }: Pick<RiskSubject, "invoice" | "context">): string | null {
  for (const document of [invoice, ...context.earlier]) {
    const code = document.seller?.country_code;
    if (code !== null && code !== undefined && code !== "") return code.toUpperCase();
  }
  return null;
}

/** German law is asked of an invoice that a German seller issues: not of a quote, nor of what takes an invoice back. */
function isGermanInvoice(subject: Pick<RiskSubject, "invoice" | "context">): boolean {
  const { invoice } = subject;
  return !invoice.is_quote && !isCreditNote(invoice) && countryOf(subject) === "DE";
}

/** § 33 UStDV; not for reverse charge and supplies to other countries of the EU (its sentence 3). */
function isSmall({ invoice }: RiskSubject): boolean {
  const { total, currency } = invoice;
  return (
    currency === "EUR" && total !== null && total.abs().lte(SMALL_AMOUNT) && !printed(invoice).some(saysReverseCharge)
  );
}

/** A line that is one part of an address: split as people write blocks and single lines. */
function partsOf(block: string): string[] {
  return block
    .split(/[\r\n\u2028\u2029,;|]+|\s\/\s/u)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** A block that only names somebody: no second part, or two without any number of a house, a box or a post code. */
function namesNoAddress(block: string): boolean {
  const parts = partsOf(block);
  return parts.length < 2 || (parts.length < 3 && !/\p{N}/u.test(block));
}

const isBlank = (text: string | null | undefined) => (text ?? "").trim() === "";

/** What is printed as recipient: the block, or where it is blank name and address of the customer. */
export const noAddress: Rule = (subject) => {
  const { act, invoice, customer, language } = subject;
  const isFilledIn = act === "change_recipient" || isBlank(invoice.recipient);
  if (isFilledIn) {
    const address = customer?.address;
    if (!isBlank(address?.street_address) && !isBlank(address?.city)) return null;
  } else if (invoice.is_quote || !namesNoAddress(invoice.recipient ?? "")) return null;
  const found = isFilledIn
    ? say(
        language,
        "No complete postal address of the customer is on file: the document would name none",
        "Zum Kunden ist keine vollständige Postanschrift hinterlegt: Das Dokument nennt dann keine",
      )
    : say(
        language,
        "The recipient on it is a name without an address",
        "Als Empfänger steht dort nur ein Name ohne Anschrift",
      );
  if (isGermanInvoice(subject) && isSmall(subject)) {
    return risk(
      "no_address",
      false,
      language,
      `${found}. Up to 250 EUR gross that is allowed (§ 33 UStDV).`,
      `${found}. Bis 250 EUR brutto ist das zulässig (§ 33 UStDV).`,
    );
  }
  return risk(
    "no_address",
    true,
    language,
    `${found}, and an invoice has to name it${paragraph(subject, " (§ 14(4) no. 1 UStG)")}.`,
    `${found}, eine Rechnung muss sie aber nennen${paragraph(subject, " (§ 14 Abs. 4 Nr. 1 UStG)")}.`,
  );
};

function paragraph(subject: RiskSubject, text: string): string {
  return isGermanInvoice(subject) ? text : "";
}

/** Who sends it: the block set by hand, else what the API states of the seller on this very document. */
const sellerUnnamed: Rule = (subject) => {
  const { invoice, language } = subject;
  if (!isGermanInvoice(subject)) return null;
  const { seller, invoicing_party } = invoice;
  if (!isBlank(invoicing_party)) {
    if (!namesNoAddress(invoicing_party ?? "")) return null;
  } else {
    if (seller === null) return null;
    const wanted = ["company_name", "address_line", "city"] as const;
    if (!wanted.some((field) => isBlank(seller[field]) && !seller.unstated?.includes(field))) return null;
  }
  return risk(
    "seller_unnamed",
    true,
    language,
    "It does not name you with your full name and address (§ 14(4) no. 1 UStG): complete the organization's details first.",
    "Ihr vollständiger Name mit Anschrift steht nicht darauf (§ 14 Abs. 4 Nr. 1 UStG): bitte erst die Angaben der Organisation ergänzen.",
  );
};

/** VAT ID or tax number of the seller, wherever on the document it may stand. */
const sellerUntaxed: Rule = (subject) => {
  const { invoice, language } = subject;
  const { seller } = invoice;
  if (!isGermanInvoice(subject) || isSmall(subject)) return null;
  if (seller === null || seller.unstated?.includes("vat_number") === true || !isBlank(seller.vat_number)) return null;
  const texts = [invoice.invoicing_party ?? "", invoice.vat_number ?? "", ...printed(invoice)];
  if (texts.some((text) => namesTaxNumber(text) || vatIdsIn(text).some((id) => id.startsWith("DE")))) return null;
  return risk(
    "no_tax_number",
    true,
    language,
    "Neither a VAT ID nor a tax number of yours is on it (§ 14(4) no. 2 UStG).",
    "Weder Ihre USt-IdNr. noch Ihre Steuernummer steht darauf (§ 14 Abs. 4 Nr. 2 UStG).",
  );
};

/** A booking, order or subscription may bring its day onto the document by itself, so that there it stays a hint. */
const noServicePeriod: Rule = (subject) => {
  const { invoice, language } = subject;
  if (invoice.is_quote || printed(invoice).some(namesServicePeriod)) return null;
  const german = isGermanInvoice(subject);
  if (german && isSmall(subject)) return null;
  return risk(
    "no_service_period",
    german && invoice.reference === null,
    language,
    "No line and no note says when the service was rendered; German law wants it on the invoice (§ 14(4) no. 6 UStG).",
    "Weder Positionen noch Hinweise nennen Leistungszeitpunkt oder -zeitraum; er gehört auf die Rechnung (§ 14 Abs. 4 Nr. 6 UStG).",
  );
};

const isTaxed = (invoice: Invoice) => (invoice.items ?? []).some((item) => item.tax_rate.gt(0));
const isUntaxed = (invoice: Invoice) => (invoice.items ?? []).some((item) => item.tax_rate.eq(0));

const zeroTax: Rule = (subject) => {
  const { invoice, language } = subject;
  if (!isUntaxed(invoice) || printed(invoice).some(givesZeroTaxReason)) return null;
  // The words for reverse charge are asked for by their own rule.
  if (isGermanInvoice(subject) && reverseChargeBuyer(subject) !== null) return null;
  const small = isSmall(subject);
  return risk(
    "zero_tax_without_reason",
    isGermanInvoice(subject),
    language,
    `A line has 0 % tax, and no note gives the reason (small business, reverse charge, exemption)${paragraph(subject, small ? "; it has to be on the invoice (§ 33 no. 4 UStDV)" : "; it has to be on the invoice (§ 14(4) no. 8 UStG)")}.`,
    `Eine Position hat 0 % Steuer, ohne dass ein Hinweis den Grund nennt (Kleinunternehmer, Reverse Charge, Befreiung)${paragraph(subject, small ? "; er gehört auf die Rechnung (§ 33 Nr. 4 UStDV)" : "; er gehört auf die Rechnung (§ 14 Abs. 4 Nr. 8 UStG)")}.`,
  );
};

/** VAT ID of a business customer in another country of the EU, where one is on the document or in its snapshot. */
function reverseChargeBuyer({ invoice }: RiskSubject): string | null {
  const named = [invoice.vat_number, invoice.buyer?.vat_number, invoice.recipient]
    .flatMap((text) => vatIdsIn(text ?? ""))
    .find((id) => !id.startsWith("DE"));
  return named ?? null;
}

/** Both have VAT IDs of the EU and no tax is charged: the words have to be on it (§ 14a(5) UStG; any official language). */
const reverseChargeWords: Rule = (subject) => {
  const { invoice, language } = subject;
  if (!isGermanInvoice(subject) || !isUntaxed(invoice) || reverseChargeBuyer(subject) === null) return null;
  const texts = printed(invoice);
  // Another reason (a supply of goods within the EU, small business) wants other words.
  if (texts.some(saysReverseCharge) || texts.some(givesZeroTaxReason)) return null;
  return risk(
    "reverse_charge_words",
    true,
    language,
    'The customer has a VAT ID of another EU country and a line has 0 % tax, but the words "Steuerschuldnerschaft des Leistungsempfängers" (reverse charge) are missing (§ 14a(5) UStG).',
    'Der Kunde hat eine USt-IdNr. eines anderen EU-Landes und eine Position hat 0 % Steuer, aber die Angabe "Steuerschuldnerschaft des Leistungsempfängers" fehlt (§ 14a Abs. 5 UStG).',
  );
};

/** Reverse charge across a border wants the VAT IDs of both on the document. */
const reverseChargeIds: Rule = (subject) => {
  const { invoice, customer, language } = subject;
  if (!isGermanInvoice(subject) || !isUntaxed(invoice) || !printed(invoice).some(saysReverseCharge)) return null;
  const country = euCountryOf(invoice.buyer?.country_code ?? customer?.address?.country_code ?? null);
  if (country === null || country === "DE") return null;
  const texts = [invoice.vat_number, invoice.buyer?.vat_number, invoice.recipient, ...printed(invoice)];
  if (texts.some((text) => vatIdsIn(text ?? "").some((id) => !id.startsWith("DE")))) return null;
  return risk(
    "reverse_charge_vat_id",
    true,
    language,
    "Reverse charge to another EU country, but the customer's VAT ID is not on it (§ 14a(1) UStG).",
    "Reverse Charge in ein anderes EU-Land, aber die USt-IdNr. des Kunden steht nicht darauf (§ 14a Abs. 1 UStG).",
  );
};

/** Tax that is shown is owed, whatever the words beside it say (§ 14c UStG). */
const taxedAlthoughFree: Rule = (subject) => {
  const { invoice, language } = subject;
  if (!isGermanInvoice(subject) || !isTaxed(invoice) || isUntaxed(invoice)) return null;
  if (!printed(invoice).some(saysTaxFree)) return null;
  return risk(
    "taxed_although_free",
    true,
    language,
    "The text says that no tax is charged (small business or reverse charge), but tax is shown: what is shown is owed (§ 14c UStG).",
    "Laut Text wird keine Steuer berechnet (Kleinunternehmer oder Reverse Charge), es ist aber Steuer ausgewiesen: Sie wird dann geschuldet (§ 14c UStG).",
  );
};

/** Of every document that bills. */
export const INVOICE_LAW: readonly Rule[] = [
  sellerUnnamed,
  sellerUntaxed,
  noAddress,
  noServicePeriod,
  zeroTax,
  reverseChargeWords,
  reverseChargeIds,
  taxedAlthoughFree,
];

/** What of it could not be checked, and whether the API can give an e-invoice: one row each, and only where it matters. */
export function lawDetails(subject: Pick<RiskSubject, "invoice" | "context">, language: Language): Plan["details"] {
  const { invoice } = subject;
  if (invoice.is_quote || isCreditNote(invoice)) return [];
  const label = say(language, "Required by law", "Pflichtangaben");
  const country = countryOf(subject);
  if (country === null) {
    return [
      {
        label,
        value: say(
          language,
          "not checked: it cannot be read in which country you are established",
          "nicht geprüft: Es lässt sich nicht ablesen, in welchem Land Sie ansässig sind",
        ),
      },
    ];
  }
  if (country !== "DE") return [];
  const { seller } = invoice;
  const unread =
    isBlank(invoice.invoicing_party) &&
    (seller === null || (seller.unstated ?? []).some((field) => field !== "timezone"));
  return [
    ...(unread
      ? [
          {
            label,
            value: say(
              language,
              "your name, address and tax number cannot be read before it is sent; the rest was checked (§ 14 UStG)",
              "Ihr Name, Ihre Anschrift und Ihre Steuernummer lassen sich vor dem Senden nicht ablesen; der Rest ist geprüft (§ 14 UStG)",
            ),
          },
        ]
      : []),
    { label: say(language, "E-invoice (XML)", "E-Rechnung (XML)"), value: eInvoiceText(subject, language) },
  ];
}

/** Only what was seen counts: a draft has no file yet, so the last invoices of this customer are the evidence. */
function eInvoiceText({ invoice, context }: Pick<RiskSubject, "invoice" | "context">, language: Language): string {
  if (invoice.documents.xml !== null) return say(language, "available", "wird bereitgestellt");
  const before = context.earlier.filter(
    (other) => other.id !== invoice.id && other.status !== "draft" && !other.is_quote,
  );
  if (before.some(({ documents }) => documents.xml !== null)) {
    return say(language, "as with earlier invoices: available", "wie bei früheren Rechnungen: wird bereitgestellt");
  }
  return before.length > 0
    ? say(language, "earlier invoices had none", "frühere Rechnungen hatten keine")
    : say(language, "not known before it is sent", "vor dem Senden nicht bekannt");
}
