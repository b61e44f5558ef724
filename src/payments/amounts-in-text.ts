import { readMarked, type WrittenAmount } from "./amount.ts";
import { currenciesInText, isDirectionMark, keyOf, keysOf } from "./lexicon.ts";
import { FILLERS } from "./vocabulary/beside.ts";

export interface Place {
  readonly column: number;
  readonly length: number;
  readonly amount: WrittenAmount;
}

/** A number with whole groups, with what is written on to it; not part of a longer number, a day or a path. */
const NUMBER =
  /(?<![\p{N}.,/#]|\p{N}[-'])(?<glued>[\p{L}\p{Sc}$.]{0,5})(?<sign>[+-]\s?|\()?(?<digits>\d{1,3}(?:[.,']\d{3})+(?:[.,]\d{1,2})?|\d{1,12}(?:[.,]\d{1,2})?)(?<behind>\s?[+-](?!\S|\s+[\p{Sc}\d])|\))?(?<tail>[\p{L}\p{Sc}]{0,6}\.?)(?![\p{N}/]|[.,'-]\p{N}|\p{L})/gu;

const fillers = keysOf(FILLERS);

/**
 * Amounts in a text without days: numbers with a currency, a sign or decimals. A mark beside the number that is not
 * understood is handed over as `mark`, with no currency: it is never taken for another.
 */
export function amountsIn(text: string): Place[] {
  return [...text.matchAll(NUMBER)].flatMap((match) => {
    const { glued = "", sign = "", digits = "", behind = "", tail = "" } = match.groups ?? {};
    const before = match.index === 0 ? "" : text.charAt(match.index - 1);
    if (glued === "" && /[\p{L}-]/u.test(before)) return [];
    const hasDecimals = /[.,]\d{2}$/.test(digits);
    const around = neighbours(text, match.index, match.index + match[0].length);
    const left = glued === "" ? around.left : { word: glued, length: 0 };
    // `42 (EUR 5.00)`: the bracket opens something else.
    const right =
      tail === "" && /^\((?!.*\))/.test(around.right.word)
        ? NONE
        : tail === ""
          ? around.right
          : { word: tail, length: 0 };
    const lead = leadingSign(text, match.index, left, glued, behind);
    // A bracket around more than the number is a remark.
    const [open, close] = [`${lead}${sign.trim()}`, behind.trim()];
    const isPair = open.includes("(") === (close === ")");
    const number = readMarked(isPair ? `${open}${digits}${close}` : `${open}${digits}${close}`.replaceAll(/[()]/g, ""));
    if (number === null) return [];
    const known = [left, right].filter(({ word }) => word !== "" && isCurrency(word));
    // Letters written on to a number are a reference, unless they or the decimals say that it is money.
    const letters = `${glued}${tail}`.replace(/\.$/, "");
    if (letters !== "" && known.length === 0 && !hasDecimals && !/\p{Sc}/u.test(letters)) return [];
    if (/[\p{L}]/u.test(glued) && !isCurrency(glued) && !/\p{Sc}/u.test(glued)) return [];
    // `5.00 EUR-`: the sign is written on to the currency.
    const signed = known.includes(right) && tail === "" && /[+-]$/.test(right.word) ? 1 : 0;
    const direction = directionBehind(
      text,
      match.index + match[0].length + (known.includes(right) ? right.length : 0) - signed,
    );
    const marks = [...known.map(({ word }) => word), ...strange(left.word, right.word, glued, tail, around.isLast)];
    if (marks.length === 0 && !hasDecimals && !sign.includes("+")) return [];
    const column = match.index - (glued === "" && known.includes(left) ? left.length : 0);
    const end = match.index + match[0].length + (tail === "" && known.includes(right) ? right.length : 0);
    const amount = withMarks(number, [...new Set(marks)], direction?.mark ?? "");
    return amount === null
      ? []
      : [{ column, length: end + Math.max(0, (direction?.length ?? 0) - signed) - column, amount }];
  });
}

/** `-€5.00`, `-EUR 5.00`, `(EUR 5.00)`: the sign stands before the currency. */
function leadingSign(text: string, start: number, left: Neighbour, glued: string, behind: string): string {
  const pair = behind === ")" ? /^\(/ : /^[+-]/;
  if (glued === "") return isCurrency(left.word) ? (pair.exec(left.word)?.[0] ?? "") : "";
  const before = /(?:^|\s)([+\-(])$/.exec(text.slice(Math.max(0, start - 2), start))?.[1] ?? "";
  return pair.exec(before)?.[0] ?? "";
}

function withMarks(number: WrittenAmount, marks: readonly string[], direction: string): WrittenAmount | null {
  const signed =
    direction === "" ? number : readMarked(`${number.sign === -1 ? "-" : ""}${number.digits} ${direction}`);
  if (signed === null) return null;
  const codes = marks.map(currenciesInText);
  const [only, second] = new Set(codes.flat());
  const isOne =
    marks.length > 0 && only !== undefined && second === undefined && codes.every((code) => code.length === 1);
  return { ...signed, currency: isOne ? only : null, mark: isOne ? "" : marks.map(bare).join(" ") };
}

interface Neighbour {
  readonly word: string;
  /** Characters up to its far end. */
  readonly length: number;
}

const NONE: Neighbour = { word: "", length: 0 };

function neighbours(text: string, start: number, end: number) {
  const before = /(\S+)(\s{0,2})$/.exec(text.slice(Math.max(0, start - 24), start));
  const behind = /^(\s{0,2})(\S+)(\s?)/.exec(text.slice(end, end + 24));
  const pair = /(US|A|C|NZ|HK|S) (\$)(\s{0,2})$/.exec(text.slice(Math.max(0, start - 12), start));
  const left: Neighbour =
    pair === null
      ? before === null
        ? NONE
        : { word: before[1] ?? "", length: before[0].length }
      : { word: `${pair[1]}${pair[2]}`, length: pair[0].length };
  const right: Neighbour =
    behind === null ? NONE : { word: behind[2] ?? "", length: (behind[1] ?? "").length + (behind[2] ?? "").length };
  return { left, right, isLast: behind === null || end + right.length >= text.trimEnd().length };
}

function isCurrency(word: string): boolean {
  return currenciesInText(word).length > 0;
}

/** Marks that are not understood: any currency sign, letters written on to the number, a short word behind it. */
function strange(left: string, right: string, glued: string, tail: string, isLast: boolean): string[] {
  const isUnknown = (word: string) => word !== "" && !isCurrency(word);
  const found: string[] = [];
  if (isUnknown(left) && /\p{Sc}/u.test(left) && !/\d/.test(left)) found.push(left);
  if (isUnknown(tail)) found.push(tail);
  else if (glued === "" && tail === "" && isUnknown(right)) {
    const word = bare(right).replace(/\.$/, "");
    const isWord = /^\p{L}+$/u.test(word) && !fillers.has(keyOf(word)) && !isDirectionMark(word);
    const isShort = word.length <= 3 || (isLast && word.length <= 6 && /^\p{Ll}/u.test(word));
    if ((isWord && isShort) || (/\p{Sc}/u.test(word) && !/\d/.test(word))) found.push(right);
  }
  return found;
}

function bare(word: string): string {
  return word.replaceAll(/^[("[]+|[)"\],:;]+$/gu, "");
}

/** `S`, `H`, `CR`, `(DR)`, a sign behind the amount and its currency; a sign with blanks around it may be a dash. */
function directionBehind(text: string, from: number): { mark: string; length: number } | null {
  const behind = text.slice(from, from + 12);
  const sign = /^(?:[+-](?!\S)|\s[+-]\s*$)/.exec(behind);
  if (sign !== null) return { mark: sign[0].trim(), length: sign[0].length };
  const match = /^\s{1,2}\(?(CR|DR|Cr|Dr|S|H|C|D|Haben|Soll|Af|Bij|Debe|Haber|Dare|Avere)\)?(?![\p{L}\p{N}])/u.exec(
    behind,
  );
  return match === null ? null : { mark: match[1] ?? "", length: match[0].length };
}
