import type { Invoice } from "../domain/invoice.ts";
import { displayText, oneLine } from "../domain/untrusted.ts";

/**
 * How much of each text an approval shows: at least what this server lets anybody write, and what the API takes for lines.
 * Longer content, made elsewhere, is shown up to here and named as a reason to look at the document itself.
 */
export const SHOWN = { notes: 5_000, block: 1_000, line: 255, lines: 100 } as const;

const LINE_BREAK = /\r\n|[\n\r\u0085\u2028\u2029]/;

/** A text of several lines, each clean, blank ones left out; `max` characters in all. */
export function blockLines(raw: string | null, max: number): string[] {
  const lines: string[] = [];
  let left = max;
  for (const line of (raw ?? "").split(LINE_BREAK)) {
    const text = left > 0 ? oneLine(line, left) : "";
    if (text === "") continue;
    lines.push(text);
    left -= Array.from(text).length;
  }
  return lines;
}

/** Pieces of at most `width` characters, broken at blanks where there are any. */
export function wrapped(text: string, width: number): string[] {
  const pieces: string[] = [];
  let rest = Array.from(text);
  while (rest.length > width) {
    const blank = rest.lastIndexOf(" ", width);
    const end = blank > 0 ? blank : width;
    pieces.push(rest.slice(0, end).join(""));
    rest = rest.slice(blank > 0 ? end + 1 : end);
  }
  if (rest.length > 0) pieces.push(rest.join(""));
  return pieces;
}

/** True when something of the document is longer than an approval shows. */
export function exceedsShown(invoice: Invoice): boolean {
  const items = invoice.items ?? [];
  const isLonger = (text: string | null, max: number) =>
    text !== null && Array.from(displayText(text, Number.POSITIVE_INFINITY).text).length > max;
  return (
    items.length > SHOWN.lines ||
    isLonger(invoice.notes, SHOWN.notes) ||
    [invoice.recipient, invoice.invoicing_party].some((text) => isLonger(text, SHOWN.block)) ||
    [invoice.vat_number, ...items.flatMap((item) => [item.title, item.subtitle])].some((text) =>
      isLonger(text, SHOWN.line),
    )
  );
}
