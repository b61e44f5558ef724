import type { InvoiceView, PlanView } from "../ui/plan-view.ts";
import { wrapped } from "./blocks.ts";
import { germanQuote, inert, type Language, referenceText, say } from "./wording.ts";

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
      lines.push(`${index + 1}. ${briefLine(document, language)}`, ...bankRows(document, language));
    }
  }
  for (const { label, value } of view.details) lines.push(`${label}: ${value}`);
  const important = view.warnings.filter(({ raises }) => raises);
  const others = view.warnings.filter(({ raises }) => !raises);
  if (important.length > 0) {
    lines.push("", say(language, "IMPORTANT, look twice:", "WICHTIG, bitte genau prüfen:"));
    lines.push(...important.map((warning) => `! ${warning.sentence}`));
  }
  if (others.length > 0) {
    lines.push("", say(language, "Also note:", "Außerdem:"));
    lines.push(...others.map((warning) => `· ${warning.sentence}`));
  }
  lines.push("", say(language, "What will happen:", "Was geschieht:"));
  lines.push(...view.consequences.map((sentence) => `- ${sentence}`));
  return lines.join("\n");
}

function organizationLine(view: PlanView, language: Language): string {
  const { id, name } = view.organization;
  const where = view.simulator
    ? say(language, "SIMULATOR, nothing leaves it · ", "SIMULATOR, nichts verlässt ihn · ")
    : "";
  return `${where}${say(language, "Organization", "Organisation")} ${name === null ? referenceText(id) : quote(name, language)}`;
}

function documentLines(document: InvoiceView, language: Language): string[] {
  const none = "–";
  const lines = [
    [
      kindText(document.kind, language),
      ...(document.number === null ? [] : [quote(document.number, language)]),
      ...(document.kind === "draft" ? [] : [`· ${document.status}`]),
    ].join(" "),
    `${say(language, "Gross", "Brutto")} ${document.gross ?? none} · ${say(language, "net", "netto")} ${document.net ?? none}${taxText(document, language)}`,
    `${say(language, "Issued", "Rechnungsdatum")} ${document.issued_at ?? none} · ${say(language, "due", "fällig")} ${document.due_date ?? none}`,
    say(
      language,
      `Lines (${document.lines.length + document.more_lines}):`,
      `Positionen (${document.lines.length + document.more_lines}):`,
    ),
  ];
  for (const [index, line] of document.lines.entries()) {
    const title =
      line.subtitle === null
        ? quote(line.title, language)
        : `${quote(line.title, language)} ${quote(line.subtitle, language)}`;
    lines.push(
      ` ${index + 1}. ${line.quantity} × ${line.unit_price ?? none}, ${line.tax_rate}, = ${line.total ?? none}: ${title}`,
    );
  }
  const more = document.more_lines;
  if (more > 0) lines.push(say(language, ` … and ${more} more`, ` … und ${more} weitere`));
  if (document.email !== null)
    lines.push(`${say(language, "E-mail to", "E-Mail an")} ${emailText(document, language)}`);
  if (document.customer !== null) {
    lines.push(
      `${say(language, "Customer", "Kunde")} ${idText(document.customer_id)}${quote(document.customer, language)}`,
    );
  }
  const block = (english: string, german: string, text: readonly string[], separator = " / ") =>
    lines.push(...blockRows(say(language, english, german), text, separator, language));
  block("Recipient", "Empfänger", document.recipient);
  block(
    "Recipient, filled in from the customer record",
    "Empfänger, aus den Kundendaten eingesetzt",
    document.buyer_address,
  );
  block("Sender, set by hand", "Absender, von Hand gesetzt", document.sender);
  if (document.vat_number !== null) {
    lines.push(`${say(language, "VAT number", "USt-IdNr.")} ${quote(document.vat_number, language)}`);
  }
  block("Notes", "Hinweise", document.notes, " ⏎ ");
  return lines;
}

const WIDTH = 160;

/** A text in full: on the label's line when it is short, else below it in quoted pieces. */
function blockRows(label: string, text: readonly string[], separator: string, language: Language): string[] {
  const joined = text.join(separator);
  if (joined === "") return [];
  if (Array.from(joined).length <= WIDTH) return [`${label} ${quote(joined, language)}`];
  return [`${label}:`, ...text.flatMap((line) => wrapped(line, WIDTH)).map((piece) => ` > ${quote(piece, language)}`)];
}

/** An id that a person may know by heart; a UUID tells nobody anything. */
function idText(id: string | null): string {
  return id === null || /^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(id) ? "" : `${referenceText(id)} `;
}

function emailText(document: InvoiceView, language: Language): string {
  const address = quote(document.email ?? "", language);
  return document.email_note === null ? address : `${address} (${inert(document.email_note)})`;
}

function briefLine(document: InvoiceView, language: Language): string {
  const number = document.number === null ? "" : ` ${quote(document.number, language)}`;
  const mail =
    document.email === null ? "" : `, ${say(language, "e-mail to", "E-Mail an")} ${emailText(document, language)}`;
  const who = document.customer === null ? "" : `: ${quote(document.customer, language)}`;
  return `${document.gross ?? "–"} · ${kindText(document.kind, language)}${number}${mail}${who}`;
}

/** The payment below its invoice, and below that in what the two differ. */
function bankRows({ bank_line }: InvoiceView, language: Language): string[] {
  if (bank_line === null || bank_line === undefined) return [];
  const { day, amount, payer, text, differs } = bank_line;
  return [
    `   ${say(language, "paid", "bezahlt")} ${day} · ${amount}: ${quote(payer, language)} ${quote(text, language)}`,
    ...differs.map((sentence) => `   ! ${inert(sentence)}`),
  ];
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
function quote(text: string, language: Language): string {
  const inside = inert(text).replaceAll('"', "'");
  return language === "de" ? germanQuote(inside) : `"${inside}"`;
}
