/**
 * Text that came from data (names, notes, titles, addresses, the API's error details) made safe to show.
 * Never used on what is written to the API.
 */

/**
 * Characters that hide, reorder or forge text: controls, format characters (bidi, zero-width, tags) and ignorable fillers.
 * Variation selectors and joiners inside an emoji are what they seem and stay.
 */
const HIDDEN =
  /(?!\ufe0f|\u200d)[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]|(?<!\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)(?:\ufe0f|\u200d)/gu;
const LINE_BREAK = /\r\n|[\n\r\u0085\u2028\u2029]/g;

export interface DisplayText {
  /** One line, NFC, no hidden characters, at most `max` characters. */
  readonly text: string;
  /** True when hidden characters were removed: a sign of tampering, unlike a plain cut. */
  readonly altered: boolean;
}

/** Makes one display line. Line breaks become ` ⏎ `, tabs a blank, the rest of the invisible goes; longer text is cut with `…`. */
export function displayText(raw: string, max = 200): DisplayText {
  // Most texts; nothing of what follows would change them.
  if (raw.length <= max && /^[\x20-\x7e]*$/.test(raw)) return { text: raw.trim(), altered: false };
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

/** Text of several lines for a terminal, as it is but for what hides, reorders or commands (escape sequences). */
export function terminalText(raw: string): string {
  return raw
    .split(/(\r?\n)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(HIDDEN, "").toWellFormed()))
    .join("");
}

/** Several display lines (an address block): each cleaned, at most `maxLines`. */
export function displayLines(raw: string, maxLines = 8, maxLine = 120): string[] {
  const lines = raw.split(LINE_BREAK).map((line) => oneLine(line, maxLine));
  return lines.length > maxLines ? [...lines.slice(0, maxLines - 1), "…"] : lines;
}

/**
 * A word of data inside the server's own sentences (a number, a city, a status): as it is where it can be nothing else,
 * else quoted, so that it cannot pass for more of the sentence.
 */
export function inert(raw: string, max = 80): string {
  const text = oneLine(raw, max);
  return /^[\p{L}\p{N}][\p{L}\p{N} .,'()/#&+_@-]*$/u.test(text) && !/ (id|next|op_) /i.test(`${text} `)
    ? text
    : quoted(text, max);
}

/** Quoted for use inside the server's own sentences: `"Acme Inc"`. Inner double quotes become single ones. */
export function quoted(raw: string, max = 120): string {
  return `"${oneLine(raw, max).replaceAll('"', "'")}"`;
}

/**
 * Quoted word for word, for readers who may write it back: `"Acme Inc"`. Text with double quotes of its own stands in
 * guillemets, `«the "big" one»`; what holds both has its double quotes escaped. It can never end its own quotation.
 */
export function cited(raw: string, max = 120): string {
  const text = oneLine(raw, max);
  if (!text.includes('"')) return `"${text}"`;
  if (!/[«»]/.test(text)) return `«${text}»`;
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** Text of several lines as it is, cleaned line by line; at most `max` characters. */
export function displayBlock(raw: string, max: number): string {
  const text = raw
    .split(LINE_BREAK)
    .map((line) => oneLine(line, max))
    .join("\n")
    .trim();
  const characters = Array.from(text);
  return characters.length > max ? `${characters.slice(0, max - 1).join("")}…` : text;
}

/** A word of a command as a person can paste it: into a POSIX shell, or on Windows into PowerShell and cmd. */
export function shellWord(platform: string, word: string): string {
  return platform === "win32" ? windowsWord(word) : posixWord(word);
}

function posixWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A file name on Windows holds no quotation mark. PowerShell reads $ and ` even inside double ones. */
function windowsWord(word: string): string {
  if (/^[A-Za-z0-9_:,.\\/=+-]+$/.test(word)) return word;
  return /[$`]/.test(word) ? `'${word.replaceAll("'", "''")}'` : `"${word}"`;
}
