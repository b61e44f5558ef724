import { fold } from "./fold.ts";
import type { Mention } from "./mentions.ts";
import { isInvoiceWord, kindOf } from "./words.ts";

/**
 * How a mention agrees with a number. `literal`: digit for digit; `exact`: zeros or the order of year and number differ,
 * and nothing else can be meant; `fuzzy`: it looks like it.
 */
export type Agreement = "literal" | "exact" | "fuzzy";

/** An invoice's number, taken apart: `RE-2026-0042-B` is RE, 2026 and 0042, B. */
export interface NumberParts {
  /** Every letter and digit of it, folded: `RE20260042B`. */
  readonly code: string;
  readonly letters: string;
  readonly groups: readonly string[];
  readonly tail: string;
  /** Letters stand only before and behind the digits. */
  readonly plain: boolean;
}

export function partsOf(number: string): NumberParts {
  const code = fold(number).replaceAll(/[^\p{L}\p{N}]/gu, "");
  const shape = /^(\p{L}*)\d+(\p{L}*)$/u.exec(code);
  return {
    code,
    letters: shape?.[1] ?? /^\p{L}*/u.exec(code)?.[0] ?? "",
    groups: fold(number).match(/\d+/g) ?? [],
    tail: shape?.[2] ?? "",
    plain: shape !== null,
  };
}

/**
 * Whether a mention is the number. `isName` tells words that are the payer's or the customer's name, which say nothing
 * of the number they stand before.
 */
export function agreement(mention: Mention, number: NumberParts, isName: (word: string) => boolean): Agreement | null {
  if (number.groups.length === 0) return null;
  const { word, attached, named, numbered } = mention;
  const tail = mention.tail.length > 2 && isName(mention.tail) ? "" : mention.tail;
  // 2026-0042-B is neither 2026-0042-A nor 2026-0042; a letter that stands apart may be another word.
  if (tail !== "" && tail !== number.tail && !mention.loose) return null;
  const own = word !== "" && word === number.letters;
  const introduced = own || mention.between.every(isName);
  const found = compare(mention.groups, number.groups, introduced && (named || own), numbered, introduced);
  if (found === null || found === "fuzzy") return found;
  const foreign = attached && !own && !isInvoiceWord(word) && isPrefix(word);
  const doubted = foreign || mention.doubted || tail !== number.tail || !number.plain;
  // O for 0 is believed only where it makes the number digit for digit.
  return doubted || (mention.repaired && found !== "literal") ? "fuzzy" : found;
}

/** Letters on a number that belong to it: a word that is not known, or too short to be read as one (`A2026`). */
function isPrefix(word: string): boolean {
  const kind = kindOf(word);
  return kind === "unknown" || (word.length <= 3 && kind !== "number");
}

function compare(
  written: readonly string[],
  number: readonly string[],
  named: boolean,
  numbered: boolean,
  introduced: boolean,
): Agreement | null {
  const digits = written.join("");
  if (digits === number.join("")) {
    if (named) return isCutAsIn(written, number) ? "literal" : "fuzzy";
    if (introduced && standsAlone(written)) return isCutAsIn(written, number) ? "literal" : "fuzzy";
    return digits.length >= 5 && !isPeriod(written) ? "fuzzy" : null;
  }
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

/** Parts end only where parts of the number end: `2026-00 42` may be two things. */
function isCutAsIn(written: readonly string[], number: readonly string[]): boolean {
  const ends = (groups: readonly string[]) => groups.map((_, at) => groups.slice(0, at + 1).join("").length);
  const allowed = ends(number);
  return ends(written).every((end) => allowed.includes(end));
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
