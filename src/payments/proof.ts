import { isThousands, type Notation, type WrittenAmount } from "./amount.ts";
import type { Doubt, Wishes } from "./bank-line.ts";
import { currenciesOf, directionOf, directionsIn, keyOf, keysOf, type State, stateOf, statesIn } from "./lexicon.ts";
import { TO_WHOM } from "./vocabulary/directions.ts";
import { NOT_PAID_SIGNS, REMINDERS } from "./vocabulary/states.ts";

const toWhom = keysOf(TO_WHOM);

/** The words of a caller, by key. */
export type Told = ReadonlyMap<string, string>;

export function toldBy(wishes: Wishes): Told {
  return new Map(Object.entries(wishes.words ?? {}).map(([word, meaning]) => [keyOf(word), meaning]));
}

export interface Direction {
  readonly sign: 1 | -1;
  readonly doubts: readonly Doubt[];
}

/** Everything that stands beside an amount and may say which way the money went. */
export interface DirectionSigns {
  readonly written: 1 | -1 | null;
  /** The column for one direction that the amount stands in. */
  readonly side: 1 | -1 | null;
  /** The cell of a column of marks; `null` without such a column. */
  readonly mark: string | null;
  /** The kind of booking in the bank's words. */
  readonly type: string;
  readonly text: string;
  /** The statement writes signs: without one an amount came in. */
  readonly signed: boolean;
  /** A cell of a table, which stands for whatever the table lists; a pasted row is what the person says of a payment. */
  readonly inTable: boolean;
}

/** The piece of an answer that stands for every amount of a table without signs. */
const UNSIGNED = keyOf("unsigned");

/** Payment orders, card charges and a processor's smallest units are written so as well. */
export const NO_SIGN: Doubt = {
  about: "direction",
  quoted: "",
  give: "No line has a sign or a word for money that came in: ask what the table lists, then `answers` with unsigned=in or unsigned=out.",
};

const IN: Direction = { sign: 1, doubts: [] };
const OUT: Direction = { sign: -1, doubts: [] };

/** In or out, by sign, column, mark and words; a doubt where they contradict each other or are not understood. */
export function directionBy(signs: DirectionSigns, told: Told): Direction {
  const { written, side, type, signed } = signs;
  const mark = signs.mark !== null && told.get(keyOf(signs.mark)) === "ignore" ? "" : signs.mark;
  const marked = mark === null ? null : meantBy(mark, told);
  const kinds = kindsOf(type, told);
  if (side !== null) {
    if (side === -1) return marked === 1 ? unclear(mark ?? "") : OUT;
    if (marked === -1) return unclear(mark ?? "");
    return written === -1 ? OUT : againstType(type, kinds, IN);
  }
  if (written === -1) return marked === 1 ? unclear(mark ?? "") : OUT;
  if (marked === -1) return written === 1 ? unclear(mark ?? "") : OUT;
  if (marked === 1) return againstType(type, kinds, IN);
  if (mark !== null && (mark !== "" || (written === null && !signed))) return unclear(mark);
  if (written === 1 || signed) return againstType(type, kinds, IN);
  return byWords(signs, kinds, told);
}

/** Amounts without any sign: only words can tell. */
function byWords({ type, text, inTable }: DirectionSigns, kinds: ReadonlySet<1 | -1>, told: Told): Direction {
  if (kinds.size === 2) return unclear(type);
  if (kinds.has(-1)) return OUT;
  if (kinds.has(1)) return IN;
  if (type !== "") return unclear(type);
  if (/\S \S/.test(text) && toWhom.has(keyOf(text.split(" ")[0] ?? ""))) return unclear(text.slice(0, 60));
  const begins = kindsOf(text.split(" ").slice(0, 2).join(" "), told);
  if (begins.size === 1) return begins.has(-1) ? OUT : IN;
  if (kindsOf(text, told).has(-1)) return unclear(text.slice(0, 60));
  if (!inTable || told.get(UNSIGNED) === "in") return IN;
  return told.get(UNSIGNED) === "out" ? OUT : { sign: 1, doubts: [NO_SIGN] };
}

function againstType(type: string, kinds: ReadonlySet<1 | -1>, direction: Direction): Direction {
  return kinds.has(-1) && !kinds.has(1) ? unclear(type) : direction;
}

function kindsOf(type: string, told: Told): ReadonlySet<1 | -1> {
  const meant = told.get(keyOf(type));
  if (meant === "in" || meant === "out") return new Set([meant === "in" ? 1 : -1]);
  return meant === "ignore" ? new Set<1 | -1>([1]) : directionsIn(type);
}

function meantBy(mark: string, told: Told): 1 | -1 | null {
  const meant = told.get(keyOf(mark));
  if (meant === "in") return 1;
  return meant === "out" ? -1 : directionOf(mark);
}

