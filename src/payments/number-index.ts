import type { Invoice } from "../domain/invoice.ts";
import type { BankLine } from "./bank-line.ts";
import {
  type Agreement,
  agreement,
  type Mention,
  mentionsOf,
  type NumberParts,
  numberKeys,
  partsOf,
  writtenKeys,
} from "./references.ts";

interface Entry {
  readonly invoice: Invoice;
  readonly parts: NumberParts;
}

/** What a line's text says about invoice numbers. */
export interface Named {
  readonly exact: readonly Invoice[];
  readonly fuzzy: readonly Invoice[];
  /** Mentions introduced as an invoice number, or looking like one, that no known invoice has. */
  readonly unknown: readonly Mention[];
}

/** Invoices by the ways their numbers are written. */
export class NumberIndex {
  readonly #entries = new Map<string, Entry[]>();

  constructor(invoices: readonly Invoice[]) {
    for (const invoice of invoices) {
      if (invoice.number === null) continue;
      const entry = { invoice, parts: partsOf(invoice.number) };
      for (const key of new Set(numberKeys(entry.parts))) {
        this.#entries.set(key, [...(this.#entries.get(key) ?? []), entry]);
      }
    }
  }

  read(line: Pick<BankLine, "text">): Named {
    const mentions = mentionsOf(line.text);
    const matches = mentions.map((mention) => ({ mention, ...this.#find(mention) }));
    const certain = matches.filter(({ exact }) => exact.length > 0);
    const covered = (mention: Mention) =>
      certain.some((one) => mention.from <= one.mention.to && one.mention.from <= mention.to);
    const open = matches.filter(({ mention }) => !covered(mention));
    return {
      exact: unique(certain.flatMap(({ exact }) => exact)),
      fuzzy: unique(open.flatMap(({ fuzzy }) => fuzzy)),
      unknown: widest(open.map(({ mention }) => mention).filter(looksLikeNumber)),
    };
  }

  #find(mention: Mention): Record<Agreement, Invoice[]> {
    const found: Record<Agreement, Invoice[]> = { exact: [], fuzzy: [] };
    const seen = new Set<Entry>();
    for (const key of writtenKeys(mention)) {
      for (const entry of this.#entries.get(key) ?? []) {
        if (seen.has(entry)) continue;
        seen.add(entry);
        const agreed = agreement(mention, entry.parts);
        if (agreed !== null) found[agreed].push(entry.invoice);
      }
    }
    // RE-2026-0042 beside the credit note ST-2026-0042: "2026-0042" is what expects money.
    return { exact: payable(found.exact), fuzzy: payable(found.fuzzy) };
  }
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

function looksLikeNumber({ groups, named }: Mention): boolean {
  const [year = "", last = ""] = groups;
  if (groups.length > 3 || groups.join("").length > 18) return false;
  return named || (groups.length === 2 && /^(19|20)\d\d$/.test(year) && last.length >= 3);
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
