import type { IsoDate } from "../domain/clock.ts";
import { type Invoice, isCreditNote, isOpen } from "../domain/invoice.ts";
import { amountsOf, asDeduction, type DocumentAmounts } from "./amounts.ts";

/** One document that counts in the books, on the day it was issued. */
export interface Booked {
  readonly invoice: Invoice;
  readonly day: IsoDate;
  /** Credit notes are negative here, whatever sign the API shows. */
  readonly amounts: DocumentAmounts;
  /** It still expects money. */
  readonly is_open: boolean;
}

/** A document that is not counted, and the question it leaves. In the server's own words. */
export interface Unclear {
  readonly invoice: Invoice;
  readonly why: string;
}

export interface Books {
  readonly booked: readonly Booked[];
  readonly unclear: readonly Unclear[];
  /** Issued or made in the period, but no part of the books. */
  readonly quotes: number;
  readonly drafts: number;
}

export interface Period {
  /** First and last day, both included. */
  readonly from: IsoDate;
  readonly to: IsoDate;
}

/**
 * The books of a period: every issued invoice and credit note on its day of issue. A cancelled invoice counts like any
 * other, because its credit note takes it back on the day of the cancellation; one without a credit note is unclear, and
 * so is whatever states no amount, no day or an unknown status. Nothing unclear is part of a sum.
 *
 * `documents` must hold everything newer than the oldest of the period, so that no credit note is missing.
 */
export function booksOf(documents: readonly Invoice[], period: Period): Books {
  const credits = new Credits(documents);
  const booked: Booked[] = [];
  const unclear: Unclear[] = [];
  let quotes = 0;
  let drafts = 0;
  for (const invoice of documents) {
    if (invoice.is_quote) {
      quotes += Number(isIn(madeOn(invoice), period));
      continue;
    }
    if (invoice.status === "draft") {
      drafts += Number(isIn(madeOn(invoice), period));
      continue;
    }
    if (invoice.issued_at === null) {
      unclear.push({ invoice, why: "It has no day of issue." });
      continue;
    }
    if (!isIn(invoice.issued_at, period)) continue;
    const read = amountsIn(invoice, credits);
    if (typeof read === "string") unclear.push({ invoice, why: read });
    else booked.push({ invoice, day: invoice.issued_at, amounts: read, is_open: isOpen(invoice) });
  }
  return { booked, unclear, quotes, drafts };
}

/** Whether `booksOf` can make use of it: what belongs to the period, and whatever a credit note may be about. */
export function isOfInterest(invoice: Invoice, period: Period): boolean {
  if (isCreditNote(invoice) || isTakenBack(invoice)) return true;
  if (invoice.is_quote || invoice.status === "draft") return isIn(madeOn(invoice), period);
  return invoice.issued_at === null || isIn(invoice.issued_at, period);
}

/** The amounts it counts with, or why it does not. */
function amountsIn(invoice: Invoice, credits: Credits): DocumentAmounts | string {
  if (invoice.status === "other") return "Its status is not one this server knows.";
  const amounts = amountsOf(invoice);
  if (amounts === null) return "The API does not state its net, tax and gross.";
  if (!isCreditNote(invoice)) {
    return !isTakenBack(invoice) || credits.hasOneFor(invoice)
      ? amounts
      : `It is ${invoice.status}, but no credit note for it was found.`;
  }
  const original = credits.originalOf(invoice);
  if (original === undefined) {
    return amounts.gross.lte(0)
      ? amounts
      : "It is a credit note with a positive total, and what it credits was not found.";
  }
  const isReversed = original.total === null || original.total.gte(0) ? amounts.gross.lte(0) : amounts.gross.gte(0);
  return isReversed ? amounts : asDeduction(amounts);
}

function isTakenBack({ status }: Invoice): boolean {
  return status === "void" || status === "refunded";
}

/** Which credit note takes back which invoice: by its reference where the API gives one, else by customer and amount. */
class Credits {
  readonly #originals = new Map<string, Invoice>();
  readonly #credited = new Set<string>();

  constructor(documents: readonly Invoice[]) {
    const byId = new Map(documents.map((invoice) => [invoice.id, invoice]));
    const unnamed: Invoice[] = [];
    for (const note of documents.filter(isCreditNote)) {
      const original = note.reference?.type === "invoices" ? byId.get(note.reference.id) : undefined;
      if (original !== undefined) this.#link(note, original);
      else if (note.reference?.type !== "invoices") unnamed.push(note);
    }
    const left = new Map<string, Invoice[]>();
    for (const invoice of documents) {
      if (!isTakenBack(invoice) || isCreditNote(invoice) || this.#credited.has(invoice.id)) continue;
      const key = likeness(invoice);
      left.set(key, [...(left.get(key) ?? []), invoice]);
    }
    for (const note of unnamed) {
      const original = left.get(likeness(note))?.pop();
      if (original !== undefined) this.#link(note, original);
    }
  }

  hasOneFor(invoice: Invoice): boolean {
    return this.#credited.has(invoice.id);
  }

  originalOf(note: Invoice): Invoice | undefined {
    return this.#originals.get(note.id);
  }

  #link(note: Invoice, original: Invoice): void {
    this.#originals.set(note.id, original);
    this.#credited.add(original.id);
  }
}

/** Equal for an invoice and a credit note over the same amount, of either sign, to the same customer. */
function likeness({ customer_id, currency, total }: Invoice): string {
  return [customer_id ?? "", currency, total?.abs().toFixed() ?? ""].join("|");
}

/** The day of issue, or for what has none the day it was made (as the API writes it). */
function madeOn({ issued_at, created_at }: Invoice): IsoDate | null {
  return issued_at ?? created_at?.slice(0, 10) ?? null;
}

function isIn(day: IsoDate | null, { from, to }: Period): boolean {
  return day !== null && day >= from && day <= to;
}
