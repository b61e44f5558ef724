/** Codes that name no money: none, and the one for tests. */
const NONE = new Set(["XXX", "XTS"]);
const CODES: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency").filter((code) => !NONE.has(code)));

/** True for a code of ISO 4217 as standards write it: three capitals, and in use. */
export function isIsoCurrency(code: string): boolean {
  return CODES.has(code);
}
