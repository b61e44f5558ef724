import { type Decimal, decimal } from "../domain/money.ts";
import { currenciesOf, directionOf, isDirectionMark } from "./lexicon.ts";

/** An amount as written in a statement, not known to be credit or debit where `sign` is `null`. */
export interface WrittenAmount {
  /** Groups of three behind a single mark read as thousands; see `isOpen`. */
  readonly value: Decimal;
  readonly sign: 1 | -1 | null;
  /** Where exactly one is meant. */
  readonly currency: string | null;
  /** What stands beside the number and is not one currency: `kr`, or anything unknown. "" for nothing. */
  readonly mark: string;
  /** The number as written, for `notationOf`. */
  readonly digits: string;
}

const AMOUNT =
  /^(?<open>\()?(?<before>[^\d()]{0,24}?)(?<digits>\d[\d.,' ]*)(?<after>[^\d()]{0,24})(?<close>\))?(?<behind>[^\d()]{0,12})$/u;

/** Reads a whole cell or token with nothing unknown in it; `null` when it is not an amount. */
export function readAmount(raw: string): WrittenAmount | null {
  const amount = readMarked(raw);
  return amount === null || amount.mark !== "" ? null : amount;
}

/** Like `readAmount`, for a cell that must be an amount: what stands beside the number is handed over as `mark`. */
export function readMarked(raw: string): WrittenAmount | null {
  if (raw.length > 60) return null;
  const text = raw
    .replaceAll(/[\p{Pd}\u2212]/gu, "-")
    .replaceAll(/[\u2018\u2019`\u00b4\u02bc]/g, "'")
    .replaceAll(/[\p{Z}\t]+/gu, " ")
    .replaceAll(/[\p{Cf}]/gu, "")
    .replace(/ ?\(\s?(cr|dr)\.?\s?\)\s?$/i, " $1")
    .trim();
  const groups = AMOUNT.exec(text)?.groups;
  if (groups === undefined) return null;
  const { open, before = "", after = "", close, behind = "" } = groups;
  if ((open === undefined) !== (close === undefined)) return null;
  const digits = (groups["digits"] ?? "").trim();
  // `.50` has lost its beginning; `Fr.5` has a mark that ends with a stop.
  if (/(?:^|[\s+-])[.,']+$/.test(before)) return null;
  const value = numberOf(digits);
  if (value === null) return null;
  return { value, digits, ...beside(`${before} ${after} ${behind}`, open === undefined ? null : -1) };
}

function beside(text: string, bracketed: -1 | null): Pick<WrittenAmount, "sign" | "currency" | "mark"> {
  let sign: 1 | -1 | null = bracketed;
  const rest: string[] = [];
  let contradicts = false;
  for (const token of text.match(/[+-]|[^\s+-]+/gu) ?? []) {
    const found = token === "+" || token === "-" || isDirectionMark(token) ? directionOf(token) : null;
    if (found === null) rest.push(token);
    else if (sign === null) sign = found;
    else contradicts = true;
  }
  const mark = rest.join(" ");
  if (contradicts) return { sign, currency: null, mark: text.trim() };
  if (mark === "") return { sign, currency: null, mark };
  const direction = directionOf(mark);
  if (direction !== null && sign === null) return { sign: direction, currency: null, mark: "" };
  const [only, second] = currenciesOf(mark);
  return only !== undefined && second === undefined
    ? { sign, currency: only, mark: "" }
    : { sign, currency: null, mark };
}

/** Which character separates decimals; `null` when there is none or the text leaves it open. */
export function decimalMark(digits: string): "." | "," | null {
  const marks = [...digits.matchAll(/[.,]/g)].map((match) => match[0]);
  const last = marks.at(-1);
  if (last !== "." && last !== ",") return null;
  if (marks.filter((mark) => mark === last).length > 1) return null;
  const fraction = digits.slice(digits.lastIndexOf(last) + 1);
  if (marks.length > 1) return last;
  return fraction.length === 3 && !/['\s]/.test(digits) ? null : last;
}

/** `1.785`: thousands or decimals. */
export function isOpen(digits: string): boolean {
  return /^\d{1,3}[.,]\d{3}$/.test(digits);
}

/** What the amounts of one statement prove about how it writes numbers. */
export interface Notation {
  readonly decimals: ReadonlySet<string>;
  readonly thousands: ReadonlySet<string>;
}

export function notationOf(all: readonly string[]): Notation {
  const decimals = new Set<string>();
  const thousands = new Set<string>();
  for (const digits of all) {
    const mark = decimalMark(digits);
    if (mark !== null) decimals.add(mark);
    for (const other of digits.match(/[.,]/g) ?? []) if (other !== mark && !isOpen(digits)) thousands.add(other);
  }
  return { decimals, thousands };
}

/** True when the statement proves that the mark of an open number stands before thousands. */
export function isThousands(digits: string, notation: Notation, told: "." | "," | undefined): boolean {
  const mark = /[.,]/.exec(digits)?.[0] ?? "";
  if (notation.decimals.has(mark)) return false;
  const other = mark === "." ? "," : ".";
  return notation.thousands.has(mark) || notation.decimals.has(other) || told === other;
}

/**
 * `1.785,00`, `1,785.00`, `1'785.00`, `1 785,00`, `1785`, `1785,5`. Groups must be whole groups of three. `null` for
 * anything that is not one number (`1,78,500.00`), and for three decimals, which no currency of an invoice has.
 */
function numberOf(digits: string): Decimal | null {
  const mark = decimalMark(digits);
  const at = mark === null ? digits.length : digits.lastIndexOf(mark);
  const whole = digits.slice(0, at);
  const fraction = mark === null ? "" : digits.slice(at + 1);
  if (!/^(\d+|\d{1,3}([.,' ])\d{3}(\2\d{3})*)$/.test(whole) || whole.replaceAll(/\D/g, "").length > 12) return null;
  if (mark !== null && whole.includes(mark)) return null;
  if (/^0\d*[.,]\d{3}$/.test(digits)) return null;
  if (!/^\d{0,2}$/.test(fraction)) return null;
  return decimal(`${whole.replaceAll(/\D/g, "")}.${fraction === "" ? "0" : fraction}`);
}
