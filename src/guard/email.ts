import { domainToASCII } from "node:url";
import { displayText } from "../domain/untrusted.ts";
import type { Language } from "./wording.ts";

/** An e-mail address as it is shown: cleaned, with a warning when it is not plain ASCII (look-alike letters). */
export interface EmailView {
  readonly text: string;
  readonly note: string | null;
}

export function emailView(raw: string | null, language: Language): EmailView | null {
  if (raw === null || raw.trim() === "") return null;
  const text = shownEmail(raw);
  if (isLong(raw)) {
    const note = language === "de" ? "ungewöhnlich lang; gekürzt wurde vor dem @" : "unusually long; cut before the @";
    return { text, note };
  }
  if (/^[\x21-\x7e]+$/.test(raw)) return { text, note: null };
  const at = text.lastIndexOf("@");
  const domain = at < 0 ? "" : domainToASCII(text.slice(at + 1));
  const ascii = domain === "" ? text : `${text.slice(0, at)}@${domain}`;
  // Letters, digits and what addresses use stay readable; everything else is shown as its code point.
  const escaped = ascii.replace(/[^A-Za-z0-9@._+-]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
  const warning =
    language === "de"
      ? `enthält andere als ASCII-Zeichen; technisch: ${escaped}`
      : `contains characters other than ASCII; technically: ${escaped}`;
  return { text, note: warning };
}

/** No longer address can be delivered to (RFC 5321, 4.5.3.1.3, without the brackets). */
const MAX_ADDRESS = 254;

export function isLong(raw: string): boolean {
  return raw.length > MAX_ADDRESS;
}

/** The address with its domain whole, however long it is: where it goes is decided at its end. */
export function shownEmail(raw: string): string {
  if (!isLong(raw)) return displayText(raw, MAX_ADDRESS).text;
  const at = raw.lastIndexOf("@");
  return `${displayText(raw.slice(0, Math.max(at, 0)), 60).text}${displayText(raw.slice(at), 2 * MAX_ADDRESS).text}`;
}
