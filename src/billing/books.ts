import type { IsoDate } from "../domain/clock.ts";
import { type Invoice, isCreditNote, isOpen } from "../domain/invoice.ts";
import type { Decimal } from "../domain/money.ts";
import { amountsOf, asDeduction, type DocumentAmounts } from "./amounts.ts";

/** One document that counts in the books, on the day it was issued: what sums and tables show of it. Texts are untrusted. */
export interface Booked {
  readonly id: string;
  readonly number: string | null;
  readonly customer: string | null;
  readonly customer_id: string | null;
  readonly currency: string;
  readonly status_word: string;
  readonly is_credit_note: boolean;
  readonly day: IsoDate;
  /** Credit notes are negative here, whatever sign the API shows. */
  readonly amounts: DocumentAmounts;
  /** It still expects money. */
  readonly is_open: boolean;
}

/** A document that is not counted, and the question it leaves. In the server's own words. */
export interface Unclear {
  readonly id: string;
  readonly number: string | null;
  readonly why: string;
  /** The same for views, which say it in the reader's language. */
  readonly code: "no_credit_note" | "credits_what" | "no_day" | "unknown_status" | "no_amounts";
}

export interface Period {
  /** First and last day, both included. */
  readonly from: IsoDate;
  readonly to: IsoDate;
}

/** A credit note or an invoice that was taken back, until the other one is met. `booked` null: it counts in no sum. */
interface Half {
  readonly id: string;
  readonly total: Decimal | null;
  readonly booked: Booked | null;
}

/** Documents whose total is remembered for a credit note that comes after them, where the list is not in order. */
const REMEMBERED = 2_000;

/**
 * The books of a period, told document by document, newest first: every issued invoice and credit note on its day of
 * issue. A cancelled invoice counts like any other, because its credit note takes it back on the day of the cancellation;
 * one without a credit note is unclear, and so is whatever states no amount, no day or an unknown status. Nothing unclear
 * is part of a sum.
 *
 * Every document of the account must be told, or at least everything newer than the oldest of the period, so that no credit
 * note is missing. Nothing is kept of a document that was booked. Of what waits for its credit note or its original, its row
 * is: the two are met one after the other, except where the API does not say what a credit note is about, which only the
 * whole list can tell.
 */
export class Books {
  /** Issued or made in the period, but no part of the books. */
  quotes = 0;
  /** Ids: a draft that its corrected copy stands for is known by the record alone. */
  readonly drafts = new Set<string>();
  readonly #period: Period;
  readonly #book: (booked: Booked) => void;
  readonly #unclear: (unclear: Unclear) => void;
  /** Credit notes by the id of what they credit. */
  readonly #waiting = new Map<string, Half[]>();
  /** Credit notes that do not say what they credit, and invoices taken back, by likeness. */
  readonly #unnamed = new Map<string, Half[]>();
  readonly #takenBack = new Map<string, Half & { readonly status: string; readonly likeness: string }>();
  readonly #totals = new Map<string, Decimal | null>();

  /** `book` and `unclear` are told each document that is certain, once. */
  constructor(period: Period, book: (booked: Booked) => void, unclear: (unclear: Unclear) => void) {
    this.#period = period;
    this.#book = book;
    this.#unclear = unclear;
  }

