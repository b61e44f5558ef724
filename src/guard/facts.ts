import { createHash } from "node:crypto";
import { type Customer, customerName } from "../domain/customer.ts";
import type { Invoice } from "../domain/invoice.ts";
import { canonicalJson } from "../domain/json.ts";
import { type Decimal, decimal, formatMoney } from "../domain/money.ts";
import type { Act, Plan } from "./port.ts";
import { type Language, quotedText, referenceText, say } from "./wording.ts";

/**
 * What an approval binds: label → exact value. A value that the API does not state has no entry, so that "none" and an
 * empty text differ. Labels are English and stable; `labelText` words them for people.
 */
export type Facts = Readonly<Record<string, string>>;
type Entry = readonly [label: string, value: string | null | undefined | boolean | Decimal];

function collect(entries: readonly Entry[]): Facts {
  const facts: Record<string, string> = {};
  for (const [label, value] of entries) {
    if (value === null || value === undefined) continue;
    facts[label] = typeof value === "string" ? value : typeof value === "boolean" ? String(value) : value.toFixed();
  }
  return facts;
}

/** Facts of several sources. A label that two of them use would hide one value, so that is a bug, not a merge. */
export function mergeFacts(...parts: readonly Facts[]): Facts {
  const facts: Record<string, string> = {};
  for (const [label, value] of parts.flatMap((part) => Object.entries(part))) {
    if (Object.hasOwn(facts, label)) throw new TypeError(`two facts are called ${label}`);
    facts[label] = value;
  }
  return facts;
}

/** Everything of a document that a person relies on when approving. */
export function invoiceFacts(invoice: Invoice): Facts {
  const lines: Entry[] = (invoice.items ?? []).flatMap((item, index): Entry[] => {
    const line = `line ${index + 1}`;
    return [
      [`${line} title`, item.title],
      [`${line} subtitle`, item.subtitle],
      [`${line} quantity`, item.quantity],
      [`${line} unit net`, item.single_net_amount],
      [`${line} unit gross`, item.single_gross_amount],
      [`${line} tax rate`, item.tax_rate],
    ];
  });
  const taxes: Entry[] = invoice.vat_breakdown.flatMap((line, index): Entry[] => [
    [`tax ${index + 1} rate`, line.tax_rate],
    [`tax ${index + 1} net`, line.net_amount],
    [`tax ${index + 1} tax`, line.tax_amount],
    [`tax ${index + 1} gross`, line.gross_amount],
  ]);
  return collect([
    ["invoice id", invoice.id],
    ["number", invoice.number],
    ["status", invoice.status_word],
    ["currency", invoice.currency],
    ["gross", invoice.total],
    ["net", invoice.net_amount],
    ["tax", invoice.tax_amount],
    ["linked customer", invoice.customer_id],
    ["recipient", invoice.recipient],
    ["sender", invoice.invoicing_party],
    ["issue date", invoice.issued_at],
    ["due date", invoice.due_date],
    ["lines", invoice.items === null ? null : String(invoice.items.length)],
    ...lines,
    ...taxes,
    ["notes", invoice.notes],
    ["vat number", invoice.vat_number],
    ["reference", invoice.reference === null ? null : `${invoice.reference.type} ${invoice.reference.id}`],
    ["quote", invoice.is_quote],
    ["credit note", invoice.is_cancellation],
    ["credit", invoice.is_credit],
    ["has payment", invoice.has_payment],
    ["locked", invoice.locked],
    ["amounts are net", invoice.calculate_from_net],
    ["last change", invoice.updated_at],
  ]);
}

/** Where it is delivered and what the API will print as buyer. `role` is `customer` or `new customer`. */
export function customerFacts(role: "customer" | "new customer", customer: Customer): Facts {
  const address = customer.address;
  return collect([
    [`${role} id`, customer.id],
    [`${role} e-mail`, customer.email],
    [`${role} name`, customerName(customer)],
    [
      `${role} address`,
      address === null || address === undefined
        ? null
        : canonicalJson([
            address.name,
            address.street_address,
            address.address_line_2,
            address.zip_code,
            address.city,
            address.country_code,
          ]),
    ],
  ]);
}

/** The name of the organization is not bound: the API may tell it late. Its id and environment (the API's origin) are. */
export function digestOf(act: Act, organization: Plan["organization"], facts: Facts): string {
  const { id, origin, simulator } = organization;
  const bound = { act, organization: { id, origin, simulator }, facts };
  return createHash("sha256").update(canonicalJson(bound)).digest("hex");
}

