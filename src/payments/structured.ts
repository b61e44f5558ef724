/**
 * References with check digits, as payers and their banks hand them on:
 * - `RF`: ISO 11649, two check digits by ISO 7064 mod 97-10.
 * - `QR`: Swiss QR reference and ESR, 27 (ESR also 16) digits, the last by the recursive mod 10 of the Swiss payment slips.
 * - `OCR`: Swedish OCR and Danish FIK, the last digit by Luhn (mod 10); `KID`: Norwegian, by Luhn or by mod 11 with
 *   weights 2 to 7, and nothing says by which.
 * - `OGM`: Belgian `+++123/4567/89012+++`, the last two digits mod 97.
 * - `viite`: Finnish, the last digit by weights 7, 3, 1.
 */
import { blanked } from "./mentions.ts";
import { CHECKED } from "./words.ts";

export type StructuredKind = "RF" | "QR" | "OCR" | "KID" | "OGM" | "viite";

export interface Structured {
  readonly kind: StructuredKind;
  /** As it would be written without blanks. */
  readonly text: string;
  /** The check digits are right. */
  readonly valid: boolean;
  /** What the check digits protect, without leading zeros; more than one where a length digit may stand behind it. */
  readonly payloads: readonly string[];
}

interface Found {
  readonly references: readonly Structured[];
  /** The text with every reference blanked out: their digits are no numbers of their own. */
  readonly rest: string;
}

const CHECKS: Readonly<Record<StructuredKind, (text: string) => Structured>> = {
  // 00, 01 and 99 leave the remainder of another pair, and are never given out.
  RF: (text) => {
    const isGiven = /^RF(?!00|01|99)/.test(text);
    return of("RF", text, isGiven && remainder97(`${text.slice(4)}${text.slice(0, 4)}`) === 1, [text.slice(4)]);
  },
  QR: (text) => of("QR", text, isRecursive10(text), [text.slice(0, -1)]),
  OGM: (text) => {
    const rest = remainder97(text.slice(0, 10));
    return of("OGM", text, Number(text.slice(10)) === (rest === 0 ? 97 : rest), [text.slice(0, 10)]);
  },
  OCR: (text) => of("OCR", text, isLuhn(text), sized(text)),
  KID: (text) => of("KID", text, isLuhn(text) || isMod11(text), sized(text)),
  viite: (text) => of("viite", text, isWeighted731(text), [text.slice(0, -1)]),
};

const PATTERNS: readonly (readonly [StructuredKind, RegExp])[] = [
  ["RF", /(?<![A-Z0-9])RF ?\d{2}(?:(?: ?[A-Z0-9]{4}){1,5}(?: ?[A-Z0-9]{1,3})?|[A-Z0-9]{1,21})(?![A-Z0-9])/g],
  ["OGM", /(?:\+{3}|\*{3}) ?\d{3}\/\d{4}\/\d{5} ?(?:\+{3}|\*{3})/g],
  ["QR", /(?<![\dA-Z])(?:\d{2}(?: ?\d{5}){5}|\d(?: ?\d{5}){3})(?![\dA-Z])(?! ?\d)/g],
  ["OCR", /\+7[15]<(\d{15,16})\+/g],
  ["KID", new RegExp(`(?<![A-Z])(?:${CHECKED.kid})[-.:# ]*(\\d(?: ?\\d){3,24})(?![-/.]?[\\dA-Z])`, "g")],
  ["OCR", new RegExp(`(?<![A-Z])(?:${CHECKED.ocr})[-.:# ]*(\\d(?: ?\\d){3,24})(?![-/.]?[\\dA-Z])`, "g")],
  ["viite", new RegExp(`(?<![A-Z])(?:${CHECKED.viite})[-.:# ]*(\\d(?: ?\\d){3,19})(?![-/.]?[\\dA-Z])`, "g")],
];

