import { type Decimal, decimal } from "../domain/money.ts";
import { InputError } from "../errors.ts";

/** An amount as written in a statement, not known to be credit or debit where `sign` is `null`. */
export interface WrittenAmount {
  readonly value: Decimal;
  readonly sign: 1 | -1 | null;
  readonly currency: string | null;
  /** The number as written, for `checkMarks`. */
  readonly digits: string;
}

const SYMBOLS: Readonly<Record<string, string>> = { "€": "EUR", $: "USD", "£": "GBP" };

/** Codes that mark an amount in free text. Fewer than exist: `ALL`, `TOP` or `MOP` are words as well. */
const CODES = [
  ...["EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF", "RON", "BGN", "TRY"],
  ...["CAD", "AUD", "NZD", "JPY", "CNY", "HKD", "SGD", "INR", "ILS", "ZAR", "AED", "MXN", "BRL"],
];

/** Alternatives of a regular expression: every currency mark that is read. */
export const CURRENCY_MARKS = [...CODES, "€", String.raw`\$`, "£"].join("|");

/** Marks of direction: German Soll/Haben, English credit/debit. */
const SIGN_WORDS: Readonly<Record<string, 1 | -1>> = {
  "+": 1,
  "-": -1,
  H: 1,
  S: -1,
  HABEN: 1,
  SOLL: -1,
  C: 1,
  D: -1,
  CR: 1,
  DR: -1,
  CRDT: 1,
  DBIT: -1,
  CREDIT: 1,
  DEBIT: -1,
  EINGANG: 1,
  AUSGANG: -1,
  GUTSCHRIFT: 1,
  LASTSCHRIFT: -1,
  IN: 1,
  OUT: -1,
};

/** +1 for a credit mark, -1 for a debit mark, `null` for any other word. */
export function signOf(word: string): 1 | -1 | null {
  const key = word.trim().toUpperCase();
  return Object.hasOwn(SIGN_WORDS, key) ? (SIGN_WORDS[key] ?? null) : null;
}

const AMOUNT = /^(?<open>\()?(?<before>[A-Z€$£+\s-]*)(?<digits>\d[\d.,' ]*)(?<after>[A-Z€$£+\s-]*)(?<close>\))?$/i;

/** Reads a whole cell or token; `null` when it is not an amount. */
export function readAmount(raw: string): WrittenAmount | null {
  if (raw.length > 60) return null;
  const text = raw
    .replaceAll(/[\u2212\u2013]/g, "-")
    .replaceAll(/[\u2019`]/g, "'")
    .replaceAll(/[\p{Z}\t]+/gu, " ")
    .trim();
  const groups = AMOUNT.exec(text)?.groups;
  if (groups === undefined) return null;
  const { open, before = "", after = "", close } = groups;
  const digits = (groups["digits"] ?? "").trim();
  if ((open === undefined) !== (close === undefined)) return null;
  const value = numberOf(digits);
  if (value === null) return null;
  if ((`${before}${after}`.match(/[+-]/g) ?? []).length > 1) return null;
  let sign: 1 | -1 | null = open === undefined ? null : -1;
  let currency: string | null = null;
  for (const mark of `${before} ${after}`.match(/[+-]|[€$£]|[A-Z]+/gi) ?? []) {
    const found = signOf(mark);
    const code = SYMBOLS[mark] ?? CODES.find((one) => one === mark.toUpperCase()) ?? null;
    if (found !== null) {
      if (sign !== null && sign !== found) return null;
      sign = found;
    } else if (code !== null) {
      if (currency !== null && currency !== code) return null;
      currency = code;
    } else {
      return null;
    }
  }
  return { value, sign, currency, digits };
}

/** Which character separates decimals; `null` when there is none or the text leaves it open. */
export function decimalMark(digits: string): "." | "," | null {
  const marks = [...digits.matchAll(/[.,]/g)].map((match) => match[0]);
  const last = marks.at(-1);
  if (last !== "." && last !== ",") return null;
  if (marks.filter((mark) => mark === last).length > 1) return null;
  const fraction = digits.slice(digits.lastIndexOf(last) + 1);
  if (marks.length > 1) return last;
  return fraction.length === 3 ? null : last;
}

/**
 * `1.785` is read as 1785. Throws where the same statement writes decimals with that very mark (`12.50`), because then
 * it could be 1.785 as well.
 */
export function checkMarks(amounts: readonly { readonly index: number; readonly digits: string }[]): void {
  const decimals = new Set(amounts.map(({ digits }) => decimalMark(digits)));
  for (const { index, digits } of amounts) {
    const open = /^\d{1,3}([.,])\d{3}$/.exec(digits)?.[1];
    if ((open === "." || open === ",") && decimals.has(open)) {
      throw new InputError(`Line ${index}: ${digits} could be thousands or decimals. Expected an amount like 1785.00.`);
    }
  }
}

/**
 * `1.785,00`, `1,785.00`, `1'785.00`, `1 785,00`, `1785`, `1785,5`. Groups must be whole groups of three. `null` for
 * anything that is not one number, and for three decimals, which no currency of an invoice has.
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
