import { createHash, timingSafeEqual } from "node:crypto";

/** Spaces, case, a currency code or sign around the amount and typographic minus signs do not matter. */
function normalised(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s\u00a0\u202f'’]/gu, "")
    .replace(/[−–]/gu, "-")
    .replace(/^(eur|usd|chf|gbp|€|\$|£)|(eur|usd|chf|gbp|€|\$|£)$/gu, "");
}

/** True when what was typed is one of the accepted texts. Nothing accepted means nothing matches. */
export function typedMatches(typed: string, accepted: readonly string[]): boolean {
  if (typed.length > 100) return false;
  const value = normalised(typed);
  return value !== "" && accepted.some((text) => normalised(text) === value);
}

/** sha256 of a secret, hex: the only form in which secrets are stored. */
export function secretHash(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** A card's secret is hashed with its purpose, so that a token of the model never fits a card. */
export function cardHash(secret: string): string {
  return secretHash(`card ${secret}`);
}

export function cardMatches(given: string, storedHash: string): boolean {
  return secretMatches(`card ${given}`, storedHash);
}

/** Compares in constant time; the hashes have equal length whatever was given. */
export function secretMatches(given: string, storedHash: string): boolean {
  const a = Buffer.from(secretHash(given), "hex");
  const b = Buffer.from(storedHash, "hex");
  return a.length === b.length && timingSafeEqual(a, b);
}
