/** Words that German banks put before the parts of a SEPA text; some write a colon for the plus. */
const WORDS = "EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|COAM|OAMT|PURP|RREF|SQTP|ANAM";
const WITH_PLUS = new RegExp(`(?<![A-Z])(${WORDS})\\+ ?`, "g");
const WITH_COLON = /(?<=^| )(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC): ?/g;

/**
 * What the payer wrote, and on whose behalf he paid. Of the SEPA words only purpose and end-to-end reference are the
 * payer's text; mandate and creditor ids are not.
 */
export function sepaParts(purpose: string): { readonly text: string; readonly behalf: string | null } {
  const parts = split(purpose, WITH_PLUS) ?? split(purpose, WITH_COLON);
  if (parts === null) return { text: purpose, behalf: null };
  const kept = [parts.before];
  for (const { word, text } of parts.words) {
    if ((word === "SVWZ" || word === "EREF") && !/^(NOTPROVIDED|NONREF|)$/.test(text.trim())) kept.push(text);
  }
  const behalf = parts.words.find(({ word }) => word === "ABWA")?.text.trim() ?? "";
  return { text: kept.join(" "), behalf: behalf === "" ? null : behalf };
}

function split(purpose: string, pattern: RegExp) {
  const found = [...purpose.matchAll(pattern)];
  const [first] = found;
  if (first === undefined) return null;
  return {
    before: purpose.slice(0, first.index),
    words: found.map((match, at) => ({
      word: match[1] ?? "",
      text: purpose.slice(match.index + match[0].length, found[at + 1]?.index),
    })),
  };
}

/** The payer's text in one cell of a table, of SEPA words run together. */
export function untagged(text: string): string {
  return text.includes("SVWZ+") ? sepaParts(text).text.trim() : text;
}
