import type { Doubt } from "./bank-line.ts";
import { columnOf } from "./columns.ts";
import { directionsIn, headingRole, keyOf, stateOf, statesIn, wordsOf } from "./lexicon.ts";
import { isHeadingLine, type Row, type Table } from "./table.ts";

/** What a line between the bookings says of those below it: a doubt, `null` that there is none any more. */
export type Section = { readonly doubt: Doubt | null; readonly line: string };

/** A line of words alone: `Vorgemerkte Umsätze`, `Ausgaben`. `undefined` for any other. */
export function sectionOf({ cells }: Pick<Row, "cells">): Section | undefined {
  const filled = cells.filter((cell) => cell !== "");
  const [line] = filled;
  if (line === undefined || filled.length > 1 || line.length > 60) return undefined;
  const quoted = line;
  if (statesIn(line, false).some(({ state }) => state === "pending")) {
    const give = "It stands below this line: ask whether it is booked.";
    return { line, doubt: { about: "booked", quoted, give } };
  }
  const words = wordsOf(line);
  if (words.length > 4) return undefined;
  const directions = directionsIn(line);
  if (headingRole(line) === "debit" || (directions.has(-1) && !directions.has(1))) {
    const give = "It stands below this line: ask whether it came in, and send what did by itself.";
    return { line, doubt: { about: "direction", quoted, give } };
  }
  const isPlain = headingRole(line) === "credit" || directions.has(1) || stateOf(words[0] ?? "") === "booked";
  return isPlain ? { line, doubt: null } : undefined;
}

/** The line right above the headings: never a longer text, which may say what is not in the list. */
export function sectionAbove({ above }: Table): Doubt | null {
  const section = sectionOf({ cells: above });
  return section === undefined || wordsOf(section.line).length > 4 ? null : section.doubt;
}

/** Headings once more: the same, or others, below which no column is sure. */
export function headingsAgain({ cells }: Row, { columns, headed }: Table): "same" | Doubt | null {
  const same = columns.slice(0, headed).every(({ heading }, at) => keyOf(heading) === keyOf(cells[at] ?? ""));
  if (same) return "same";
  const others = cells.map((cell, at) => columnOf(cell, at + 1, {}));
  if (!isHeadingLine(others, cells)) return null;
  const give = "Other headings stand above it: send the lines below them by themselves.";
  return {
    about: "amount",
    quoted: cells
      .filter((cell) => cell !== "")
      .slice(0, 4)
      .join(" "),
    give,
  };
}
