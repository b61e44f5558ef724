/**
 * Invoice numbers in what a payer wrote. Pure text work: a mention is only ever compared with numbers of invoices, and
 * a number inside a longer run of digits (IBAN, telephone) is none.
 */

/** Digits that could be an invoice number. */
export interface Mention {
  /** Runs of digits as written, `["2026", "0042"]`. */
  readonly groups: readonly string[];
  /** The word before it, folded: `RE`, `INVOICE`; empty when there is none. */
  readonly word: string;
  /** The word stands on the number: `AN-2026-0042`. */
  readonly attached: boolean;
  /** A word for invoice introduces it. */
  readonly named: boolean;
  /** So does a word for number (`Nr.`, `#`): then `11/2026` is no month. */
  readonly numbered: boolean;
  /** Which tokens of the text it covers, first and last. */
  readonly from: number;
  readonly to: number;
}

/** `exact`: the number and nothing else can be meant. `fuzzy`: it looks like it. */
export type Agreement = "exact" | "fuzzy";

/** An invoice's number, taken apart: `RE-2026-0042` is RE and 2026, 0042. */
export interface NumberParts {
  readonly letters: string;
  readonly groups: readonly string[];
}

const INVOICE_WORD =
  /^(RE|RG|R|RN|RNR|RENR|RGNR|RECH|RECHN|RECHNR|\w*RECHNUNG(EN|S?NR|S?NUMMERN?)?|INV|INVOICES?|INVNO|INVOICEN(O|R|UMBER)|BELEG(NR|NUMMER)?|FAKTURA|FAKT|BILL)$/;
/** Words that say the number is something else. */
const OTHER_WORD =
  /^(KD|KDN|KDNR|KUNDEN?|KUNDENN(R|UMMER)|CUSTOMER|CUST|CLIENT|MITGLIED(SN(R|UMMER))?|MEMBER|VERTRAG(SN(R|UMMER))?|CONTRACT|BESTELL(UNG|NR|NUMMER)|ORDER|AUFTRAG(SN(R|UMMER))?|KONTO|KTO|ACCOUNT|BLZ|IBAN|BIC|MANDAT(SREF(ERENZ)?)?|MREF|CRED|TEL|TELEFON|PHONE|MOBIL|PLZ|STEUERN(R|UMMER)|UST|USTID|VAT|TAX|PO|TICKET|KARTE|CARD|TAN|ANGEBOT|QUOTE|STORNO|GUTSCHRIFT)$/;
const FILLER = /^(NR|NO|NUM|NUMMER|NUMMERN|NUMBER|NUMBERS|VOM|UNSERE|IHRE|YOUR|DIE|DER|ID)$/;
const CONNECTOR = /^(UND|AND|U)$/;

/** Capital letters without accents, umlauts written out. */
export function fold(text: string): string {
  return text
    .slice(0, 2_000)
    .normalize("NFC")
    .toUpperCase()
    .replaceAll("Ä", "AE")
    .replaceAll("Ö", "OE")
    .replaceAll("Ü", "UE")
    .replaceAll("ß", "SS")
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "");
}

export function partsOf(number: string): NumberParts {
  const folded = fold(number);
  return { letters: folded.replaceAll(/[^A-Z]/g, ""), groups: folded.match(/\d+/g) ?? [] };
}

/** Everything in a text that could be an invoice number, also with O for 0 and I or l for 1. */
export function mentionsOf(text: string): Mention[] {
  const plain = withoutOthers(fold(text));
  const found = lex(plain);
  const repaired = repairDigits(plain);
  if (repaired === plain) return found;
  const known = new Set(found.map(keyOf));
  return [...found, ...lex(repaired).filter((mention) => !known.has(keyOf(mention)))];
}

/** Whether a mention is the number. */
export function agreement(mention: Mention, number: NumberParts): Agreement | null {
  const { groups } = mention;
  if (number.groups.length === 0) return null;
  const own = mention.word !== "" && mention.word === number.letters;
  const named = mention.named || own;
  const found = compare(groups, number.groups, named, mention.numbered);
  const foreign = mention.attached && !own && !INVOICE_WORD.test(mention.word);
  return found === "exact" && foreign ? "fuzzy" : found;
}

function compare(
  written: readonly string[],
  number: readonly string[],
  named: boolean,
  numbered: boolean,
): Agreement | null {
  const digits = written.join("");
  const literal = digits === number.join("");
  if (literal && named) return "exact";
  if (literal) return standsAlone(written) ? "exact" : digits.length >= 5 && !isPeriod(written) ? "fuzzy" : null;
  if (
    sameValues(written, number) ||
    sameValues(written, number.toReversed(), isYearPair(number)) ||
    isRun(digits, written, number)
  ) {
    if (isPeriod(written) && !(named && numbered)) return named ? "fuzzy" : null;
    return named ? "exact" : written.length > 1 || digits.length >= 6 ? "fuzzy" : null;
  }
  if (!named) return null;
  if (shortened(written, number)) return "fuzzy";
  return swapped(digits, number.join("")) ? "fuzzy" : null;
}

