import { wrapped } from "./blocks.ts";
import type { InvoiceView, PlanView } from "./view.ts";
import { inert, type Language, referenceText, say } from "./wording.ts";

/**
 * A plan as plain text for forms, terminals and text answers. Numbers and ids come first in the server's own words;
 * text from data comes last on its line, quoted, and cannot start a line of its own.
 */
export function renderPreview(view: PlanView): string {
  const language = view.locale;
  const lines: string[] = [view.title, organizationLine(view, language), ""];
  if (view.documents.length === 1) {
    for (const document of view.documents) lines.push(...documentLines(document, language));
  } else {
    for (const [index, document] of view.documents.entries()) {
      lines.push(`${index + 1}. ${briefLine(document, language)}`);
    }
  }
  for (const { label, value } of view.details) lines.push(`${label}: ${value}`);
  if (view.warnings.length > 0) {
    lines.push("", say(language, "Look twice:", "Bitte genau prüfen:"));
    lines.push(...view.warnings.map((warning) => `! ${warning.sentence}`));
  }
  lines.push("", say(language, "What will happen:", "Was geschieht:"));
  lines.push(...view.consequences.map((sentence) => `- ${sentence}`));
  return lines.join("\n");
}

function organizationLine(view: PlanView, language: Language): string {
  const id = referenceText(view.organization.id);
  const name = view.organization.name === null ? "" : ` ${quote(view.organization.name)}`;
  const where = view.simulator
    ? say(language, "SIMULATOR, nothing leaves it · ", "SIMULATOR, nichts verlässt ihn · ")
    : "";
  return `${where}${say(language, "Organization", "Organisation")} ${id}${name}`;
}

function documentLines(document: InvoiceView, language: Language): string[] {
  const none = "–";
  const lines = [
    `${kindText(document.kind, language)} ${document.number === null ? "" : `${quote(document.number)} · `}id ${referenceText(document.id)} · ${document.status}`,
    `${say(language, "Gross", "Brutto")} ${document.gross ?? none} · ${say(language, "net", "netto")} ${document.net ?? none}${taxText(document, language)}`,
    `${say(language, "Issued", "Rechnungsdatum")} ${document.issued_at ?? none} · ${say(language, "due", "fällig")} ${document.due_date ?? none}`,
    say(
      language,
      `Lines (${document.lines.length + document.more_lines}):`,
      `Positionen (${document.lines.length + document.more_lines}):`,
    ),
  ];
  for (const [index, line] of document.lines.entries()) {
    const title = line.subtitle === null ? quote(line.title) : `${quote(line.title)} ${quote(line.subtitle)}`;
    lines.push(
      ` ${index + 1}. ${line.quantity} × ${line.unit_price ?? none}, ${line.tax_rate}, = ${line.total ?? none}: ${title}`,
    );
  }
  const more = document.more_lines;
  if (more > 0) lines.push(say(language, ` … and ${more} more`, ` … und ${more} weitere`));
  if (document.email !== null) lines.push(`${say(language, "E-mail to", "E-Mail an")} ${emailText(document)}`);
  if (document.customer !== null) {
    lines.push(
      `${say(language, "Customer", "Kunde")} ${document.customer_id === null ? "" : `${referenceText(document.customer_id)} `}${quote(document.customer)}`,
    );
  }
  const block = (english: string, german: string, text: readonly string[], separator = " / ") =>
    lines.push(...blockRows(say(language, english, german), text, separator));
  block("Recipient", "Empfänger", document.recipient);
  block(
    "Recipient, filled in from the customer record",
    "Empfänger, aus den Kundendaten eingesetzt",
    document.buyer_address,
  );
  block("Sender, set by hand", "Absender, von Hand gesetzt", document.sender);
  if (document.vat_number !== null) {
    lines.push(`${say(language, "VAT number", "USt-IdNr.")} ${quote(document.vat_number)}`);
  }
  block("Notes", "Notizen", document.notes, " ⏎ ");
  return lines;
}

const WIDTH = 160;

/** A text in full: on the label's line when it is short, else below it in quoted pieces. */
function blockRows(label: string, text: readonly string[], separator: string): string[] {
  const joined = text.join(separator);
  if (joined === "") return [];
  if (Array.from(joined).length <= WIDTH) return [`${label} ${quote(joined)}`];
  return [`${label}:`, ...text.flatMap((line) => wrapped(line, WIDTH)).map((piece) => ` > ${quote(piece)}`)];
}

function emailText(document: InvoiceView): string {
  const address = quote(document.email ?? "");
  return document.email_note === null ? address : `${address} (${inert(document.email_note)})`;
}

function briefLine(document: InvoiceView, language: Language): string {
  const number = document.number === null ? "" : ` ${quote(document.number)}`;
  const mail = document.email === null ? "" : `, ${say(language, "e-mail to", "E-Mail an")} ${emailText(document)}`;
  const who = document.customer === null ? "" : `: ${quote(document.customer)}`;
  return `${document.gross ?? "–"} · ${kindText(document.kind, language)}${number} · id ${referenceText(document.id)}${mail}${who}`;
}

function taxText(document: InvoiceView, language: Language): string {
  if (document.taxes.length > 0) {
    return document.taxes.map((tax) => ` · ${tax.rate}: ${tax.tax ?? "–"}`).join("");
  }
  return document.tax === null ? "" : ` · ${say(language, "tax", "Steuer")} ${document.tax}`;
}

const KINDS: Readonly<Record<InvoiceView["kind"], Readonly<Record<Language, string>>>> = {
  draft: { en: "Draft", de: "Entwurf" },
  invoice: { en: "Invoice", de: "Rechnung" },
  quote: { en: "Quote", de: "Angebot" },
  credit_note: { en: "Credit note", de: "Stornorechnung" },
};

function kindText(kind: InvoiceView["kind"], language: Language): string {
  return KINDS[kind][language];
}

/** View strings are already one clean line of bounded length; quotes and what Markdown would act on are made inert here. */
function quote(text: string): string {
  return `"${inert(text).replaceAll('"', "'")}"`;
}
