import { displayText } from "../domain/untrusted.ts";

/** Where money could be sent, as named by a text: bank accounts and links. Heuristics that can only add care. */

const GAP = "[\\s.\\-–⏎]{0,3}";
/** Two letters and two digits, then what an IBAN could go on with. Looked for at every position. */
const IBAN_START = new RegExp(`(?<![\\p{L}\\p{N}])(?=([a-z]{2}\\d{2}(?:${GAP}[a-z0-9]){11,40}))`, "giu");
const ACCOUNT =
  /\b(?:iban|konto\p{L}*|bankverbindung|blz|account|sort code|routing)\b[^\d]{0,40}(\d(?:[\s./-]?\d){4,})/giu;
const LINK =
  /\b(?:https?:\s?\/\/|www\.)([^\s/"<>]+)[^\s"<>]*|\b((?:[\p{L}\p{N}-]{1,63}\.){1,6}\p{L}{2,24})\/[^\s"<>]+/giu;

/** Accounts (`DE89370400440532013000`) and hosts of links (`pay.example`), each once, in a form that can be compared. */
export function paymentTargets(raw: string): string[] {
  // Compatibility forms and hidden characters must not make two spellings of one account.
  const text = displayText(raw, 20_000).text.normalize("NFKC");
  const found = new Set<string>();
  for (const [, candidate = ""] of text.matchAll(IBAN_START)) {
    const iban = ibanIn(candidate);
    if (iban !== null) found.add(iban);
  }
  for (const [, number = ""] of text.matchAll(ACCOUNT)) {
    const digits = number.replace(/\D/g, "");
    if (![...found].some((iban) => iban.includes(digits))) found.add(digits);
  }
  for (const [, host, bare] of text.matchAll(LINK)) {
    found.add((host ?? bare ?? "").toLowerCase().replace(/^www\.|[.,;:)]+$/g, ""));
  }
  return [...found];
}

/** What of a run of groups could be an IBAN: right by its check digits, else the longest with only digits after the country. */
function ibanIn(run: string): string | null {
  let compact = "";
  let digits: string | null = null;
  for (let at = 0; at < run.length && compact.length <= 34; at += 1) {
    const character = run.charAt(at);
    if (!/[a-z0-9]/i.test(character)) continue;
    compact += character.toUpperCase();
    const endsGroup = !/[a-z0-9]/i.test(run.charAt(at + 1));
    if (!endsGroup || compact.length < 15) continue;
    if (hasRightCheckDigits(compact)) return compact;
    if (/^[A-Z]{2}\d{13,32}$/.test(compact)) digits = compact;
  }
  return digits;
}

/** ISO 7064 mod 97-10, as for every IBAN. */
function hasRightCheckDigits(iban: string): boolean {
  let rest = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
