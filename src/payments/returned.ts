import { speaksOfReturn } from "./words.ts";

/**
 * Business transaction codes of German banks (DK, "Geschäftsvorfallcodes") for money that comes back: direct debits,
 * transfers, card payments and cheques that were returned or recalled.
 */
const GERMAN_CODES = new Set("009 059 108 109 110 159 160 181 182 183 184 193".split(" "));

/** Sub-families of the ISO 20022 bank transaction codes for returns, rejections and reversals. */
const ISO_SUB_FAMILIES = new Set("RRTN RPCR UPDD PRDD UPCT UPCQ ARET RRCT RIMB".split(" "));

/** `NTRF+166+9002`, `166`, `PMNT-ICDT-RRTN`: whether a code of the bank's stands for a return. */
export function isReturnCode(code: string): boolean {
  const german = /(?:^|\+)(\d{3})(?=\+|$)/.exec(code)?.[1];
  return (german !== undefined && GERMAN_CODES.has(german)) || ISO_SUB_FAMILIES.has(code);
}

/** The bank's own words for a booking, where they speak of a return. */
export function returnIn(words: string | null): string | null {
  return words !== null && speaksOfReturn(words) ? words : null;
}
