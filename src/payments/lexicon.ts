import { fold } from "./fold.ts";
import { isIsoCurrency } from "./iso-currencies.ts";
import { CODES_LIKE_WORDS, CURRENCY_MARKS } from "./vocabulary/currencies.ts";
import { IN_COMPOUNDS, IN_MARKS, IN_WORDS, OUT_COMPOUNDS, OUT_MARKS, OUT_WORDS } from "./vocabulary/directions.ts";
import { HEADING_ROLES, HEADINGS, type HeadingRole } from "./vocabulary/headings.ts";
import {
  BOOKED_WORDS,
  COMMON_WORDS,
  FAILED_WORDS,
  NEGATIONS,
  NOT_YET_WORDS,
  PENDING_WORDS,
  RETURNED_WORDS,
} from "./vocabulary/states.ts";

export type State = "booked" | "pending" | "failed" | "returned";

/** Words of a text after `fold`; currency signs are words of their own. */
export function wordsOf(text: string): string[] {
  return fold(text).match(/[\p{L}\p{N}\ufffd]+|\p{Sc}/gu) ?? [];
}

/** What two spellings of one heading, word or mark share: no case, accents, blanks, punctuation. */
export function keyOf(text: string): string {
  const key = wordsOf(text).join("");
  return key === "" ? text.trim() : key;
}

/** The entries of a vocabulary, however it is grouped. */
export function entriesOf(data: string | Readonly<Record<string, string>>): string[] {
  const lists = typeof data === "string" ? [data] : Object.values(data);
  return lists.flatMap((list) => list.split(";").map((one) => one.trim())).filter((one) => one !== "");
}

export function keysOf(data: string | Readonly<Record<string, string>>): ReadonlySet<string> {
  return new Set(entriesOf(data).map(keyOf));
}

const headings = new Map<string, HeadingRole>();
for (const role of HEADING_ROLES) {
  for (const heading of entriesOf(HEADINGS[role])) {
    const key = keyOf(heading);
    if (!headings.has(key)) headings.set(key, role);
  }
}

/** The role of a heading without its currency; a number behind it does not count (`Beschreibung2`). */
export function headingRole(heading: string): HeadingRole | null {
  const key = keyOf(heading);
  const known = headings.get(key) ?? headings.get(key.replace(/\d+$/, ""));
  if (known !== undefined) return known;
  if (!key.includes("\ufffd")) return null;
  // A letter lost on the way (an umlaut in a wrong encoding) may be any one or two letters.
  const pattern = new RegExp(`^${key.replaceAll(/\ufffd+/g, "\\p{L}{1,2}")}$`, "u");
  const roles = new Set([...headings].filter(([one]) => pattern.test(one)).map(([, role]) => role));
  const [only] = roles;
  return roles.size === 1 ? (only ?? null) : null;
}

const inMarks = keysOf(IN_MARKS);
const outMarks = keysOf(OUT_MARKS);
const inWords = keysOf(IN_WORDS);
const outWords = keysOf(OUT_WORDS);
const inEnds = [...keysOf(IN_COMPOUNDS)];
const outEnds = [...keysOf(OUT_COMPOUNDS)];

/** What a whole cell says of direction: +1 in, -1 out, `null` for any other word. */
export function directionOf(cell: string): 1 | -1 | null {
  const key = keyOf(/^[\u2212\u2013]$/.test(cell.trim()) ? "-" : cell);
  if (inMarks.has(key) || inWords.has(key)) return 1;
  return outMarks.has(key) || outWords.has(key) ? -1 : null;
}

/** True for a cell that is a mark, not a word of a kind of booking. */
export function isDirectionMark(cell: string): boolean {
  const key = keyOf(cell);
  return inMarks.has(key) || outMarks.has(key);
}

/** Which ways a kind of booking, or a sentence, speaks of. */
export function directionsIn(text: string): ReadonlySet<1 | -1> {
  const found = new Set<1 | -1>();
  for (const [key, length] of phrases(text)) {
    if (inWords.has(key) || (length === 1 && inEnds.some((end) => key.endsWith(end)))) found.add(1);
    if (outWords.has(key) || (length === 1 && outEnds.some((end) => key.endsWith(end)))) found.add(-1);
  }
  return found;
}

const states = new Map<string, State>();
for (const [state, data] of [
  ["booked", BOOKED_WORDS],
  ["pending", PENDING_WORDS],
  ["failed", FAILED_WORDS],
  ["returned", RETURNED_WORDS],
] as const) {
  for (const key of keysOf(data)) if (!states.has(key)) states.set(key, state);
}
const common = keysOf(COMMON_WORDS);
const notYet = keysOf(NOT_YET_WORDS);
const negations = keysOf(NEGATIONS);

/** The state that a whole cell names; `null` for any other word. */
export function stateOf(cell: string): State | null {
  return states.get(keyOf(cell)) ?? null;
}

/** Words in a text that say that a booking is no payment yet, or no longer; with the state they name. */
export function statesIn(text: string, sentence: boolean): { readonly words: string; readonly state: State }[] {
  const found: { words: string; state: State }[] = [];
  let negated = false;
  let before = false;
  for (const [key, length, words] of phrases(text)) {
    if (length === 1) {
      // The word before turns it round; `nicht gebucht` is a state itself.
      negated = before;
      before = negations.has(key);
    }
    const state = states.get(key);
    if (sentence && notYet.has(key)) found.push({ words, state: "pending" });
    if (state === undefined || state === "booked" || common.has(key) || negated) continue;
    found.push({ words, state });
  }
  return found;
}

/** Runs of up to four words, each with its key. */
function* phrases(text: string): Generator<readonly [string, number, string]> {
  const words = wordsOf(text).slice(0, 400);
  for (const at of words.keys()) {
    for (let length = 1; length <= 4 && at + length <= words.length; length += 1) {
      const run = words.slice(at, at + length);
      yield [run.join(""), length, run.join(" ")];
    }
  }
}

const marks = new Map<string, readonly string[]>();
for (const [mark, meant] of Object.entries(CURRENCY_MARKS)) {
  const key = keyOf(mark);
  if (!marks.has(key)) marks.set(key, meant);
}
const codesLikeWords = keysOf(CODES_LIKE_WORDS);

/** The currencies that a code or mark can mean, alone in its place; empty when it is none. */
export function currenciesOf(mark: string): readonly string[] {
  const key = keyOf(mark);
  return isIsoCurrency(key) ? [key] : (marks.get(key) ?? []);
}

/** Like `currenciesOf`, in running text: codes only in capitals, and none that is a word as well. */
export function currenciesInText(word: string): readonly string[] {
  const bare = word.replaceAll(/^[("[+-]+|[)"\],:;.+-]+$/gu, "");
  const key = keyOf(bare);
  if (isIsoCurrency(key)) return bare === key && !codesLikeWords.has(key) ? [key] : key === "EUR" ? [key] : [];
  return marks.get(key) ?? [];
}
