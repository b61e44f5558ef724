/** What follows the country in a VAT ID of the EU (EL is Greece; XI, Northern Ireland, counts for goods). */
const VAT_IDS: Readonly<Record<string, string>> = {
  AT: "U\\d{8}",
  BE: "[01]\\d{9}",
  BG: "\\d{9,10}",
  CY: "\\d{8}[A-Z]",
  CZ: "\\d{8,10}",
  DE: "\\d{9}",
  DK: "\\d{8}",
  EE: "\\d{9}",
  EL: "\\d{9}",
  ES: "[A-Z\\d]\\d{7}[A-Z\\d]",
  FI: "\\d{8}",
  FR: "[A-Z\\d]{2}\\d{9}",
  HR: "\\d{11}",
  HU: "\\d{8}",
  IE: "\\d[A-Z\\d+*]\\d{5}[A-Z]{1,2}",
  IT: "\\d{11}",
  LT: "(?:\\d{12}|\\d{9})",
  LU: "\\d{8}",
  LV: "\\d{11}",
  MT: "\\d{8}",
  NL: "[A-Z\\d+*]{10}\\d{2}",
  PL: "\\d{10}",
  PT: "\\d{9}",
  RO: "\\d{6,10}",
  SE: "\\d{12}",
  SI: "\\d{8}",
  SK: "\\d{10}",
  XI: "(?:\\d{12}|\\d{9})",
};
const PREFIX = new RegExp(`(?<![A-Z\\d])(?:${Object.keys(VAT_IDS).join("|")})(?=[ .-]?[A-Z\\d])`, "gu");

/** VAT IDs of the EU inside a text, without blanks and marks. By their form: whether they were ever given is not known. */
export function vatIdsIn(text: string): string[] {
  return [...text.slice(0, 10_000).matchAll(PREFIX)].flatMap(({ index, 0: country }) => {
    const rest = text.slice(index + country.length, index + 40).replace(/[ .-]/g, "");
    const body = new RegExp(`^${VAT_IDS[country]}(?!\\d)`, "u").exec(rest)?.[0];
    return body === undefined ? [] : [`${country}${body}`];
  });
}

/** The country's code, if it is one of the EU. */
export function euCountryOf(code: string | null): string | null {
  const country = (code ?? "").trim().toUpperCase();
  const own = country === "GR" ? "EL" : country;
  return own !== "XI" && Object.hasOwn(VAT_IDS, own) ? country : null;
}

/** A German tax number, after its name or in one of its usual forms (`12/345/67890`). */
export function namesTaxNumber(text: string): boolean {
  return (
    /(?<!\p{L})(St(euer)?\.?[- ]?(Nr|Nummer|ID)|USt\.?[- ]?Id|VAT (ID|no|number|reg)|tax (ID|no|number)|Kleinunternehmer-Id)[^\n]{0,20}\d/iu.test(
      text,
    ) || /(?<!\d)\d{2,3} ?\/ ?\d{3,4} ?\/ ?\d{4,5}(?!\d)/u.test(text)
  );
}