/** Year and at least three more digits, or eight digits that are no day: too much for chance. */
function standsAlone(written: readonly string[]): boolean {
  if (written.length > 1) return written.join("").length >= 7;
  const [run = ""] = written;
  return (
    run.length >= 8 && !/^(?:19|20)\d\d(?:0[1-9]|1[0-2])[0-3]\d$|^[0-3]\d(?:0[1-9]|1[0-2])(?:19|20)\d\d$/.test(run)
  );
}

/** `11/2026`, `2026-11`: November rather than number 11. */
function isPeriod(written: readonly string[]): boolean {
  if (!isYearPair(written)) return false;
  const other = written.find((group) => !isYear(group)) ?? "";
  return other.length <= 2 && Number(other) >= 1 && Number(other) <= 12;
}

function isYear(group: string): boolean {
  return /^(19|20)\d\d$/.test(group);
}

function isYearPair(groups: readonly string[]): boolean {
  return groups.length === 2 && groups.filter(isYear).length === 1;
}

function sameValues(written: readonly string[], number: readonly string[], allowed = true): boolean {
  return (
    allowed &&
    written.length === number.length &&
    written.every((group, at) => strip(group) === strip(number[at] ?? ""))
  );
}

/** `202642` for 2026-0042: one run, zeros missing or added. */
function isRun(digits: string, written: readonly string[], number: readonly string[]): boolean {
  const [year = "", ...rest] = number;
  return (
    written.length === 1 &&
    rest.length > 0 &&
    digits.length > year.length &&
    digits.startsWith(year) &&
    strip(digits.slice(year.length)) === strip(rest.join(""))
  );
}

/** The year left out (`Rechnung 42`) or cut (`42/26`). */
function shortened(written: readonly string[], number: readonly string[]): boolean {
  const [year = "", last = ""] = number;
  if (number.length !== 2 || !isYear(year)) return false;
  if (written.length === 1) return strip(written[0] ?? "") === strip(last);
  const values = written.map(strip);
  const short = [strip(year.slice(2)), strip(last)];
  return written.length === 2 && (values.join() === short.join() || values.join() === short.toReversed().join());
}

/** Two neighbouring digits exchanged. */
function swapped(written: string, number: string): boolean {
  if (written.length !== number.length || written.length < 4) return false;
  const at = [...written].findIndex((digit, place) => digit !== number[place]);
  return (
    at >= 0 &&
    written[at] === number[at + 1] &&
    written[at + 1] === number[at] &&
    written.slice(at + 2) === number.slice(at + 2)
  );
}

export function strip(digits: string): string {
  return digits.replace(/^0+(?=\d)/, "");
}

/** Every way of writing under which `agreement` could find a number; `NumberIndex` looks up the same ones. */
export function writtenKeys({ groups }: Pick<Mention, "groups">): string[] {
  const digits = groups.join("");
  const keys = [`=${digits}`, `~${groups.map(strip).join("-")}`];
  if (groups.length === 2) keys.push(`~${groups.map(strip).toReversed().join("-")}`);
  if (groups.length === 1) keys.push(`<${strip(digits)}`);
  for (const last of groups.length === 2 ? groups : []) keys.push(`<${strip(last)}`);
  if (groups.length === 1 && digits.length > 4) keys.push(`~${strip(digits.slice(0, 4))}-${strip(digits.slice(4))}`);
  for (let at = 0; at + 1 < digits.length && digits.length <= 20; at += 1) {
    keys.push(`=${digits.slice(0, at)}${digits[at + 1]}${digits[at]}${digits.slice(at + 2)}`);
  }
  return keys;
}

export function numberKeys({ groups }: NumberParts): string[] {
  return [`=${groups.join("")}`, `~${groups.map(strip).join("-")}`, `<${strip(groups.at(-1) ?? "")}`];
}