function unclear(piece: string): Direction {
  const give =
    piece === ""
      ? "No sign says whether this came in: name the column that does in `answers` (heading or position=direction, credit or debit)."
      : "Whether this came in is not understood: `answers` with this=in, out or ignore.";
  return { sign: 1, doubts: [{ about: "direction", quoted: piece, give }] };
}

export interface Currency {
  readonly currency: string | null;
  readonly doubts: readonly Doubt[];
}

/**
 * The one currency of the marks beside an amount, each `""` where there is none; else the account's, else the caller's.
 * A mark is one of several currencies only by the caller's word.
 */
export function currencyBy(marks: readonly string[], account: string | null, told: Told, given?: string): Currency {
  const found = new Set<string>();
  for (const mark of marks) {
    if (mark === "") continue;
    const meant = told.get(keyOf(mark));
    if (meant === "ignore") continue;
    const codes = meant === undefined ? currenciesOf(mark) : currenciesOf(meant);
    const [only, second] = codes;
    if (only !== undefined && second === undefined) found.add(only);
    else if (given !== undefined && codes.includes(given)) found.add(given);
    else return { currency: null, doubts: [currencyDoubt(mark, codes)] };
  }
  const [only, second] = found;
  if (second !== undefined) return { currency: null, doubts: [currencyDoubt([...found].join(" / "), [...found])] };
  return { currency: only ?? account ?? given ?? null, doubts: [] };
}

function currencyDoubt(quoted: string, codes: readonly string[]): Doubt {
  const give =
    codes.length > 1
      ? `It can be ${codes.slice(0, 4).join(", ")}: say which with \`currency\`, or this=code in \`answers\`.`
      : "The currency is not understood: `answers` with this=its code, or ignore.";
  return { about: "currency", quoted, give };
}

/** How an amount with one group of three is meant. */
export function notationDoubts(
  { digits }: Pick<WrittenAmount, "digits">,
  open: boolean,
  notation: Notation,
  told: Wishes["decimal_mark"],
): Doubt[] {
  if (!open || isThousands(digits, notation, told)) return [];
  const give = "Thousands or decimals: `answers` with decimal_mark=, or decimal_mark=.";
  return [{ about: "notation", quoted: digits, give }];
}

export interface BookingState {
  readonly state: "booked" | "pending" | "failed";
  readonly returned: string | null;
  readonly doubts: readonly Doubt[];
}

const BOOKED: BookingState = { state: "booked", returned: null, doubts: [] };

/** The state that the cells of a column of states name. */
export function stateBy(cell: string, told: Told): BookingState {
  const meant = told.get(keyOf(cell));
  if (meant === "ignore") return BOOKED;
  const state = isState(meant) ? meant : stateOf(cell);
  if (state === null) {
    const give =
      "Whether this is booked is not understood: `answers` with this=booked, pending, failed, returned or ignore.";
    return { ...BOOKED, doubts: [{ about: "booked", quoted: cell, give }] };
  }
  return state === "returned" ? { ...BOOKED, returned: cell } : { ...BOOKED, state };
}

function isState(word: string | undefined): word is State {
  return word === "booked" || word === "pending" || word === "failed" || word === "returned";
}

const SIGNS_AGAINST = new RegExp(`[${NOT_PAID_SIGNS}]`, "u");
const reminders = keysOf(REMINDERS);

/** A pasted row that crosses the payment out, or that is about a reminder sent to the customer. */
export function crossedOut(text: string, told: Told): Doubt[] {
  const [sign] = SIGNS_AGAINST.exec(text) ?? [];
  const [first = "", second = ""] = text.split(" ");
  const reminder = [first, `${first} ${second}`].find((words) => reminders.has(keyOf(words)));
  const quoted = sign ?? reminder;
  if (quoted === undefined || told.has(keyOf(quoted))) return [];
  return [{ about: "booked", quoted, give: "Whether it was paid is not clear: `answers` with this=booked if it was." }];
}

/** Words of state in a kind of booking, or in a `sentence` of a pasted row: a question, or the reason of a return. */
export function stateInWords(text: string, sentence: boolean, told: Told): BookingState {
  const found = statesIn(text, sentence).filter(({ words }) => {
    const meant = told.get(keyOf(words));
    return meant !== "ignore" && meant !== "booked";
  });
  const returned = found.find(({ state }) => state === "returned");
  const open = found.find(({ state }) => state !== "returned");
  const give = "The words say that it may not be booked: `answers` with this=booked if it is.";
  return {
    state: "booked",
    returned: returned === undefined || sentence ? null : text.slice(0, 60),
    doubts: open === undefined ? [] : [{ about: "booked", quoted: open.words, give }],
  };
}
