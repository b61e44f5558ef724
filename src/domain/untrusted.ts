/**
 * Text that came from data (names, notes, titles, addresses, the API's error details) made safe to show.
 * Never used on what is written to the API.
 */

/** Characters that hide, reorder or forge text: C0/C1, bidi controls, zero-width, tags, variation selectors, fillers. */
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is removed here.
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e01ef}]/gu;
const LINE_BREAK = /\r\n|[\n\r\u0085\u2028\u2029]/g;

export interface DisplayText {
  /** One line, NFC, no hidden characters, at most `max` characters. */
  readonly text: string;
  /** True when hidden characters were removed: a sign of tampering, unlike a plain cut. */
  readonly altered: boolean;
}

/** Makes one display line. Line breaks become ` ⏎ `, tabs a blank, the rest of the invisible goes; longer text is cut with `…`. */
export function displayText(raw: string, max = 200): DisplayText {
  const lined = raw.replace(LINE_BREAK, " ⏎ ").replace(/\t/g, " ");
  const shown = lined.replace(HIDDEN, "").normalize("NFC").toWellFormed();
  const characters = Array.from(shown);
  const text = characters.length > max ? `${characters.slice(0, max - 1).join("")}…` : shown;
  return { text: text.trim(), altered: lined.replace(HIDDEN, "") !== lined };
}

/** The line alone, for fields of structured answers. */
export function oneLine(raw: string, max = 200): string {
  return displayText(raw, max).text;
}

/** Several display lines (an address block): each cleaned, at most `maxLines`. */
export function displayLines(raw: string, maxLines = 8, maxLine = 120): string[] {
  const lines = raw.split(LINE_BREAK).map((line) => oneLine(line, maxLine));
  return lines.length > maxLines ? [...lines.slice(0, maxLines - 1), "…"] : lines;
}

/** Quoted for use inside the server's own sentences: `"Acme Inc"`. Inner double quotes become single ones. */
export function quoted(raw: string, max = 120): string {
  return `"${oneLine(raw, max).replaceAll('"', "'")}"`;
}
