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
  const { text } = displayText(raw, 160);
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
