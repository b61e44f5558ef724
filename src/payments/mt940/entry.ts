import { isIsoDate } from "../../domain/clock.ts";
import { type Decimal, decimal, roundMoney } from "../../domain/money.ts";
import { type Booking, type Doubt, plainText, type Wishes } from "../bank-line.ts";
import type { Field } from "./fields.ts";
import { informationOf, type Said } from "./information.ts";

/** What the message around an entry says of it. */
export interface Around {
  readonly account: string | null;
  readonly currency: string | null;
  readonly doubts: readonly Doubt[];
}

/** `YYMMDD[MMDD]`, mark, third letter of the currency, amount, type and reference. Some banks fill what is empty with blanks. */
const ENTRY =
  /^(?<day>\d{6}| {6})(?<entry>\d{4}| {4})? ?(?<mark>RC|RD|EC|ED|C|D)(?<letter>[A-Z])? ?(?<amount>\d{1,15}(?:[.,]\d{0,15})?|,\d{1,15}) *(?<rest>[A-Z].*)?$/;

/** `null` when it is no entry. */
export function bookingOf(
  field: Field,
  information: readonly string[] | null,
  around: Around,
  wishes: Wishes,
): Omit<Booking, "index"> | null {
  const groups = ENTRY.exec((field.lines[0] ?? "").trimEnd())?.groups;
  if (groups === undefined) return null;
  const { day = "", entry = "", mark = "", letter = "", amount: written = "", rest = "" } = groups;
  const { value, doubts } = amountOf(written, around.currency, wishes);
  const date = dayOf(day, entry);
  const isDebit = mark === "D" || mark === "ED" || mark === "RC";
  const said = information === null ? NOTHING : informationOf(information, isDebit);
  return {
    date: date.day,
    // A reversed credit takes money out, a reversed debit brings it back.
    amount: isDebit ? value.times(-1) : value,
    currency: around.currency,
    account: around.account,
    text: plainText([said.text, ...referencesIn(rest, field.lines.slice(1), said.text)].join(" ")),
    counterparty: said.counterparty,
    reference: said.reference,
    returned: said.returned ?? (/^[SNF]RTI/.test(rest) ? "RTI, a returned item" : null),
    fee: null,
    // EC and ED are expected bookings.
    state: mark.startsWith("R") ? "reversal" : mark.startsWith("E") ? "pending" : "booked",
    doubts: [...around.doubts, ...letterDoubts(letter, around.currency), ...doubts, ...date.doubts],
  };
}

const NOTHING: Said = { text: "", counterparty: null, reference: null, returned: null };

/** The standard's mark is the comma, and it is always there. */
function amountOf(written: string, currency: string | null, wishes: Wishes): { value: Decimal; doubts: Doubt[] } {
  const doubts: Doubt[] = [];
  const mark = /[.,]/.exec(written)?.[0] ?? "";
  const [whole = "", fraction = ""] = written.split(/[.,]/);
  const isThousands = mark === "." && fraction.length === 3 && wishes.decimal_mark !== ".";
  const value = isThousands ? decimal(whole + fraction) : decimal(`${whole || "0"}.${fraction || "0"}`);
  if (mark !== "," && wishes.decimal_mark === undefined) {
    const give =
      "MT940 writes a comma in every amount, this one has none: `answers` with decimal_mark=, or decimal_mark=.";
    doubts.push({ about: "notation", quoted: written, give });
  }
  const finest = currency === null ? value.round(3) : roundMoney(value, currency);
  if (!finest.eq(value)) {
    const give = `More decimals than ${currency ?? "a currency"} has: compare with the bank.`;
    doubts.push({ about: "notation", quoted: written, give });
  }
  return { value, doubts };
}

/** The letter behind the mark is the third of the currency. */
function letterDoubts(letter: string, currency: string | null): Doubt[] {
  if (letter === "" || currency === null || letter === currency[2]) return [];
  const give = `The letter behind C or D is the currency's last, and this is none of ${currency}: compare with the bank.`;
  return [{ about: "currency", quoted: letter, give }];
}

/**
 * The value day. Where there is no such day (30 February, of banks whose months have 30 days), the entry day, else the last
 * of the month, and a doubt about the day.
 */
function dayOf(day: string, entry: string): { day: string | null; doubts: Doubt[] } {
  if (day.trim() === "") return { day: null, doubts: [] };
  const [, year = "", month = "", date = ""] = /^(\d\d)(\d\d)(\d\d)$/.exec(day) ?? [];
  const value = `20${year}-${month}-${date}`;
  if (isIsoDate(value)) return { day: value, doubts: [] };
  const doubts: Doubt[] = [
    { about: "date", quoted: day, give: "There is no such value day: the day shown is the nearest that can be meant." },
  ];
  // In January an entry of December is last year's, and the other way round.
  const years = [0, 1, -1].map((more) => String(2000 + Number(year) + more));
  const entries = years.map((one) => `${one}-${entry.slice(0, 2)}-${entry.slice(2)}`).filter(isIsoDate);
  const near = entries.find((one) => Math.abs(monthOf(one) - monthOf(value)) <= 2);
  if (near !== undefined) return { day: near, doubts };
  const days = ["31", "30", "29", "28"].map((last) => `20${year}-${month}-${last}`);
  return { day: Number(date) > 28 ? (days.find(isIsoDate) ?? null) : null, doubts };
}

function monthOf(day: string): number {
  return Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7));
}

/** Words in the place of a reference that point to the text, or say that there is none. */
const NO_REFERENCE = /^(NONREF|NOREF|NOTPROVIDED|NOT PROVIDED|KREF\+?|EREF\+?|PREF|MARF|CREF|INGEB|)$/;
/** Second lines of codes, original amounts and charges, or of the other account alone. */
const NO_TEXT = /^\/(TRCD|OCMT|CHGS|EXCH|ACCW)\/|^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$|^P\d{9,10}$/;

/** The references of `:61:`, also those in its second line, that the text does not repeat. */
function referencesIn(rest: string, more: readonly string[], text: string): string[] {
  const [own = ""] = rest.replace(/^[A-Z][A-Z0-9]{3}/, "").split("//");
  return [own, ...more]
    .map((one) => one.trim())
    .filter((one) => !NO_REFERENCE.test(one) && !NO_TEXT.test(one) && !text.includes(one));
}
