import { createHash } from "node:crypto";
import { fold } from "./fold.ts";
import type { PaidLine } from "./line-facts.ts";

/** No vowels: a handle never spells a word. */
const LETTERS = "0123456789bcdfghjkmnpqrstvwxyz";
const LENGTH = 10;

/**
 * Ten characters that stand for a bank line wherever it is read again: account, day, amount, currency, payer, reference
 * and text, blanks and signs left out. `ordinal` counts lines of one statement that are equal in all of these, from 1.
 */
export function lineKey(line: PaidLine, ordinal = 1): string {
  const text = (raw: string | null | undefined) => fold(raw ?? "").replaceAll(/[^\p{L}\p{N}]/gu, "");
  const content = [
    text(line.account),
    line.date ?? "",
    line.amount.toFixed(),
    line.currency ?? "",
    text(line.counterparty),
    text(line.reference),
    text(line.text),
    ordinal,
  ];
  const hash = createHash("sha256").update(JSON.stringify(content)).digest();
  return [...hash.subarray(0, LENGTH)].map((byte) => LETTERS[byte % LETTERS.length] ?? "").join("");
}

/** The keys of a statement's lines, in their order: no two are the same. */
export function lineKeys(lines: readonly PaidLine[]): string[] {
  const seen = new Map<string, number>();
  return lines.map((line) => {
    const first = lineKey(line);
    const ordinal = (seen.get(first) ?? 0) + 1;
    seen.set(first, ordinal);
    return ordinal === 1 ? first : lineKey(line, ordinal);
  });
}
