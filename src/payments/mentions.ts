/**
 * Numbers in what a payer wrote, with what stands around them. Pure text work: a mention is only ever compared with
 * numbers of invoices, and a number inside a longer run of digits (IBAN, telephone) is none.
 */
import { beginsKnown, isChange, isInvoiceWord, isReminder, isTax, kindOf } from "./words.ts";

/** Digits that could be an invoice number. */
export interface Mention {
  /** Runs of digits as written, `["2026", "0042"]`. */
  readonly groups: readonly string[];
  /** Letters on its end: `B` of `2026-0042-B`; empty when there are none. */
  readonly tail: string;
  /** The letters stand apart (`2026-0042 B`), or are a longer word: they may not belong to it. */
  readonly loose: boolean;
  /** It may be the first letter of a name as well: `2026-0042 B. Smith`. */
  readonly initial: boolean;
  /** The word before it, folded: `RE`, `INVOICE`; empty when there is none. */
  readonly word: string;
  /** The word stands on the number: `AN-2026-0042`. */
  readonly attached: boolean;
  /** A word for invoice introduces it, perhaps through `between`. */
  readonly named: boolean;
  /** So does a word for number (`Nr.`, `#`): then `11/2026` is no month. */
  readonly numbered: boolean;
  /** Words before it that are not known: names, or the name of another kind of number. */
  readonly between: readonly string[];
  /** The word that stands on it is itself introduced as another kind of number: `Bestell-Nr. RE-2026-0042`. */
  readonly doubted: boolean;
  /** Introduced as another kind of number: never an invoice's. */
  readonly other: boolean;
  /** Read with O as 0, and I or l as 1. */
  readonly repaired: boolean;
  /** Which tokens of the text it covers, first and last. */
  readonly from: number;
  readonly to: number;
}

/** Every possible number in a folded text in which other things are blanked out with `|`. */
export function mentionsOf(plain: string): Mention[] {
  const found = lex(plain, false);
  const repaired = repairDigits(plain);
  if (repaired === plain) return found;
  const known = new Set(found.map(keyOf));
  return [...found, ...lex(repaired, true).filter((mention) => !known.has(keyOf(mention)))];
}

/**
 * Blanks out what is no number of a document, places staying where they are: account numbers with `|`, over which no word
 * is carried to a number behind it; days and amounts with `~`, over which it is ("Bestellung vom 01.11.2026: 2026-0042").
 */
