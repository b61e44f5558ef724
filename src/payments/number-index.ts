import type { Invoice } from "../domain/invoice.ts";
import { fold } from "./fold.ts";
import type { PaidLine } from "./line-facts.ts";
import { literalsIn } from "./literals.ts";
import { blanked, type Mention, mentionsOf, withoutAccounts, withoutOthers } from "./mentions.ts";
import { isUntelling, nameWord, nameWords, payerNames } from "./names.ts";
import { type Agreement, agreement, type NumberParts, numberKeys, partsOf, strip, writtenKeys } from "./references.ts";
import { type Said, said } from "./said.ts";
import { type Structured, structuredField, structuredIn } from "./structured.ts";

interface Entry {
  readonly invoice: Invoice;
  readonly parts: NumberParts;
  /** Made when first asked for. */
  names: ReadonlySet<string> | null;
}

/** What a line's text says about invoice numbers. */
export interface Named {
  readonly exact: readonly Invoice[];
  readonly fuzzy: readonly Invoice[];
  /** Mentions introduced as an invoice number, or looking like one, that no known invoice has. */
  readonly unknown: readonly Mention[];
  /** By invoice: how a reference with check digits names it, in words of the server's own. */
  readonly carried: ReadonlyMap<string, Said>;
  /** A known number stands in the text, introduced as an order's, a customer's or the like. */
  readonly elsewhere: boolean;
  /** Sentences about references that name nothing. */
  readonly remarks: readonly Said[];
}

type Line = Pick<PaidLine, "text"> & Partial<Pick<PaidLine, "counterparty" | "reference">>;

/** A number in a reference of many digits is only looked for at its end from this length on. */
const LONGEST_CHANCE = 5;

/** Invoices by the ways their numbers are written. */
export class NumberIndex {
  readonly #entries = new Map<string, Entry[]>();
  readonly #mixed = new Set<string>();
  /** Letters that the organization's own numbers begin with. */
  readonly #letters = new Set<string>();

  constructor(invoices: readonly Invoice[]) {
    for (const invoice of invoices) {
      if (invoice.number === null) continue;
      const parts = partsOf(invoice.number);
      const entry: Entry = { invoice, parts, names: null };
      const keys = [...numberKeys(parts), `#${strip(parts.code)}`];
      if (parts.plain && parts.tail === "") keys.push(`#${strip(parts.groups.join(""))}`);
      for (const noted of structuredIn(fold(invoice.notes ?? "")).references) keys.push(`&${noted.text}`);
      if (invoice.reference !== null) keys.push(`&${fold(invoice.reference.id).replaceAll(/[^A-Z0-9]/g, "")}`);
      if (!parts.plain) this.#mixed.add(parts.code);
      if (parts.letters.length > 1) this.#letters.add(parts.letters);
      for (const key of new Set(keys)) this.#entries.set(key, [...(this.#entries.get(key) ?? []), entry]);
    }
  }

