/** A field of an MT940 or MT942 text. */
export interface Field {
  /** 1-based line of the text it begins in. */
  readonly line: number;
  readonly tag: string;
  /** Unjoined: whether a break is a blank depends on how full the line is. */
  readonly lines: readonly string[];
  /** The line before is a full line of a payer's text: a break may have put this tag at the beginning of a line. */
  readonly afterFullText: boolean;
}

/** Longest line of the text for the account owner. */
export const TEXT_WIDTH = 65;

const TAG = /^:(20|21|25P?|28C?|13D?|34F|60[FM]|61|62[FM]|64|65|86|90[CD]|NS):(.*)$/;
const HEADER = /^(21|25P?|28C?|13D?|34F)$/;

/**
 * The fields of all messages in the text, without the blocks of SWIFT around them. Inside the text of a booking, what
 * only looks like a tag (`12-09-2014T16⏎:26:37`) is text.
 */
export function fieldsOf(text: string): Field[] {
  const found: { line: number; tag: string; lines: string[]; afterFullText: boolean }[] = [];
  const lines = unindented(text.split(/\r\n|\n|\r/));
  for (const [at, raw] of lines.entries()) {
    const line = raw.replace(/^\{[1-5]:.*\{4:/, "").replace(/^\{4:(?=:)/, "");
    const [, tag = "", rest = ""] = TAG.exec(line) ?? [];
    const last = found.at(-1);
    if (tag !== "" && !isText(tag, last?.tag, lines, at)) {
      found.push({ line: at + 1, tag, lines: [rest], afterFullText: last?.tag === "86" && endsFull(last.lines) });
    } else if (line.trim() !== "" && !/^-(?:\}|\s*$|X+\s*$)|^\{/.test(line)) {
      last?.lines.push(line);
    }
  }
  return found;
}

/** Some banks count the tag to the first line. */
function endsFull(lines: readonly string[]): boolean {
  const width = lines.at(-1)?.trimEnd().length ?? 0;
  return width >= TEXT_WIDTH || (lines.length === 1 && width >= TEXT_WIDTH - ":86:".length);
}

/** A text in which every tag is indented, without the indent. */
function unindented(lines: readonly string[]): readonly string[] {
  const indents = lines.flatMap((line) => /^([ \t]*):(?:20|60[FM]|61):/.exec(line)?.[1]?.length ?? []);
  const indent = Math.min(...indents.slice(0, 1_000));
  return indents.length === 0 || indent === 0
    ? lines
    : lines.map((line) => line.replace(new RegExp(`^[ \\t]{0,${indent}}`), ""));
}

/** A header begins a message: behind a booking or its text it is none, unless the header goes on. */
function isText(tag: string, before: string | undefined, lines: readonly string[], at: number): boolean {
  if (before !== "61" && before !== "86") return false;
  if (HEADER.test(tag)) return tag !== "34F" && tag !== "13D" && !isFollowedByHeader(lines, at);
  return tag === "20" && !isFollowedByHeader(lines, at);
}

function isFollowedByHeader(lines: readonly string[], at: number): boolean {
  const next = lines.slice(at + 1, at + 4).find((line) => TAG.test(line));
  const tag = TAG.exec(next ?? "")?.[1] ?? "";
  return HEADER.test(tag) || /^60[FM]$/.test(tag);
}