/** Takes out account numbers, days and amounts, so that nothing of them is read as a number. */
function withoutOthers(folded: string): string {
  return folded
    .replaceAll(
      /\b(?:DE|AT|CH|LI|FR|NL|BE|LU|IT|ES|PT|PL|DK|GB|IE|SE|NO|FI|CZ|SK|HU|RO|BG|HR|SI|EE|LV|LT)\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g,
      " | ",
    )
    .replaceAll(
      /(?<![\d./-])\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})?(?![\d./-])|(?<![\d./-])\d{4}-\d{2}-\d{2}(?![\d./-])|(?<![\d./-])\d{1,2}\/\d{1,2}\/\d{4}(?![\d./-])/g,
      " | ",
    )
    .replaceAll(/(?<![\d.,-])\d{1,3}(?:([.,'])\d{3})+(?!\1)[.,]\d{2}(?![\d.,-])/g, " | ")
    .replaceAll(
      /(?:EUR|€|USD|\$|CHF|GBP|£)\s?\d+[.,]\d{2}(?!\d)|(?<![\d.,-])\d+[.,]\d{2}\s?(?:EUR|€|USD|\$|CHF|GBP|£)/g,
      " | ",
    );
}

function repairDigits(folded: string): string {
  const digits = (run: string) => run.replaceAll("O", "0").replaceAll(/[IL]/g, "1");
  return folded
    .replaceAll(/(?<![A-Z0-9])(?=[OIL]*\d)[0-9OIL]+(?![A-Z0-9])/g, digits)
    .replaceAll(/\d[0-9OIL]+(?![A-Z])/g, digits);
}

interface Token {
  readonly groups: readonly string[];
  readonly word: string;
  readonly attached: boolean;
  readonly named: boolean;
  readonly numbered: boolean;
  readonly other: boolean;
  /** Stands directly behind the token before it: only blanks, a dash or a slash between. */
  readonly follows: boolean;
}

function lex(folded: string): Mention[] {
  const tokens = tokensOf(folded);
  const mentions: Mention[] = [];
  for (const [from, first] of tokens.entries()) {
    const { word, attached, named, numbered } = first;
    const groups: string[] = [];
    for (let to = from; to < Math.min(tokens.length, from + 3); to += 1) {
      const token = tokens[to];
      if (token === undefined || token.other || (to > from && !token.follows)) break;
      groups.push(...token.groups);
      // Runs with blanks between are a number only where a word says so, or nothing else stands beside them.
      const alone = !first.follows && tokens[to + 1]?.follows !== true;
      if (to === from || named || alone)
        mentions.push({ groups: [...groups], word, attached, named, numbered, from, to });
    }
  }
  return mentions;
}

/** Numbers with `-`, `/`, `.` or `_` inside are one token. */
function tokensOf(folded: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const match of folded.matchAll(/\d+(?:[-/._\u2010-\u2014]\d+)*/g)) {
    const gap = folded.slice(end, match.index);
    end = match.index + match[0].length;
    const before = tokens.at(-1);
    // Digits between letters are part of a code (`4A7B`), unless the bank only dropped a blank (`0042VOM 12.11.`).
    const code = /^(?!VOM|V\d|DATUM|RE|RG|UND|AND|EUR)[A-Z]+\d/.test(folded.slice(end, end + 20));
    const words = introduction(gap);
    const listed = before !== undefined && /^\s*(?:[,;+&/]|UND\b|AND\b|U\.?\s)\s*$/.test(gap) ? before : null;
    const groups = match[0].match(/\d+/g) ?? [];
    const follows = before !== undefined && /^\s*[-/]?\s*$/.test(gap);
    // "Tel 0049 341 12345": what the word says holds for the runs behind it too.
    const goesOn = follows && before.other && groups.length === 1;
    const [year = "", ...others] = listed?.named === true && listed.groups.length === 2 ? listed.groups : [];
    tokens.push({
      // "2026-0042, 0043": the year goes on.
      groups: groups.length === 1 && others.length === 1 && isYear(year) ? [year, ...groups] : groups,
      word: words.word,
      attached: words.attached,
      named: listed?.named ?? words.kind === "invoice",
      numbered: listed?.numbered ?? /#\s*$|(?:NR|NO|NUMMERN?|NUMBERS?)[.:\s]*$/.test(gap),
      other: listed?.other ?? (goesOn || words.kind === "other" || code),
      follows,
    });
  }
  return tokens;
}

/** The words before a number, nearest first: which kind of number they announce. */
function introduction(gap: string): { word: string; attached: boolean; kind: "invoice" | "other" | null } {
  const nearest = /([A-Z]+)([^A-Z|]{0,6})$/.exec(gap);
  const word = nearest?.[1] ?? "";
  const attached = word !== "" && /^[-_./]?$/.test(nearest?.[2] ?? " ");
  const words = gap.slice(gap.lastIndexOf("|") + 1).match(/[A-Z]+/g) ?? [];
  for (const one of words.toReversed().slice(0, 4)) {
    if (INVOICE_WORD.test(one)) return { word, attached, kind: "invoice" };
    if (OTHER_WORD.test(one)) return { word, attached, kind: "other" };
    if (!FILLER.test(one) && !CONNECTOR.test(one)) break;
  }
  return { word, attached, kind: null };
}

function keyOf(mention: Mention): string {
  return `${mention.groups.join("-")}:${mention.from}:${mention.to}`;
}