  add(invoice: Invoice): void {
    const isCredited = this.#creditWith(invoice);
    if (invoice.is_quote || invoice.status === "draft") {
      const counts = isIn(madeOn(invoice), this.#period);
      if (invoice.is_quote) this.quotes += Number(counts);
      else if (counts) this.drafts.add(invoice.id);
      if (invoice.is_quote || !isCreditNote(invoice)) return;
    }
    const half = { id: invoice.id, total: invoice.total, booked: this.#read(invoice) };
    if (isCreditNote(invoice)) this.#addNote(half, invoice);
    else if (isTakenBack(invoice) && !isCredited) {
      this.#takenBack.set(invoice.id, { ...half, status: invoice.status, likeness: likeness(invoice) });
    } else if (half.booked !== null) this.#book(half.booked);
  }

  /**
   * Tells what still waits, as it counts if nothing more comes: credit notes and cancelled invoices without a reference are
   * joined by customer and amount, the rest stands for itself. Changes nothing here.
   */
  waiting(book: (booked: Booked) => void, unclear: (unclear: Unclear) => void): void {
    const left = new Map<string, Half[]>();
    const joined = new Set<string>();
    for (const half of this.#takenBack.values()) put(left, half.likeness, half);
    for (const [key, notes] of this.#unnamed) {
      for (const note of notes) {
        const original = left.get(key)?.pop();
        if (original !== undefined) joined.add(original.id);
        settle(note, original, book, unclear);
      }
    }
    for (const notes of this.#waiting.values()) for (const note of notes) settle(note, undefined, book, unclear);
    for (const { id, booked, status } of this.#takenBack.values()) {
      if (booked === null) continue;
      if (joined.has(id)) book(booked);
      else unclear({ ...booked, code: "no_credit_note", why: `It is ${status}, but no credit note for it was found.` });
    }
  }

  /** Settles the credit notes that waited for this document; true if there were any. */
  #creditWith({ id, total }: Invoice): boolean {
    const notes = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    for (const note of notes) settle(note, { total }, this.#book, this.#unclear);
    this.#totals.set(id, total);
    const [oldest] = this.#totals.keys();
    if (this.#totals.size > REMEMBERED && oldest !== undefined) this.#totals.delete(oldest);
    return notes.length > 0;
  }

  #addNote(note: Half, { reference, ...invoice }: Invoice): void {
    if (reference?.type !== "invoices") {
      put(this.#unnamed, likeness(invoice), note);
      return;
    }
    const cancelled = this.#takenBack.get(reference.id);
    const total = cancelled === undefined ? this.#totals.get(reference.id) : cancelled.total;
    if (total === undefined) {
      put(this.#waiting, reference.id, note);
      return;
    }
    this.#takenBack.delete(reference.id);
    if (cancelled?.booked) this.#book(cancelled.booked);
    settle(note, { total }, this.#book, this.#unclear);
  }

  /** Its row, if it is issued in the period and says what it amounts to. */
  #read(invoice: Invoice): Booked | null {
    const { id, number, issued_at: day, currency, status_word, customer_id } = invoice;
    if (invoice.status === "draft") return null;
    if (day !== null && !isIn(day, this.#period)) return null;
    const amounts = day === null || invoice.status === "other" ? null : amountsOf(invoice);
    if (day === null || amounts === null) {
      this.#unclear({ id, number, ...whyNot(invoice) });
      return null;
    }
    return {
      id,
      number,
      customer: customerOf(invoice),
      customer_id,
      currency,
      status_word,
      is_credit_note: isCreditNote(invoice),
      day,
      amounts,
      is_open: isOpen(invoice),
    };
  }
}

/** A credit note reverses the sign of what it credits; without that, only what is negative takes something back. */
function settle(
  { booked }: Half,
  original: { readonly total: Decimal | null } | undefined,
  book: (booked: Booked) => void,
  unclear: (unclear: Unclear) => void,
): void {
  if (booked === null) return;
  const { amounts } = booked;
  const isPositive = original?.total?.lt(0) ?? false;
  const isReversed = isPositive ? amounts.gross.gte(0) : amounts.gross.lte(0);
  if (isReversed) book(booked);
  else if (original !== undefined) book({ ...booked, amounts: asDeduction(amounts) });
  else {
    const why = "It is a credit note with a positive total, and what it credits was not found.";
    unclear({ ...booked, code: "credits_what", why });
  }
}

function put(groups: Map<string, Half[]>, key: string, half: Half): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [half]);
  else group.push(half);
}

function whyNot({ issued_at, status }: Invoice): Pick<Unclear, "code" | "why"> {
  if (issued_at === null) return { code: "no_day", why: "It has no day of issue." };
  if (status === "other") return { code: "unknown_status", why: "Its status is not one this server knows." };
  return { code: "no_amounts", why: "The API does not state its net, tax and gross." };
}

function isTakenBack({ status }: Invoice): boolean {
  return status === "void" || status === "refunded";
}

/** Equal for an invoice and a credit note over the same amount, of either sign, to the same customer. */
function likeness({ customer_id, currency, total }: Pick<Invoice, "customer_id" | "currency" | "total">): string {
  return [customer_id ?? "", currency, total?.abs().toFixed() ?? ""].join("|");
}

function customerOf({ customer, buyer, recipient }: Invoice): string | null {
  const name = customer?.name ?? buyer?.company_name ?? buyer?.contact_name ?? recipient?.split("\n")[0];
  return name === undefined || name.trim() === "" ? null : name.slice(0, 400);
}

/** The day of issue, or for what has none the day it was made (as the API writes it). */
function madeOn({ issued_at, created_at }: Invoice): IsoDate | null {
  return issued_at ?? created_at?.slice(0, 10) ?? null;
}

function isIn(day: IsoDate | null, { from, to }: Period): boolean {
  return day !== null && day >= from && day <= to;
}
