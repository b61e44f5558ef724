import { oneLine, quoted } from "../domain/untrusted.ts";
import type { Doubt } from "./bank-line.ts";

const MAX_QUESTIONS = 8;
const MAX_LINES = 6;

/**
 * What is asked about a statement, each doubt once, those of most lines first:
 * `currency "kr" (lines 2, 5): It can be SEK, NOK: say which with …`.
 */
export function questionsOf(asked: readonly { readonly doubt: Doubt; readonly line: number | null }[]): string[] {
  const found = new Map<string, { readonly doubt: Doubt; readonly lines: Set<number> }>();
  for (const { doubt, line } of asked) {
    const key = JSON.stringify([doubt.about, doubt.quoted, doubt.give]);
    const known = found.get(key) ?? { doubt, lines: new Set() };
    found.set(key, known);
    if (line !== null) known.lines.add(line);
  }
  const all = [...found.values()].sort((a, b) => b.lines.size - a.lines.size);
  const more = all.length - MAX_QUESTIONS;
  const shown = all.slice(0, MAX_QUESTIONS).map(({ doubt, lines }) => sentence(doubt, [...lines]));
  return more > 0 ? [...shown, `${more} more.`] : shown;
}

function sentence({ about, quoted: piece, give }: Doubt, lines: readonly number[]): string {
  const what = piece === "" ? about : `${about} ${quoted(piece, 60)}`;
  const more = lines.length > MAX_LINES ? ", …" : "";
  const where = lines.length === 0 ? "" : ` (line ${lines.slice(0, MAX_LINES).join(", ")}${more})`;
  return `${what}${where}: ${oneLine(give, 240)}`;
}
