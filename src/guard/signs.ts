import type { Customer } from "../domain/customer.ts";
import type { Invoice } from "../domain/invoice.ts";
import { displayText } from "../domain/untrusted.ts";

/** What the texts of a document tell: heuristics, each a pure function of a string. They can only add care, never remove it. */

const MONTH =
  /\b(jan(uary|uar)?|jänner|feb(ruary|ruar)?|märz|maerz|mär|mar(ch)?|apr(il)?|may|mai|june?|juni?|july?|juli?|aug(ust)?|sept?(ember)?|o[ck]t(ober)?|nov(ember)?|de[cz](ember)?)\b/iu;
const DATE =
  /\b(\d{4}-\d{2}(-\d{2})?|\d{1,2}\.\s?\d{1,2}\.(\s?\d{2,4})?|\d{1,2}\/\d{1,2}\/\d{2,4}|\d{1,2}[./]\d{4})(?!\d)/u;
const PERIOD =
  /\b(20\d{2}|q[1-4]|[1-4]\.\s?quartal|kw\s?\d{1,2}|(calendar )?week \d{1,2}|leistungs(zeitraum|zeitpunkt|datum|monat|tag)|liefer(datum|zeitraum|ung am)|service (period|date)|date of (supply|service)|delivery date|billing period|abrechnungszeitraum)\b/iu;

/** A month, date, range, quarter or week, or words that name the period of the service. */
export function namesServicePeriod(text: string): boolean {
  return DATE.test(text) || PERIOD.test(text) || MONTH.test(text);
}

const ZERO_TAX_REASON =
  /kleinunternehm|§\s?(4|13b?|19|25a?)\b|reverse.?charge|steuerschuldner|(umsatz|mehrwert)?steuer(frei|befreit|befreiung)|nicht\s(umsatz)?steuerbar|von der (umsatz|mehrwert)steuer befreit|ausfuhr|innergemeinschaft|intra.?community|\bexport|\b(vat|tax).?(free|exempt)|\bexempt|zero.?rated|outside the scope|not subject to (vat|tax)|small business|differenzbesteuer|margin scheme|kaution|durchlaufende[rn]? posten|\bdeposit\b/iu;

/** A reason for 0 % tax: small business, reverse charge, exemption, export … (wire facts 9). */
export function givesZeroTaxReason(text: string): boolean {
  return ZERO_TAX_REASON.test(text);
}

const REVERSE_CHARGE =
  /steuerschuldner(schaft)?\s+(des|der|ist)\s+(de[rsn]\s+)?(leistungsempf|rechnungsempf|empf|kund)|reverse.?charge|umkehr(ung)? der steuerschuld|autoliquidation|inversione contabile|inversi[oó]n del sujeto pasivo|btw verlegd|omvendt betalingspligt|odwrotne obci[aą][zż]enie|verl[aä]ggd|§\s?13b\b/iu;

/** The words for a reversed tax debt, in one of the EU's languages. */
export function saysReverseCharge(text: string): boolean {
  return REVERSE_CHARGE.test(text);
}

/** Words by which the seller charges no tax at all: small business, reversed tax debt. */
export function saysTaxFree(text: string): boolean {
  return (
    saysReverseCharge(text) ||
    /kleinunternehm|§\s?19\s?(abs\.?\s?1\s?)?ustg|small business (scheme|exemption|regulation)/iu.test(text)
  );
}

