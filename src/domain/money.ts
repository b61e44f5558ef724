import Big from "big.js";
import { numberFormat } from "./formats.ts";
import { quoted } from "./untrusted.ts";

/** Exact decimal number. Amounts, quantities and rates are never summed as floats. */
export type Decimal = Big;

// Half-up is the commercial rounding of invoices; Big's default mode is the same (1), stated here on purpose.
Big.RM = Big.roundHalfUp;

/** Reads a JSON number or decimal text exactly as written. Throws on anything else. */
export function decimal(value: number | string | Big): Decimal {
  return new Big(typeof value === "number" ? String(value) : value);
}

export const zero: Decimal = decimal(0);

export function sum(values: Iterable<Decimal>): Decimal {
  let total = zero;
  for (const value of values) total = total.plus(value);
  return total;
}

/** In the order in which the currencies come. */
export function sumPerCurrency(
  amounts: Iterable<{ readonly currency: string; readonly amount: Decimal }>,
): ReadonlyMap<string, Decimal> {
  const sums = new Map<string, Decimal>();
  for (const { currency, amount } of amounts) sums.set(currency, (sums.get(currency) ?? zero).plus(amount));
  return sums;
}

/** Digits after the decimal point of a currency (EUR 2, JPY 0), from ISO 4217 by way of Intl. 2 when unknown. */
export function minorDigits(currency: string): number {
  const known = digitsOf.get(currency);
  if (known !== undefined) return known;
  const digits = readDigits(currency);
  // The API decides which currencies there are; a hostile one must not fill the memory.
  if (digitsOf.size < 300) digitsOf.set(currency, digits);
  return digits;
}

const digitsOf = new Map<string, number>();

function readDigits(currency: string): number {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** True for three capital letters that ISO 4217 could hold. */
export function isCurrencyCode(value: string): boolean {
  return /^[A-Z]{3}$/.test(value);
}

/** Rounds half-up to the currency's minor unit. */
export function roundMoney(value: Decimal, currency: string): Decimal {
  return value.round(minorDigits(currency), Big.roundHalfUp);
}

/** Cut to whole minor units, towards zero. */
export function cutMoney(value: Decimal, currency: string): Decimal {
  return value.round(minorDigits(currency), Big.roundDown);
}

/** The smallest amount of a currency: 0.01 EUR, 1 JPY. */
export function minorUnit(currency: string): Decimal {
  return decimal(10).pow(-minorDigits(currency));
}

/** Plain decimal text with at least the currency's minor digits: `1785.00`. The form of amounts in structured answers. */
export function moneyText(value: Decimal, currency: string): string {
  const digits = minorDigits(currency);
  const plain = value.toFixed();
  const fraction = plain.split(".")[1]?.length ?? 0;
  return fraction >= digits ? plain : value.toFixed(digits);
}

/** Amount for a person: `1,785.00 EUR`. Grouped, exact, the code behind the number so that no symbol is ambiguous. */
export function formatMoney(value: Decimal, currency: string, locale = "en"): string {
  const text = moneyText(value, currency);
  const digits = text.split(".")[1]?.length ?? 0;
  if (!isNumeric(text)) throw new TypeError("not a decimal number");
  // Intl takes the decimal *text*, so that digits beyond a double's precision survive.
  return `${numberFormat(locale, digits).format(text)} ${currencyText(currency)}`;
}

/** The code as it is; what is none, and so could be any text, is quoted. */
export function currencyText(currency: string): string {
  return /^[A-Za-z]{3}$/.test(currency) ? currency : quoted(currency, 8);
}

function isNumeric(text: string): text is `${number}` {
  return /^-?\d+(\.\d+)?$/.test(text);
}

/** The JSON number the API wants (major units). Exact for up to 15 significant digits, which the input limits guarantee. */
export function toWireNumber(value: Decimal): number {
  return Number(value.toFixed());
}