export function withoutOthers(folded: string): string {
  return withoutAccounts(folded)
    .replaceAll(
      /(?<![\d./-])\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})?(?![\d./-])|(?<![\d./-])\d{4}-\d{2}-\d{2}(?![\d./-])|(?<![\d./-])\d{1,2}\/\d{1,2}\/\d{4}(?![\d./-])/g,
      passed,
    )
    .replaceAll(/(?<![\d.,-])\d{1,3}(?:([.,'])\d{3})+(?!\1)[.,]\d{2}(?![\d.,-])/g, passed)
    .replaceAll(
      /(?:EUR|€|USD|\$|CHF|GBP|£)\s?\d+[.,]\d{2}(?!\d)|(?<![\d.,-])\d+[.,]\d{2}\s?(?:EUR|€|USD|\$|CHF|GBP|£)/g,
      passed,
    );
}

export function withoutAccounts(folded: string): string {
  return folded.replaceAll(
    /\b(?:DE|AT|CH|LI|FR|NL|BE|LU|IT|ES|PT|PL|DK|GB|IE|SE|NO|FI|CZ|SK|HU|RO|BG|HR|SI|EE|LV|LT)\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g,
    blanked,
  );
}

export function blanked(part: string): string {
  return "|".repeat(part.length);
}

function passed(part: string): string {
  return "~".repeat(part.length);
}

function repairDigits(plain: string): string {
  const digits = (run: string) => run.replaceAll("O", "0").replaceAll(/[IL]/g, "1");
  return plain
    .replaceAll(/(?<![A-Z0-9])(?=[OIL]*\d)[0-9OIL]+(?![A-Z0-9])/g, digits)
    .replaceAll(/\d[0-9OIL]+(?![A-Z])/g, digits);
}

interface Token extends Pick<Mention, "groups" | "tail" | "loose" | "initial"> {
  readonly introduced: Introduction;
  /** Another kind of number, or part of a code. */
  readonly other: boolean;
  /** Stands directly behind the token before it: only blanks, a dash or a slash between. */
  readonly follows: boolean;
}

type Introduction = Pick<Mention, "word" | "attached" | "named" | "numbered" | "between" | "doubted"> & {
  readonly other: boolean;
};

function lex(plain: string, repaired: boolean): Mention[] {
  const tokens = tokensOf(plain);
  const mentions: Mention[] = [];
  for (const [from, first] of tokens.entries()) {
    const { other, ...introduced } = first.introduced;
    if (first.other) {
      const { groups, tail, loose, initial } = first;
      if (other) mentions.push({ groups, tail, loose, initial, ...introduced, other, repaired, from, to: from });
      continue;
    }
    const groups: string[] = [];
    for (let to = from; to < Math.min(tokens.length, from + 3); to += 1) {
      const token = tokens[to];
      if (token === undefined || token.other || (to > from && !token.follows)) break;
      groups.push(...token.groups);
      // Runs with blanks between are a number only where a word says so, or nothing else stands beside them.
      const alone = !first.follows && tokens[to + 1]?.follows !== true;
      if (to === from || introduced.named || alone) {
        mentions.push({
          groups: [...groups],
          tail: token.tail,
          loose: token.loose,
          initial: token.initial,
          ...introduced,
          other: false,
          repaired,
          from,
          to,
        });
      }
      if (token.tail !== "") break;
    }
  }
  return mentions;
}

interface Run {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Split off the run before it at a slash. */
  readonly split: boolean;
}

/** Runs of digits with `-`, `/`, `.` or `_` inside. `2026-0003/10023` are two: what is behind the slash is appended. */
function* runsOf(plain: string): Generator<Run> {
  for (const { 0: text, index: start } of plain.matchAll(/\d+(?:[-/._]\d+)*/g)) {
    const slash = /^(?:\d+[-._]\d+|\d{6,})(?:[-._]\d+)*(?=\/(?:\d{4,}|\d+[-._]\d+)$)/.exec(text)?.[0].length;
    yield { text: text.slice(0, slash), start, end: start + (slash ?? text.length), split: false };
    if (slash !== undefined) {
      yield { text: text.slice(slash + 1), start: start + slash + 1, end: start + text.length, split: true };
    }
  }
}

function tokensOf(plain: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const run of runsOf(plain)) {
    const gap = plain.slice(end, run.start);
    end = run.end;
    const before = tokens.at(-1);
    const groups = run.text.match(/\d+/g) ?? [];
    const listed = before !== undefined && /^\s*(?:[,;+&/]|UND|AND|ET|EN|OG|OCH|ED?|Y|I|U\.?)\s*-?\s*$/.test(gap);
    const same = before !== undefined && before.groups.length === groups.length;
    const [year = "", last = ""] = listed && before.groups.length === 2 ? before.groups : [];
    // "2026-0042, 0043": the year goes on. Behind a slash only what is as long: `2026-0042/10023` appends a customer.
    const goesOn = groups.length === 1 && isYear(year) && (!run.split || groups[0]?.length === last.length);
    const appended = run.split && groups.length === 1 && !goesOn;
    const follows = before !== undefined && !run.split && /^\s*[-/]?\s*$/.test(gap);
    const inherits = listed && !before.other && (!before.introduced.other || same);
    const introduced = inherits ? before.introduced : introduction(gap);
    // "Tel 0049 341 12345": what the word says holds for the runs behind it too.
    const spread = before?.introduced.other === true && ((follows && groups.length === 1) || (listed && same));
    const behind = tailOf(plain.slice(end, end + 24));
    tokens.push({
      groups: goesOn && listed ? [year, ...groups] : groups,
      tail: behind.tail,
      loose: behind.loose,
      initial: behind.initial,
      introduced: spread ? { ...introduced, other: true } : introduced,
      other:
        appended ||
        spread ||
        introduced.other ||
        behind.code ||
        isForeign(plain, run) ||
        isCalledOther(plain.slice(end)),
      follows,
    });
  }
  return tokens;
}

/** Digits of another script beside it, or more digits behind a mark that no number has: nobody knows which number that is. */
function isForeign(plain: string, { start, end }: Run): boolean {
  return (
    /[^\p{ASCII}\P{N}]$|\d[:*\\]$/u.test(plain.slice(0, start)) ||
    /^(?:[^\p{ASCII}\P{N}]|[:*\\]\d)/u.test(plain.slice(end))
  );
}

/** `2026-0042 (Bestellnummer)`, `2026-0042 is our order number`, `2026-0042 Nr. der Bestellung`. */
function isCalledOther(rest: string): boolean {
  const said =
    /^ ?\(([^()\d]{2,40})\)/.exec(rest) ?? /^ ?(?:=|IST|IS|EST|ES|AER|ER|ON|TO) ([^()\d,;|~]{2,40})(?!\d)/.exec(rest);
  const words = said?.[1]?.match(/\p{L}+/gu) ?? [];
  if (words.some((word) => kindOf(word) === "other")) return true;
  const [first = "", ...more] = /^ ([^()\d,;|~]{2,40})(?![^,;|~])/.exec(rest)?.[1]?.match(/\p{L}+/gu) ?? [];
  return kindOf(first) === "number" && more.some((word) => kindOf(word) === "other");
}

function isUnknown(word: string | undefined): boolean {
  return word !== undefined && word !== "" && kindOf(word) === "unknown";
}

/** Letters on the end of a number; `code`: digits go on behind them (`4A7B`). */
function tailOf(rest: string): Pick<Mention, "tail" | "loose" | "initial"> & { readonly code: boolean } {
  const none = { tail: "", loose: false, initial: false, code: false };
  const attached = /^([-/._]?)(\p{L}+)((?:[-._](?:\p{L}+|\d+)|\/(?:\p{L}+|\d{1,3}(?!\d)))*)(?:([ -]?)(\d))?/u.exec(
    rest,
  );
  if (attached === null) {
    // `2026-0042 B`, `2026-0042 (B)`, `2026-0042 B.`; not `u. RE-2026-0043`, `v 01.11.`, `z dnia`.
    const [, one, dot, next, other] =
      /^ (?:([A-Z])(?![\p{L}\d'&])(?:(\.)? ?(~|\p{L}*))?|\(([A-Z])\))/u.exec(rest) ?? [];
    const isLink = one !== undefined && ["and", "quiet"].includes(kindOf(one));
    // A to H are letters that numbers end in; of them only the "e" of Italian and Spanish joins two numbers.
    const isAnd = isLink && (!/[A-H]/.test(one) || (/^ E \p{L}*[^\p{L}\d]{0,3}\d/u.test(rest) && !isUnknown(next)));
    const isInitial = next === "~" || (dot !== undefined && isUnknown(next));
    return isAnd ? none : { tail: one ?? other ?? "", loose: true, initial: isInitial, code: false };
  }
  const [, mark = "", letters = "", more = "", gap = "", digit] = attached;
  // The bank dropped a blank: `0042VOM 12.11.`, `0042RE2026`, `0042Danke`. Two letters may be a country's: `0042-DE`.
  const goesOn = digit !== undefined;
  // `2026-0042/RE-2026-0043`
  if (isInvoiceWord(letters) && /^[-/._]?\p{L}+[-/._ ]?\d/u.test(rest)) return none;
  // "0042-KORREKTUR" is a document of its own.
  const kind = kindOf(letters);
  const known =
    !isChange(letters) &&
    (mark === "" ? kind !== "unknown" || beginsKnown(letters) : !["unknown", "other"].includes(kind));
  const glued = letters.length > (mark !== "" ? 3 : goesOn ? 1 : 2) && known;
  if ((glued && (more === "" || mark === "")) || (letters === "V" && goesOn)) return none;
  if (goesOn && gap === "") return { tail: letters, loose: true, initial: false, code: true };
  const tail = `${letters}${more}`.replaceAll(/[^\p{L}\d]/gu, "");
  return { tail, loose: letters.length > 2 && more === "", initial: false, code: false };
}

/** The words before a number, nearest first: which kind of number they announce. `gap` holds no digit. */
export function introduction(gap: string): Introduction {
  const near = gap.slice(gap.lastIndexOf("|") + 1);
  const nearest = /(\p{L}+)([^\p{L}]{0,6})$/u.exec(near);
  const word = nearest?.[1] ?? "";
  const attached = word !== "" && /^[-_./]?$/.test(nearest?.[2] ?? " ");
  const numbered = /#\s*$/.test(near) || (kindOf(word) === "number" && /^[.:\s°]*$/.test(nearest?.[2] ?? ""));
  const words = (near.match(/\p{L}+|[,;]/gu) ?? []).toReversed().slice(0, 10);
  const between: string[] = [];
  let apart = false;
  const made = (kind: "invoice" | "other" | null, doubted = false): Introduction => {
    const shortly = numbered || (kind === "invoice" && /N(?:R|O|UMMERN?|UMBERS?)$/.test(word));
    return { word, attached, named: kind === "invoice", numbered: shortly, between, doubted, other: kind === "other" };
  };
  for (const [at, one] of words.entries()) {
    if (/[,;]/.test(one)) {
      apart = true;
      continue;
    }
    const kind = kindOf(one);
    if (kind === "invoice") return made("invoice", attached && isDoubted(words.slice(at + 1)));
    // "faktura VAT nr"
    if (isTax(one) && kindOf(words[at + 1] ?? "") === "invoice") continue;
    if (kind === "other") return made("other");
    if (kind !== "unknown" || one.length === 1) continue;
    if (!apart) between.push(one);
  }
  return made(null);
}

/** Whether the words before (nearest first) make what follows another kind of number. */
function isDoubted(words: readonly string[]): boolean {
  const one = words.find((word) => kindOf(word) !== "number") ?? "";
  return kindOf(one) === "other" && !isReminder(one) && !isInvoiceWord(one);
}

function isYear(group: string): boolean {
  return /^(?:19|20)\d\d$/.test(group);
}

function keyOf(mention: Mention): string {
  return `${mention.groups.join("-")}:${mention.tail}:${mention.from}:${mention.to}`;
}