const GERMAN_LABELS: Readonly<Record<string, string>> = {
  "invoice id": "Rechnungs-ID",
  number: "Nummer",
  status: "Status",
  currency: "Währung",
  gross: "Brutto",
  net: "Netto",
  tax: "Steuer",
  "linked customer": "verknüpfter Kunde",
  "customer id": "Kunden-ID",
  "customer e-mail": "E-Mail-Adresse",
  "customer name": "Kundenname",
  "customer address": "Kundenadresse",
  "new customer id": "ID des neuen Kunden",
  "new customer e-mail": "E-Mail-Adresse des neuen Kunden",
  "new customer name": "Name des neuen Kunden",
  "new customer address": "Adresse des neuen Kunden",
  recipient: "Empfänger",
  sender: "Absender",
  "issue date": "Rechnungsdatum",
  "due date": "Fälligkeit",
  lines: "Anzahl der Positionen",
  notes: "Hinweise",
  "vat number": "USt-IdNr.",
  reference: "Bezug",
  "last change": "letzte Änderung",
  "send notification": "Benachrichtigung",
  "has payment": "Zahlung vorhanden",
  quote: "Angebot",
  "credit note": "Stornorechnung",
  credit: "Guthaben",
  locked: "gesperrt",
  "amounts are net": "Nettobeträge",
  count: "Anzahl",
  operation: "Vorgang",
  kind: "Art",
  state: "Stand",
  verdict: "Urteil",
  resource: "entstandenes Dokument",
};

const GERMAN_PARTS: Readonly<Record<string, string>> = {
  title: "Titel",
  subtitle: "Untertitel",
  quantity: "Menge",
  "unit net": "Einzelpreis netto",
  "unit gross": "Einzelpreis brutto",
  "tax rate": "Steuersatz",
  rate: "Satz",
  net: "netto",
  tax: "Betrag",
  gross: "brutto",
};

function labelText(label: string, language: Language): string {
  const [, number, bare = label] = /^document (\d+) (.+)$/su.exec(label) ?? [];
  const prefix = number === undefined ? "" : say(language, `document ${number} `, `Rechnung ${number}: `);
  // The one label that holds data: the currency of a batch's total.
  const total = /^total (.*)$/su.exec(bare)?.[1];
  if (total !== undefined) return `${prefix}${say(language, "total", "Summe")} ${referenceText(total)}`;
  if (language === "en") return label;
  const [, kind, position, part = ""] = /^(line|tax) (\d+) (.+)$/u.exec(bare) ?? [];
  if (kind === undefined) return `${prefix}${GERMAN_LABELS[bare] ?? bare}`;
  return `${prefix}${kind === "line" ? "Position" : "Steuer"} ${position} ${GERMAN_PARTS[part] ?? part}`;
}

/** Labels whose values are amounts in the document's currency. */
const AMOUNT = /^(gross|net|tax|line \d+ unit (net|gross)|tax \d+ (net|tax|gross))$/;
/** Labels whose values are the server's own words, numbers or dates when they look plain. */
const TEXT = /(title|subtitle|notes|recipient|sender|name|address|e-mail|vat number|status)$/;

function valueText(label: string, value: string | undefined, currency: string, language: Language): string {
  if (value === undefined) return say(language, "none", "keine Angabe");
  // Batches prefix the labels of each document.
  const bare = label.replace(/^document \d+ /, "");
  if (AMOUNT.test(bare) && /^-?\d+(\.\d+)?$/.test(value)) {
    return formatMoney(decimal(value), currency, language).replace(` ${currency}`, "");
  }
  if (TEXT.test(bare)) return quotedText(value, 60);
  return referenceText(value);
}

const MAX_CHANGES = 8;

/** The difference between what was approved (or asked for) and what is there now, in sentences. Empty when nothing differs. */
export function describeChanges(
  before: Pick<Plan, "facts">,
  after: Pick<Plan, "facts">,
  language: Language,
  approved = true,
): string[] {
  const labels = [...new Set([...Object.keys(after.facts), ...Object.keys(before.facts)])];
  const changed = labels.filter((label) => factOf(before.facts, label) !== factOf(after.facts, label));
  // The time stamp moves with every change: worth a sentence only when nothing else explains it.
  const telling = changed.filter((label) => !label.endsWith("last change"));
  const shown = telling.length > 0 ? telling : changed;
  const currency = (facts: Facts, label: string) => {
    const prefix = /^document \d+ /.exec(label)?.[0] ?? "";
    return referenceText(factOf(facts, `${prefix}currency`) ?? "");
  };
  const since = approved
    ? say(language, "since you approved", "seit Ihrer Freigabe")
    : say(language, "since you were asked", "seit der letzten Anfrage");
  const sentences = shown.slice(0, MAX_CHANGES).map((label) => {
    const bare = label.replace(/^document \d+ /, "");
    const unit = AMOUNT.test(bare) ? ` ${currency(after.facts, label)}` : "";
    const was = valueText(label, factOf(before.facts, label), currency(before.facts, label), language);
    const is = valueText(label, factOf(after.facts, label), currency(after.facts, label), language);
    return `${labelText(label, language)} ${was} → ${is}${unit} ${since}`;
  });
  const more = shown.length - MAX_CHANGES;
  if (more > 0) sentences.push(say(language, `and ${more} more changes`, `und ${more} weitere Änderungen`));
  return sentences;
}

function factOf(facts: Facts, label: string): string | undefined {
  return Object.hasOwn(facts, label) ? facts[label] : undefined;
}
