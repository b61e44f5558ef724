import { introduction } from "./mentions.ts";
import { kindOf } from "./words.ts";

export interface Literal {
  readonly code: string;
  readonly start: number;
  readonly end: number;
  /** Introduced as another kind of number. */
  readonly doubted: boolean;
}

/** Longest number of letters and digits mixed that is looked for, in pieces. */
const MOST_PIECES = 8;

/**
 * Numbers with letters between their digits (`2026-A-0042`, `F26B0012`), written out whole: their letters and digits in
 * order, marks and single blanks between them as the payer likes, and nothing else standing on either end.
 */
export function literalsIn(folded: string, isCode: (code: string) => boolean): Literal[] {
  const pieces = [...folded.matchAll(/[\p{L}\p{N}]+/gu)].map(({ 0: text, index: start }) => ({
    text,
    start,
    end: start + text.length,
  }));
  const found: Literal[] = [];
  for (let from = 0; from < pieces.length; from += 1) {
    let code = "";
    let longest: number | null = null;
    for (let to = from; to < Math.min(pieces.length, from + MOST_PIECES); to += 1) {
      const piece = pieces[to];
      const before = pieces[to - 1];
      if (piece === undefined || (to > from && !/^ ?[-/._ ]? ?$/.test(folded.slice(before?.end, piece.start)))) break;
      code += piece.text;
      if (isCode(code) && isFree(from, -1) && isFree(to, 1)) longest = to;
    }
    const [first, last] = [pieces[from], longest === null ? undefined : pieces[longest]];
    if (first === undefined || last === undefined || longest === null) continue;
    code = pieces
      .slice(from, longest + 1)
      .map(({ text }) => text)
      .join("");
    const before = /[^\d]*$/.exec(folded.slice(0, first.start))?.[0] ?? "";
    const { other, doubted } = introduction(before);
    found.push({ code, start: first.start, end: last.end, doubted: other || doubted });
    from = longest;
  }
  return found;

  /** Nothing that could belong to the number stands on this piece, before (-1) or behind (1) it. */
  function isFree(at: number, side: -1 | 1): boolean {
    const [left, right] = side === 1 ? [pieces[at], pieces[at + 1]] : [pieces[at - 1], pieces[at]];
    if (left === undefined || right === undefined) return true;
    const gap = folded.slice(left.end, right.start);
    if (!/^[-/._]$/.test(gap)) return true;
    const neighbour = (side === 1 ? right : left).text;
    return /^\p{L}+$/u.test(neighbour) && !["unknown", "other"].includes(kindOf(neighbour)) && neighbour.length > 1;
  }
}
