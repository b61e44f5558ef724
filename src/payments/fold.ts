/** Letters that decompose into no base letter of their own. */
const WRITTEN_OUT: Readonly<Record<string, string>> = {
  Ä: "AE",
  Ö: "OE",
  Ü: "UE",
  Ø: "OE",
  Œ: "OE",
  Æ: "AE",
  ß: "SS",
  ẞ: "SS",
  Ł: "L",
  Đ: "D",
  Ð: "D",
  Þ: "TH",
  ı: "I",
};

/**
 * One spelling of a text for comparison: capital letters without accents, umlauts written out, every dash `-`, nothing
 * that is not seen. Keeps letters and digits of other scripts as they are.
 */
export function fold(text: string): string {
  return text
    .slice(0, 2_000)
    .normalize("NFKC")
    .replaceAll(/[\p{Pd}\u2212]/gu, "-")
    .replaceAll(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "")
    .toUpperCase()
    .replaceAll(/[ÄÖÜØŒÆßẞŁĐÐÞı]/g, (letter) => WRITTEN_OUT[letter] ?? letter)
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "");
}