/** References in a folded text. */
export function structuredIn(folded: string): Found {
  const references: Structured[] = [];
  let rest = folded;
  for (const [kind, pattern] of PATTERNS) {
    rest = rest.replaceAll(pattern, (whole: string, digits: unknown) => {
      const { found, length } = longestValid(kind, whole, typeof digits === "string" ? digits : null);
      // Twenty-seven digits in a row may be anything; only their check digit says what they are.
      if (kind === "QR" && !found.valid && !/^\d\d \d{5} /.test(whole)) return whole;
      references.push(found);
      // What was introduced as a reference and is none may still be the number itself.
      if (!found.valid && (kind === "OCR" || kind === "KID" || kind === "viite")) return whole;
      return blanked(whole.slice(0, length)) + whole.slice(length);
    });
  }
  return { references, rest };
}

/** A word behind blanks may look like one more group ("RF18 5390 0754 7034 VOM"): the longest that checks, or else all. */
function longestValid(kind: StructuredKind, whole: string, digits: string | null) {
  const read = (part: string) => CHECKS[kind](part.replaceAll(/[^A-Z0-9]/g, ""));
  const found = read(digits ?? whole);
  if (found.valid || kind !== "RF") return { found, length: whole.length };
  for (let end = whole.lastIndexOf(" "); end > 4; end = whole.lastIndexOf(" ", end - 1)) {
    const shorter = read(whole.slice(0, end));
    if (shorter.valid) return { found: shorter, length: end };
  }
  return { found, length: whole.length };
}

/**
 * Reads the statement's own field for a structured reference. Bare digits may follow any of the rules: every reading
 * whose check digits are right. What has no check digits is no reference: it is read as text.
 */
export function structuredField(folded: string): Structured[] {
  const found = structuredIn(folded).references;
  if (found.length > 0) return [...found];
  const digits = folded.replaceAll(/[\s/]/g, "");
  if (!/^\d{4,27}$/.test(digits)) return [];
  const kinds: StructuredKind[] = ["OCR", "KID"];
  if (digits.length === 27 || digits.length === 16) kinds.push("QR");
  if (digits.length <= 20) kinds.push("viite");
  if (digits.length === 12) kinds.push("OGM");
  return kinds.map((kind) => CHECKS[kind](digits)).filter(({ valid }) => valid);
}

/** Without its check digit; also without the digit before, where that is the length (Swedish). */
function sized(text: string): string[] {
  return [text.slice(0, -1), ...(Number(text.at(-2)) === text.length % 10 ? [text.slice(0, -2)] : [])];
}

function of(kind: StructuredKind, text: string, valid: boolean, payloads: readonly string[]): Structured {
  return { kind, text, valid, payloads: payloads.map((payload) => payload.replace(/^0+(?=.)/, "")) };
}

/** ISO 7064: letters are 10 to 35. */
function remainder97(text: string): number {
  let rest = 0;
  for (const character of text) {
    for (const digit of String(Number.parseInt(character, 36))) rest = (rest * 10 + Number(digit)) % 97;
  }
  return rest;
}

function isRecursive10(digits: string): boolean {
  const table = [0, 9, 4, 6, 8, 2, 7, 1, 3, 5];
  let carry = 0;
  for (const digit of digits.slice(0, -1)) carry = table[(carry + Number(digit)) % 10] ?? 0;
  return Number(digits.at(-1)) === (10 - carry) % 10;
}

function isLuhn(digits: string): boolean {
  return (
    weighted(
      digits,
      (place) => (place % 2 === 0 ? 1 : 2),
      (product) => (product > 9 ? product - 9 : product),
    ) %
      10 ===
    0
  );
}

function isMod11(digits: string): boolean {
  const body = digits.slice(0, -1);
  const check =
    11 -
    (weighted(
      body,
      (place) => 2 + (place % 6),
      (product) => product,
    ) %
      11);
  return check < 10 ? Number(digits.at(-1)) === check : check === 11 && digits.endsWith("0");
}

function isWeighted731(digits: string): boolean {
  const body = weighted(
    digits.slice(0, -1),
    (place) => [7, 3, 1][place % 3] ?? 0,
    (product) => product,
  );
  return Number(digits.at(-1)) === (10 - (body % 10)) % 10;
}

/** Sum of the digits by the weight of their place, counted from the right. */
function weighted(digits: string, weight: (place: number) => number, reduce: (product: number) => number): number {
  return [...digits].toReversed().reduce((total, digit, place) => total + reduce(Number(digit) * weight(place)), 0);
}
