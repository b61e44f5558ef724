import { oneLine, quoted } from "../domain/untrusted.ts";
import type { Doubt } from "./bank-line.ts";

const MAX_QUESTIONS = 8;
const MAX_LINES = 6;

type Asked = readonly { readonly doubt: Doubt; readonly line: number | null }[];

/** What a doubt is about, for people. */
export const GERMAN: Readonly<Record<Doubt["about"], string>> = {
  direction: "Richtung",
  currency: "Währung",
  notation: "Schreibweise",
  booked: "gebucht",
  amount: "Betrag",
  date: "Tag",
  cell: "Feld",
};

/**
 * What is asked about a statement, each doubt once, those of most lines first:
 * `currency "kr" (lines 2, 5): It can be SEK, NOK: say which with …`.
 */
export function questionsOf(asked: Asked): string[] {
  return shownOf(asked, sentence, (more) => `${more} more.`);
}

/** The same for a German person: what is not understood; how it is answered is the assistant's business. */
export function germanQuestionsOf(asked: Asked): string[] {
  return shownOf(asked, germanSentence, (more) => `${more} weitere.`);
}

function shownOf(asked: Asked, say: typeof sentence, rest: (more: number) => string): string[] {
  const found = new Map<string, { readonly doubt: Doubt; readonly lines: Set<number> }>();
  for (const { doubt, line } of asked) {
    const key = JSON.stringify([doubt.about, doubt.quoted, doubt.give]);
    const known = found.get(key) ?? { doubt, lines: new Set() };
    found.set(key, known);
    if (line !== null) known.lines.add(line);
  }
  const all = [...found.values()].sort((a, b) => b.lines.size - a.lines.size);
  const more = all.length - MAX_QUESTIONS;
  const shown = all.slice(0, MAX_QUESTIONS).map(({ doubt, lines }) => say(doubt, [...lines]));
  return more > 0 ? [...shown, rest(more)] : shown;
}

function sentence({ about, quoted: piece, give }: Doubt, lines: readonly number[]): string {
  const what = piece === "" ? about : `${about} ${quoted(piece, 60)}`;
  const more = lines.length > MAX_LINES ? ", …" : "";
  const where = lines.length === 0 ? "" : ` (line ${lines.slice(0, MAX_LINES).join(", ")}${more})`;
  return `${what}${where}: ${oneLine(give, 240)}`;
}

function germanSentence({ about, quoted: piece }: Doubt, lines: readonly number[]): string {
  const what = piece === "" ? GERMAN[about] : `${GERMAN[about]} ${quoted(piece, 60)}`;
  const more = lines.length > MAX_LINES ? ", …" : "";
  const where = lines.length === 0 ? "" : ` (Zeile ${lines.slice(0, MAX_LINES).join(", ")}${more})`;
  return `${what}${where}: nicht sicher verstanden; der Assistent fragt danach.`;
}