  read(line: Line): Named {
    const { references, rest } = structuredIn(fold(line.text));
    const stated = fold(line.reference ?? "");
    const checked = [...references, ...structuredField(stated)];
    const whole = checked.length === references.length && stated !== "" ? `${rest} | ${stated}` : rest;
    const literal = literalsIn(withoutAccounts(whole), (code) => this.#mixed.has(code));
    const spelled = literal.map(({ code, doubted }) => ({
      doubted,
      invoices: (this.#entries.get(`#${strip(code)}`) ?? []).map(({ invoice }) => invoice),
    }));
    const written = (doubted: boolean) => spelled.flatMap((one) => (one.doubted === doubted ? one.invoices : []));
    const plain = literal.reduce(
      (text, { start, end }) => text.slice(0, start) + blanked(text.slice(start, end)) + text.slice(end),
      whole,
    );
    const payer = new Set(nameWords(line.counterparty ?? ""));
    const mentions = mentionsOf(withoutOthers(plain));
    const matches = mentions
      .filter(({ other }) => !other)
      .map((mention) => ({ mention, ...this.#find(mention, payer) }));
    const certain = matches.filter((match) => match.exact.length > 0 && !isContested(match, matches));
    const covered = (mention: Mention) => certain.some(({ mention: one }) => overlap(one, mention));
    const open = matches.filter(({ mention }) => !covered(mention));
    const carried = this.#carried(checked);
    return {
      exact: unique([...carried.exact, ...written(false), ...certain.flatMap(({ exact }) => exact)]),
      fuzzy: unique([...carried.fuzzy, ...written(true), ...open.flatMap(({ exact, fuzzy }) => [...exact, ...fuzzy])]),
      unknown: widest(open.map(({ mention }) => mention).filter((mention) => looksLikeNumber(mention, this.#letters))),
      elsewhere: mentions.some(({ other, groups }) => other && this.#entries.has(`=${groups.join("")}`)),
      carried: carried.how,
      remarks: carried.remarks,
    };
  }

  #find(written: Mention, payer: ReadonlySet<string>) {
    // `2026-0042 B. Smith`: B belongs to the number only where there is such a number.
    const lettered = written.initial ? this.#agreeing(written, payer) : null;
    if (lettered?.literal === true) return lettered;
    return this.#agreeing(written.initial ? { ...written, tail: "" } : written, payer);
  }

  #agreeing(mention: Mention, payer: ReadonlySet<string>) {
    const found: Record<Agreement, Invoice[]> = { literal: [], exact: [], fuzzy: [] };
    const seen = new Set<Entry>();
    for (const key of writtenKeys(mention)) {
      for (const entry of this.#entries.get(key) ?? []) {
        if (seen.has(entry)) continue;
        seen.add(entry);
        const agreed = agreement(mention, entry.parts, (word) => isNameFor(entry, payer, word));
        if (agreed !== null) found[agreed].push(entry.invoice);
      }
    }
    // RE-2026-0042 beside the credit note ST-2026-0042: "2026-0042" is what expects money.
    const certain = found.literal.length > 0 ? found.literal : found.exact;
    return { literal: found.literal.length > 0, exact: payable(certain), fuzzy: payable(found.fuzzy) };
  }

  /** Invoices that references with check digits name, and how. */
  #carried(references: readonly Structured[]) {
    const exact: Invoice[] = [];
    const fuzzy: Invoice[] = [];
    const how = new Map<string, Said>();
    const remarks = new Map<string, Said>();
    const remark = (one: Said) => remarks.set(one.reason, one);
    for (const { kind, text, valid, payloads } of references) {
      const [name, german] = NAMES[kind];
      const noted = valid ? (this.#entries.get(`&${text}`) ?? []) : [];
      const made = payloads.flatMap((payload) => this.#entries.get(`#${payload}`) ?? []);
      const ends = payloads.flatMap((payload) => this.#endingIn(payload));
      const certain = valid ? [...noted, ...made] : [];
      for (const { invoice } of certain) exact.push(invoice);
      for (const { invoice } of noted)
        how.set(
          invoice.id,
          said(`The invoice itself carries the ${name}.`, `Die Rechnung selbst trägt die ${german}.`),
        );
      for (const { invoice } of valid ? made : []) {
        how.set(
          invoice.id,
          said(
            `The ${name} holds its number, and the check digits are right.`,
            `Die ${german} enthält ihre Nummer, und die Prüfziffern stimmen.`,
          ),
        );
      }
      if (certain.length === 0) for (const { invoice } of [...made, ...ends]) fuzzy.push(invoice);
      if (!valid)
        remark(said(`The check digits of the ${name} are wrong.`, `Die Prüfziffern der ${german} sind falsch.`));
      else if (certain.length === 0) {
        remark(
          ends.length > 0
            ? said(`The ${name} is longer than the number.`, `Die ${german} ist länger als die Nummer.`)
            : said(`The ${name} is none that an open invoice carries.`, `Die ${german} trägt keine offene Rechnung.`),
        );
      }
    }
    return { exact: payable(unique(exact)), fuzzy: payable(unique(fuzzy)), how, remarks: [...remarks.values()] };
  }

  #endingIn(payload: string): Entry[] {
    for (let from = 1; payload.length - from > LONGEST_CHANCE; from += 1) {
      const found = this.#entries.get(`#${payload.slice(from)}`);
      if (found !== undefined) return found;
    }
    return [];
  }
}

const NAMES: Readonly<Record<Structured["kind"], readonly [english: string, german: string]>> = {
  RF: ["RF reference", "RF-Referenz"],
  QR: ["Swiss reference", "Schweizer Referenz"],
  OCR: ["OCR reference", "OCR-Referenz"],
  KID: ["KID reference", "KID-Referenz"],
  OGM: ["Belgian reference", "belgische Referenz"],
  viite: ["Finnish reference", "finnische Referenz"],
};

interface Match {
  readonly mention: Mention;
  readonly literal: boolean;
  readonly exact: readonly Invoice[];
  readonly fuzzy: readonly Invoice[];
}

/** `2026-004 2`: by its zeros another invoice than by its digits. Then nothing is certain. */
function isContested(match: Match, all: readonly Match[]): boolean {
  if (match.literal) return false;
  return all.some(
    (other) =>
      other !== match &&
      overlap(other.mention, match.mention) &&
      [...other.exact, ...other.fuzzy].some((invoice) => !match.exact.includes(invoice)),
  );
}

function overlap(a: Mention, b: Mention): boolean {
  return a.from <= b.to && b.from <= a.to;
}

/** Whether a word is the payer's name or the customer's: it says nothing of the number it stands before. */
function isNameFor(entry: Entry, payer: ReadonlySet<string>, written: string): boolean {
  const word = nameWord(written);
  if (word.length < 2 || isUntelling(word)) return true;
  entry.names ??= new Set(payerNames(entry.invoice).flat());
  return (
    payer.has(word) || [...entry.names].some((name) => name === word || (word.length >= 3 && name.startsWith(word)))
  );
}

function payable(invoices: readonly Invoice[]): Invoice[] {
  const kept = invoices.filter(
    ({ is_quote, is_cancellation, is_credit }) => !is_quote && !is_cancellation && !is_credit,
  );
  return kept.length > 0 ? kept : [...invoices];
}

function unique(invoices: readonly Invoice[]): Invoice[] {
  return [...new Map(invoices.map((invoice) => [invoice.id, invoice])).values()];
}

function looksLikeNumber({ groups, named, between, word, attached }: Mention, own: ReadonlySet<string>): boolean {
  const [year = "", last = ""] = groups;
  if (groups.length > 3 || groups.join("").length > 18) return false;
  if (attached && own.has(word) && groups.join("").length >= 3) return true;
  return (named && between.length === 0) || (groups.length === 2 && /^(19|20)\d\d$/.test(year) && last.length >= 3);
}

/** One mention per place in the text: the longest one, two groups before one or three. */
function widest(mentions: readonly Mention[]): Mention[] {
  const kept: Mention[] = [];
  const order = [...mentions].sort((a, b) => Number(b.groups.length === 2) - Number(a.groups.length === 2));
  for (const mention of order) {
    if (!kept.some((one) => mention.from <= one.to && one.from <= mention.to)) kept.push(mention);
  }
  return kept;
}
