import { fold } from "./fold.ts";
import {
  AND_WORDS,
  CHECKED_WORDS,
  COMPOUNDED,
  INVOICE_WORDS,
  LINK_WORDS,
  NEGATIONS,
  NOT_COMPOUNDED,
  NUMBER_WORDS,
  OTHER_WORDS,
  PAYMENT_WORDS,
  PAYOUT_WORDS,
  PROVIDERS,
  RETURN_WORDS,
} from "./vocabulary/numbers.ts";

/**
 * What a word before a number says of it. `number`: only that it is one. `quiet`: nothing (payment, courtesy, articles).
 * `unknown`: a word that is not known, or a name.
 */
export type WordKind = "invoice" | "other" | "number" | "quiet" | "and" | "unknown";

/** From this length on, a longer word that begins with one of the list counts as it (`Rückzahlungen`). */
const STEM = 6;

function wordsOf(...lists: readonly Readonly<Record<string, string>>[]): string[] {
  return lists.flatMap((list) => Object.values(list)).flatMap((text) => fold(text).match(/[A-Z0-9]+/g) ?? []);
}

const INVOICE = new Set(wordsOf(INVOICE_WORDS));
const COMPOUND_ENDS = COMPOUNDED.map(fold);
const NOT_INVOICE = new Set(NOT_COMPOUNDED.map(fold));
const OTHER = new Set(wordsOf(...Object.values(OTHER_WORDS)));
const REMINDER = new Set(wordsOf(OTHER_WORDS["reminder"] ?? {}));
const NUMBER = new Set(wordsOf(NUMBER_WORDS));
const TAX = new Set(wordsOf(OTHER_WORDS["tax"] ?? {}));
const QUIET = new Set(wordsOf(PAYMENT_WORDS, LINK_WORDS));
const AND = new Set(wordsOf(AND_WORDS));
const RETURN = wordsOf(RETURN_WORDS);
const NEGATION = new Set(wordsOf(NEGATIONS));
const CHANGES = [...RETURN, ...wordsOf(OTHER_WORDS["credit_note"] ?? {})].filter((word) => word.length >= 4);
const PAYOUT = wordsOf(PAYOUT_WORDS);
const PROVIDER = new Set(fold(PROVIDERS).split(" "));
const TAGS = "EREF KREF MREF CRED DEBT SVWZ ABWA ABWE PURP IBAN BIC DATUM VOM EUR USD CHF GBP".split(" ");
const GLUED = [...TAGS, ...[...QUIET, ...OTHER, ...INVOICE].filter((word) => word.length >= 5)];
/** `Policennummer`: whatever is before the end is numbered. */
const NUMBER_END = /^(.{2,}?)(S?)(?:NRN?|NRO|NUMMERN?|NUMBER|NUMM?ERO|ZEICHEN|KENNUNG)$/;
/** Only behind a word of the lists: Milano and David are names. */
const SHORT_END = /^(.{2,}?)(?:NO|ID|CODE|REF)$/;

/** Kind of one folded word. A word that is in several lists is the one that settles less. */
export function kindOf(word: string): WordKind {
  if (NUMBER.has(word)) return "number";
  if (isInvoiceWord(word)) return "invoice";
  if (OTHER.has(word)) return "other";
  if (AND.has(word)) return "and";
  if (QUIET.has(word)) return "quiet";
  const [, stem = "", joint = ""] = NUMBER_END.exec(word) ?? [];
  if (stem !== "") return kindOfStem(OTHER.has(stem + joint) ? stem + joint : stem);
  const short = SHORT_END.exec(word)?.[1] ?? "";
  return isInvoiceWord(short) || OTHER.has(short) ? kindOfStem(short) : "unknown";
}

/** What is numbered decides. */
function kindOfStem(stem: string): WordKind {
  if (isInvoiceWord(stem)) return "invoice";
  return QUIET.has(stem) && !OTHER.has(stem) ? "quiet" : "other";
}

/** Whether letters run together begin with a known word: `VIELENDANK`, `VOMKUNDEN`, the bank's own tags (`EREF`). */
export function beginsKnown(letters: string): boolean {
  return GLUED.some((word) => letters.startsWith(word));
}

/** Whether letters begin with a word for a document that changes another: a correction, a cancellation, a return. */
export function isChange(letters: string): boolean {
  return CHANGES.some((word) => letters.startsWith(word));
}

/** A reminder names the invoice it is about: `Mahnung RE-2026-0042`. */
export function isReminder(word: string): boolean {
  return REMINDER.has(word);
}

/** An invoice may be called one with tax: `faktura VAT`. */
export function isTax(word: string): boolean {
  return TAX.has(word);
}

/** Whether a folded word means an invoice, alone or at the end of a longer word. */
export function isInvoiceWord(word: string): boolean {
  if (INVOICE.has(word)) return true;
  if (NOT_INVOICE.has(word) || OTHER.has(word)) return false;
  return COMPOUND_ENDS.some((end) => word.length > end.length && word.endsWith(end));
}

/** Whether a text says that money goes back. */
export function speaksOfReturn(text: string): boolean {
  return anyWord(text, RETURN);
}

/** Whether a text denies something: perhaps that it pays the invoice it names. */
export function deniesSomething(text: string): boolean {
  return words(text).some((word) => NEGATION.has(word));
}

/** Whether a text is about several payments in one. */
export function speaksOfPayout(text: string): boolean {
  return anyWord(text, PAYOUT);
}

/** The collector of payments that a text names; `null` when it names none. */
export function providerIn(text: string): string | null {
  return words(text).find((word) => PROVIDER.has(word)) ?? null;
}

function anyWord(text: string, list: readonly string[]): boolean {
  const found = words(text);
  return list.some((stem) => found.some((word) => word === stem || (stem.length >= STEM && word.startsWith(stem))));
}

function words(text: string): string[] {
  return fold(text).match(/[A-Z0-9]+/g) ?? [];
}

/** Words that introduce a number with a check digit, as alternatives of a regular expression. */
export const CHECKED = {
  ocr: fold(CHECKED_WORDS.ocr).replaceAll(" ", "|"),
  kid: fold(CHECKED_WORDS.kid).replaceAll(" ", "|"),
  viite: fold(CHECKED_WORDS.viite).replaceAll(" ", "|"),
} as const;