/** Sentences that address an assistant or claim an approval, in English and German. */
const IMPERATIVE: readonly RegExp[] = [
  /\b(ignore|disregard|forget|override)\b.{0,40}\b(previous|prior|above|all|any|earlier|instructions?|rules?|warnings?|policy)\b/iu,
  /\b(ignorier\w*|missacht\w*|vergiss|vergessen sie)\b.{0,40}\b(alle\w*|vorherig\w*|bisherig\w*|obig\w*|anweisung\w*|regeln?|warnung\w*)\b/iu,
  /(^|[^\p{L}])(system|assistant|developer|user|tool)\s*(prompt|message|note|override)?\s*[:>\]]/iu,
  /<\/?\s*(system|assistant|user|instructions?|tool\w*)\b/iu,
  /\b(please|now|immediately|must|should|always)\b.{0,30}\b(mark|set|flag)\b.{0,30}\bpaid\b/iu,
  /\b(mark|set)\b.{0,20}\b(as|to) paid\b/iu,
  /\bals bezahlt (markieren|setzen|verbuchen|kennzeichnen)\b|\b(markier\w*|setze?n?|kennzeichne\w*)\b.{0,40}\bbezahlt\b/iu,
  /\b(approve|authori[sz]e|confirm)\b.{0,30}\b(this|the|all|it|every|without|invoice|payment|request)\b/iu,
  /\b(genehmig(e|en|t)|freigeben|gib\b.{0,20}\bfrei|bestätig(e|en))\b.{0,30}\b(diese\w*|die|den|das|alle\w*|ohne|rechnung\w*|sofort)\b/iu,
  /\b(already|pre-?)\s?(approved|authori[sz]ed|confirmed)\b|\b(bereits|schon|vorab) (genehmigt|freigegeben|bestätigt)\b/iu,
  /\b(send|forward|e-?mail|cancel|void|delete|resend)\b.{0,20}\b(this|the|all|every|any)\b.{0,20}\b(invoices?|documents?|drafts?|customers?|e-?mails?)\b/iu,
  /\b(sende|senden sie|schicke?|versende|versenden sie|storniere|stornieren sie|lösche|löschen sie|leite)\b.{0,30}\b(diese\w*|die|den|alle\w*|jede\w*|rechnung\w*|sofort|an)\b/iu,
  /\b(without|no need for|skip)\b.{0,20}\b(asking|confirmation|approval|checking|review)\b/iu,
  /\bohne\b.{0,20}\b(rückfrage|nachfrage|bestätigung|freigabe|genehmigung|prüfung)\b/iu,
  /\b(do not|don't|never)\b.{0,15}\b(tell|ask|show|mention|warn|inform)\b|\b(nicht|niemals)\b.{0,15}\b(fragen|zeigen|erwähnen|warnen|mitteilen)\b/iu,
  /\b(new|following|these|system) instructions?\b|\b(neue|folgende) anweisung(en)?\b/iu,
  /\b(you are|you're) (now |an? )?(the |an? )?(ai|assistant|agent|language model)\b|\bdu bist (jetzt )?(ein|eine|der|die)\b.{0,15}\b(ki|assistent\w*|agent)\b/iu,
  /\b(send_invoice|mark_paid|cancel_invoice|change_recipient|settle_payments|resolve_operation|tool_call|function_call)\b/iu,
];

/** Text that reads like an instruction to an assistant, or like a claim that somebody already agreed. */
export function soundsImperative(text: string): boolean {
  // Both forms are tried: hidden characters may split the words, or stand in for the blanks between them.
  const shown = displayText(text, 10_000).text.normalize("NFKC");
  const raw = text.slice(0, 10_000).replace(/[^\p{L}\p{N}\p{P}\p{S}]+/gu, " ");
  return IMPERATIVE.some((pattern) => pattern.test(shown) || pattern.test(raw));
}

/** Notes and lines as they will be printed. */
export function printed({ notes, items }: Invoice): string[] {
  return [notes, ...(items ?? []).flatMap(({ title, subtitle }) => [title, subtitle])].filter((text) => text !== null);
}

const PARKED =
  /\b(sammelrechnung|monatsrechnung|(consolidated|collective|monthly) invoice|nicht (einzeln|versenden|senden|verschicken)|(do not|don't) send|not to be sent)\b/iu;

/** Text that keeps a draft back, usually for a consolidated invoice. */
export function soundsParked(text: string): boolean {
  return PARKED.test(text);
}

/** Hidden, reordering or control characters, other than those that belong to an emoji. */
export function hasHiddenCharacters(text: string): boolean {
  const plain = text.replace(/(?<=\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)(\ufe0f|\u200d)/gu, "");
  return displayText(plain, 1).altered;
}

export interface NamedText {
  /** In the server's own words. */
  readonly field: { readonly en: string; readonly de: string };
  readonly text: string;
}

/** Every text of the document and of its customer that somebody else may have written. */
export function textsOf(invoice: Invoice, customers: readonly (Customer | null)[]): NamedText[] {
  const texts: NamedText[] = [];
  const add = (en: string, de: string, text: string | null | undefined) => {
    if (text !== null && text !== undefined && text !== "") texts.push({ field: { en, de }, text });
  };
  add("the number", "der Nummer", invoice.number);
  add("the recipient", "dem Empfänger", invoice.recipient);
  add("the sender's block", "dem Absender", invoice.invoicing_party);
  add("the notes", "den Hinweisen", invoice.notes);
  add("the VAT number", "der USt-IdNr.", invoice.vat_number);
  (invoice.items ?? []).forEach((item, index) => {
    add(`the title of line ${index + 1}`, `dem Titel von Position ${index + 1}`, item.title);
    add(`the subtitle of line ${index + 1}`, `dem Untertitel von Position ${index + 1}`, item.subtitle);
  });
  add("the customer's name", "dem Kundennamen", invoice.customer?.name);
  for (const customer of customers) {
    if (customer === null) continue;
    for (const part of [customer.given_name, customer.family_name, customer.full_name, customer.company]) {
      add("the customer's name", "dem Kundennamen", part);
    }
    add("the customer's e-mail", "der E-Mail-Adresse", customer.email);
    const address = customer.address;
    if (address === null || address === undefined) continue;
    for (const part of [address.name, address.street_address, address.address_line_2, address.zip_code, address.city]) {
      add("the customer's address", "der Kundenadresse", part);
    }
  }
  return texts;
}
