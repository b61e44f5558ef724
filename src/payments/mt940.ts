import { type Decimal, decimal, zero } from "../domain/money.ts";
import { quoted } from "../domain/untrusted.ts";
import { type Booking, COPIED, type Doubt, filled, type Reading, type Unread, type Wishes } from "./bank-line.ts";
import { isIsoCurrency } from "./iso-currencies.ts";
import { type Around, bookingOf } from "./mt940/entry.ts";
import { type Field, fieldsOf } from "./mt940/fields.ts";

/** True for SWIFT MT940 (and MT942) text: a message begins with :20: and holds bookings in :61:. */
export function looksLikeMt940(text: string): boolean {
  return (
    /^[ \t]*:61:[ \t]*\d{6}/m.test(text) ||
    (/^(?:\{.*\{4:)?[ \t]*:20:/m.test(text) && /^[ \t]*:(?:60[FM]|25):/m.test(text))
  );
}

/**
 * SWIFT MT940 (statement) and MT942 (interim report), several messages and accounts in one text. An entry that cannot be
 * read is named in `unread`.
 */
export function readMt940(text: string, wishes: Wishes = {}): Reading {
  const bookings: Booking[] = [];
  const unread: Unread[] = [];
  const known = new Set<string>();
  for (const message of messagesOf(fieldsOf(text))) {
    const around = aroundIn(message, wishes);
    const content = JSON.stringify(message.map(({ tag, lines }) => [tag, lines]));
    const copied = known.has(content) ? [COPIED] : [];
    known.add(content);
    const isProven = isBalanced(message, around, wishes);
    for (const [at, field] of message.entries()) {
      if (field.tag !== "61") continue;
      const index = bookings.length + unread.length + 1;
      const information = informationAt(message, at);
      const booking = bookingOf(field, information.lines, around, wishes);
      if (booking === null) {
        const [first = ""] = field.lines;
        const why = `${quoted(first, 60)} is not readable as MT940. Expected :61: with day, C or D and amount, such as :61:2611121112C1785,00NTRFNONREF.`;
        unread.push({ index, why });
      } else {
        const forged = field.afterFullText && !isProven ? [NOT_SURELY_A_FIELD] : [];
        bookings.push({ ...booking, doubts: [...booking.doubts, ...forged, ...information.doubts, ...copied], index });
      }
    }
  }
  return { bookings, unread, doubts: [] };
}

/** Whoever pays chooses his text, and lines end where they are full. */
const NOT_SURELY_A_FIELD: Doubt = {
  about: "booked",
  quoted: ":61:",
  give: "This may be part of the text before it, and the balances do not confirm it: compare with the bank.",
};

/**
 * A message begins with :20:, or without it with another account, another opening balance, or an entry behind the closing
 * one.
 */
function messagesOf(fields: readonly Field[]): Field[][] {
  const messages: Field[][] = [];
  let seen = { account: false, balance: false, closed: false };
  for (const field of fields) {
    const isAccount = /^25P?$/.test(field.tag);
    const isOpening = /^60[FM]$/.test(field.tag);
    const begins =
      field.tag === "20" ||
      (isAccount && (seen.account || seen.balance)) ||
      (isOpening && seen.balance) ||
      (field.tag === "61" && seen.closed);
    const last = messages.at(-1);
    if (last === undefined || begins) {
      messages.push([field]);
      seen = { account: isAccount, balance: isOpening, closed: false };
      continue;
    }
    last.push(field);
    const isClosing = /^62[FM]$/.test(field.tag);
    seen = {
      account: seen.account || isAccount,
      balance: seen.balance || isOpening || isClosing,
      closed: seen.closed || isClosing,
    };
  }
  return messages;
}

/**
 * The lines of the :86: behind an entry. Polish banks write the code of the booking in one of its own before; any other
 * second text belongs to nobody, perhaps to an entry that is missing.
 */
function informationAt(message: readonly Field[], at: number): { lines: readonly string[] | null; doubts: Doubt[] } {
  const texts: (readonly string[])[] = [];
  for (let next = at + 1; message[next]?.tag === "86"; next += 1) texts.push(message[next]?.lines ?? []);
  const [first = null, ...more] = texts.filter(
    (lines) => texts.length === 1 || !/^\d{0,4}$/.test(lines.join("").trim()),
  );
  return { lines: first, doubts: more.length === 0 ? [] : [TWO_TEXTS] };
}

const TWO_TEXTS: Doubt = {
  about: "cell",
  quoted: ":86:",
  give: "Two texts follow this entry, and which is its own is not known: compare with the bank.",
};

const BALANCE = /^(?<mark>[CD])(?<day>\d{6})(?<currency>\D*?)(?<amount>[\d., ]*)$/;

/** Account and currency. Every field that names a currency must name the same. */
function aroundIn(message: readonly Field[], { currency: given, words }: Wishes): Around {
  const first = (tags: RegExp) => message.find(({ tag }) => tags.test(tag))?.lines[0]?.trim();
  const identification = first(/^25P?$/) ?? "";
  const [, number = identification, ofAccount = ""] = /^(.*\d)[ /]?([A-Z]{3})$/.exec(identification) ?? [];
  const opening = message.filter(({ tag }) => /^60[FM]$/.test(tag)).map(balanceMark);
  const limits = message.filter(({ tag }) => tag === "34F").map(limitMark);
  const isInterim = opening.length === 0 && message.some(({ tag }) => /^(34F|13D?|90[CD])$/.test(tag));
  const meant = (marks: readonly string[]) => marks.map((mark) => words?.[mark] ?? mark);
  const others = message.filter(({ tag }) => /^(62[FM]|64|65)$/.test(tag)).map(balanceMark);
  const { currency, doubts } = currencyOf(meant([...opening, ...limits]), meant([...others, ofAccount]), given);
  const account = isIsoCurrency(ofAccount) ? number : identification;
  if (isInterim && words?.["MT942"] !== "booked") doubts.push(INTERIM);
  return { account: filled(account), currency, doubts };
}

/** MT942 names the currency with the floor limit: `EUR0,`, `EURD0,00`. */
function limitMark({ lines: [line = ""] }: Field): string {
  const [, mark] = /^([A-Z]{3})?[CD]?[\d,]/.exec(line.trim()) ?? [];
  return mark ?? (/^[CD]?[\d,]/.test(line.trim()) ? "" : line.trim().slice(0, 20));
}

/** German banks announce in MT942 what is not booked yet; others report in it what was booked today. */
const INTERIM: Doubt = {
  about: "booked",
  quoted: "MT942",
  give: "An interim report may hold what is only announced: `answers` with MT942=booked if the bank books what it lists.",
};

function balanceMark({ lines: [line = ""] }: Field): string {
  return (
    BALANCE.exec(line.trim())?.groups?.["currency"]?.trim() ?? (line.trim() === "" ? "" : line.trim().slice(0, 20))
  );
}

function currencyOf(
  stated: readonly string[],
  others: readonly string[],
  given: string | undefined,
): { currency: string | null; doubts: Doubt[] } {
  const named = [...new Set([...stated, ...others].filter((mark) => mark !== ""))];
  const unknown = named.find((mark) => !isIsoCurrency(mark));
  const [only, second] = named;
  if (unknown !== undefined) {
    const give = "No currency of ISO 4217 stands with the balance: `answers` with this=its code.";
    return { currency: null, doubts: [{ about: "currency", quoted: unknown, give }] };
  }
  if (second !== undefined) {
    const give = "The message names several currencies: compare with the bank.";
    return { currency: null, doubts: [{ about: "currency", quoted: named.join(" / "), give }] };
  }
  // The opening balance names the currency of the entries; another field alone is no proof.
  if (only !== undefined && stated.includes(only)) return { currency: only, doubts: [] };
  if (given !== undefined && (only === undefined || only === given)) return { currency: given, doubts: [] };
  const give = "The opening balance names no currency: give `currency`.";
  return { currency: null, doubts: [{ about: "currency", quoted: only ?? "", give }] };
}

/** Whether the opening balance and the entries make the closing one. */
function isBalanced(message: readonly Field[], around: Around, wishes: Wishes): boolean {
  const [from, to] = [balanceIn(message, /^60[FM]$/), balanceIn(message, /^62[FM]$/)];
  if (from === null || to === null) return false;
  let total = from;
  for (const field of message) {
    if (field.tag !== "61") continue;
    const booking = bookingOf(field, null, around, wishes);
    if (booking === null) return false;
    total = booking.state === "pending" ? total : total.plus(booking.amount);
  }
  return total.eq(to);
}

function balanceIn(message: readonly Field[], tags: RegExp): Decimal | null {
  const found = message.filter(({ tag }) => tags.test(tag));
  const groups = found.length === 1 ? BALANCE.exec(found[0]?.lines[0]?.trim() ?? "")?.groups : undefined;
  const written = groups?.["amount"] ?? "";
  if (!/^\d{1,15},\d{0,3}$/.test(written)) return null;
  const value = decimal(written.replace(/,$/, ",0").replace(",", "."));
  return groups?.["mark"] === "D" ? zero.minus(value) : value;
}
