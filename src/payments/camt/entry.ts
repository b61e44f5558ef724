import { roundMoney } from "../../domain/money.ts";
import { quoted } from "../../domain/untrusted.ts";
import { type Booking, type Doubt, plainText, type Wishes } from "../bank-line.ts";
import { readDate } from "../dates.ts";
import { isIsoCurrency } from "../iso-currencies.ts";
import { partsOf } from "./batch.ts";
import { type Money, moneyOf } from "./money.ts";
import { saidIn } from "./said.ts";
import { childrenOf, type Element, find, valueAt } from "./xml.ts";

/** An entry of which not even the amount can be read; the message is for a person. */
export class UnreadableEntry extends Error {}

/** The account a report is about. */
export interface Account {
  readonly number: string | null;
  /** ISO 4217 as stated; `null` when it is not. */
  readonly currency: string | null;
}

/**
 * The payments of one `Ntry`, index to be given. The entry's own facts decide; each that is missing, unknown or
 * contradicted is a doubt. Throws `UnreadableEntry`.
 */
export function bookingsOf(entry: Element, account: Account, wishes: Wishes): Omit<Booking, "index">[] {
  const stated = moneyOf(find(entry, "Amt"));
  if (stated === null) {
    const written = find(entry, "Amt")?.text.trim();
    throw new UnreadableEntry(
      written === undefined || written === ""
        ? 'The entry has no amount. Expected <Amt Ccy="EUR">1785.00</Amt>.'
        : `The amount ${quoted(written, 30)} is no decimal number with a dot, such as 1785.00.`,
    );
  }
  const currency = currencyOf(stated, account, wishes);
  const whole: Money = { ...stated, currency: currency.code };
  const direction = directionOf(entry, whole, wishes);
  const state = stateOf(entry, wishes);
  const day = dayOf(entry);
  const parts = partsOf(entry, whole, direction.side);
  const doubts = [...direction.doubts, ...currency.doubts, ...state.doubts, ...day.doubts, ...repeated(entry)];
  return parts.map((part) => ({
    date: day.date,
    amount: part.money.value.abs().times(direction.isDebit ? -1 : 1),
    currency: whole.currency,
    account: account.number,
    ...saidIn(part.details, entry, direction.isDebit),
    fee: direction.isDebit ? null : part.fee,
    doubts: [...doubts, ...notationDoubts(part.money), ...part.doubts],
    state: state.state,
  }));
}

function currencyOf(money: Money, account: Account, { currency: given, words }: Wishes) {
  const meant = words?.[money.mark];
  const code = money.currency ?? (meant !== undefined && isIsoCurrency(meant) ? meant : null);
  const doubts: Doubt[] = [];
  if (money.mark === "") {
    if (given === undefined)
      doubts.push({ about: "currency", quoted: "", give: "No currency is named: give `currency`." });
    return { code: given ?? null, doubts };
  }
  if (code === null) {
    const give = "No currency of ISO 4217: `answers` with this=its code.";
    return { code, doubts: [{ about: "currency" as const, quoted: money.mark, give }] };
  }
  if (account.currency !== null && account.currency !== code) {
    const give = `The account is in ${quoted(account.currency, 8)}, the entry is not: compare with the bank.`;
    doubts.push({ about: "currency", quoted: code, give });
  }
  return { code, doubts };
}

function directionOf(entry: Element, money: Money, { words }: Wishes) {
  const written = valueAt(entry, "CdtDbtInd");
  const meant = { in: "CRDT", out: "DBIT" }[words?.[written ?? ""] ?? ""] ?? written;
  const side = meant === "CRDT" || meant === "DBIT" ? meant : null;
  const doubts: Doubt[] = [];
  if (side === null) {
    const give = "Expected CRDT (came in) or DBIT (went out): compare with the bank.";
    doubts.push({ about: "direction", quoted: written ?? "", give });
  }
  if (money.value.lt(0)) {
    const give = "A sign beside CRDT or DBIT: which of them holds is not known; compare with the bank.";
    doubts.push({ about: "direction", quoted: money.value.toFixed(), give });
  }
  // What is in doubt stays among the credits, where it is asked about.
  return { side, isDebit: side === "DBIT" && doubts.length === 0, doubts };
}

/** `BOOK` alone is booked. A text up to version 7, then a code or a bank's own word. */
function stateOf(entry: Element, { words }: Wishes): { state: Booking["state"]; doubts: Doubt[] } {
  const doubts: Doubt[] = [];
  const reversal = valueAt(entry, "RvslInd");
  if (reversal === "true" || reversal === "1") return { state: "reversal", doubts };
  if (reversal !== null && reversal !== "false" && reversal !== "0") {
    const give = "Whether this takes an earlier booking back is not understood: expected true or false.";
    doubts.push({ about: "booked", quoted: reversal, give });
  }
  const written = valueAt(entry, "Sts", "Cd") ?? valueAt(entry, "Sts", "Prtry") ?? valueAt(entry, "Sts");
  const meant = words?.[written ?? "Sts"] ?? written?.toUpperCase();
  if (meant === "PDNG" || meant === "INFO" || meant === "FUTR" || meant === "pending")
    return { state: "pending", doubts };
  if (meant === "failed") return { state: "failed", doubts };
  if (meant !== "BOOK" && meant !== "booked") {
    const give =
      written === null
        ? "No status (Sts) says that this is booked: `answers` with Sts=booked if the bank lists only what it booked."
        : "Whether this is booked is not understood: `answers` with this=booked, pending or failed.";
    doubts.push({ about: "booked", quoted: written ?? "", give });
  }
  return { state: "booked", doubts };
}

/** The booking day, else the value day. */
function dayOf(entry: Element): { date: string | null; doubts: Doubt[] } {
  const doubts: Doubt[] = [];
  for (const name of ["BookgDt", "ValDt"]) {
    const raw = valueAt(entry, name, "Dt") ?? valueAt(entry, name, "DtTm") ?? valueAt(entry, name);
    const date = raw === null ? null : readDate(raw);
    if (date?.kind === "day") return { date: date.day, doubts };
    if (raw !== null)
      doubts.push({ about: "date", quoted: plainText(raw, 40), give: "This is no day: give the right one." });
  }
  return { date: null, doubts };
}

/** More digits than the currency has: perhaps another notation, or a price. */
function notationDoubts({ value, currency }: Money): Doubt[] {
  if (currency === null || roundMoney(value, currency).eq(value)) return [];
  const give = `More decimals than ${currency} has: compare with the bank.`;
  return [{ about: "notation", quoted: value.abs().toFixed(), give }];
}

const ONCE = { Amt: "amount", CdtDbtInd: "direction", Sts: "booked", RvslInd: "booked" } as const;

/** What stands in an entry once; twice, and differing, it proves nothing. */
function repeated(entry: Element): Doubt[] {
  return Object.entries(ONCE).flatMap(([name, about]) => {
    const texts = childrenOf(entry, name).map((one) =>
      [one.text.trim(), ...one.children.map(({ text }) => text)].join(" ").trim(),
    );
    const marks = childrenOf(entry, name).map(({ attributes }) => attributes.get("Ccy") ?? "");
    if (new Set(texts).size < 2 && new Set(marks).size < 2) return [];
    return [
      { about, quoted: plainText(texts.join(" / "), 60), give: "The entry says this twice: compare with the bank." },
    ];
  });
}
