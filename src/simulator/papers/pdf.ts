import { amountText, documentTotals } from "../amounts.ts";
import type { InvoiceRecord } from "../records.ts";
import { itemsOf, SELLER } from "../resources.ts";
import type { World } from "../world.ts";

const LINES_PER_PAGE = 52;
const LINE_WIDTH = 92;

/** A small valid PDF (1.4, one standard font) with number, recipient, lines and totals as selectable text. */
export function invoicePdf(world: World, invoice: InvoiceRecord): Uint8Array<ArrayBuffer> {
  return pdfOf(paperLines(world, invoice).flatMap(wrap));
}

function paperLines(world: World, invoice: InvoiceRecord): string[] {
  const items = itemsOf(world, invoice.id);
  const { currency } = invoice;
  const totals = documentTotals(items, currency, world.switches().rounding);
  const title = invoice.is_quote
    ? "Angebot / Quote"
    : invoice.is_cancellation
      ? "Stornorechnung / Cancellation"
      : "Rechnung / Invoice";
  return [
    `${SELLER.name}, ${SELLER.address_line}, ${SELLER.postal_code} ${SELLER.city}, ${SELLER.vat_number}`,
    "",
    ...(invoice.recipient ?? "").split("\n"),
    "",
    `${title} ${invoice.number ?? "(Entwurf / draft)"}`,
    `Datum / date: ${invoice.issued_at ?? "-"}   Fällig / due: ${invoice.due_date ?? "-"}`,
    "",
    ...items.flatMap((item) => [
      `${item.quantity} x ${item.title}`,
      ...(item.subtitle ? [`    ${item.subtitle}`] : []),
      `    ${amountText(invoice.calculate_from_net ? item.single_net_amount : item.single_gross_amount, currency)}  ${item.tax_rate} %`,
    ]),
    "",
    `Netto / net: ${amountText(totals.net, currency)}`,
    ...totals.breakdown.map(({ rate, tax }) => `USt. / VAT ${rate.toFixed()} %: ${amountText(tax, currency)}`),
    `Gesamt / total: ${amountText(totals.gross, currency)}`,
    "",
    ...(invoice.notes ?? "").split("\n"),
    "Simulator: kein echtes Dokument / not a real document",
  ];
}

function wrap(line: string): string[] {
  const characters = Array.from(line);
  const pieces: string[] = [];
  do pieces.push(characters.splice(0, LINE_WIDTH).join(""));
  while (characters.length > 0);
  return pieces;
}

function pdfOf(lines: readonly string[]): Uint8Array<ArrayBuffer> {
  const pages: string[][] = [];
  for (let start = 0; start < Math.max(lines.length, 1); start += LINES_PER_PAGE) {
    pages.push(lines.slice(start, start + LINES_PER_PAGE));
  }
  const kids = pages.map((_, index) => `${4 + index * 2} 0 R`).join(" ");
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ...pages.flatMap((page, index) => {
      const stream = `BT /F1 10 Tf 14 TL 56 786 Td\n${page.map((line) => `(${escaped(line)}) Tj T*`).join("\n")}\nET`;
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + index * 2} 0 R >>`,
        `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
      ];
    }),
  ];
  let text = "%PDF-1.4\n";
  const offsets = objects.map((body, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${body}\nendobj\n`;
    return offset;
  });
  const start = text.length;
  const entries = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** One byte per character (WinAnsi); what it does not have becomes `?`. */
function escaped(line: string): string {
  return Array.from(line, (character) => {
    if (character === "€") return "\u0080";
    if (character === "\u2014" || character === "\u2013") return "-";
    const code = character.codePointAt(0) ?? 0;
    if (character === "(" || character === ")" || character === "\\") return `\\${character}`;
    return (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff) ? character : "?";
  }).join("");
}
