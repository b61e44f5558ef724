import { InputError } from "../errors.ts";
import { type Booking, COPIED, filled, type Reading, type Unread, type Wishes } from "./bank-line.ts";
import { type Account, bookingsOf, UnreadableEntry } from "./camt/entry.ts";
import { childrenOf, type Element, find, parseXml, valueAt } from "./camt/xml.ts";

/** Messages that report about accounts, and what they call a report. In version 1 their names end in `V01`. */
const REPORTS = [
  [/^BkToCstmrStmt(V\d+)?$/, "Stmt"],
  [/^BkToCstmrAcctRpt(V\d+)?$/, "Rpt"],
  [/^BkToCstmrDbtCdtNtfctn(V\d+)?$/, "Ntfctn"],
] as const;

/** How deep the message may stand in envelopes of banks and of web services. */
const ENVELOPES = 5;
/** Most characters of what a person says around a statement. */
const AROUND = 300;

/** True for XML of any kind; what it holds is found out by `readCamt`. */
export function looksLikeXml(text: string): boolean {
  return /^\s*<(\?xml|!DOCTYPE|!--|[A-Za-z])/.test(unwrapped(text));
}

/** The XML alone, without the fence of a code block and a sentence or two around it. */
function unwrapped(text: string): string {
  const start = text.search(/<\?xml\s|<(?:[A-Za-z][\w.-]*:)?Document[\s>]/);
  if (start < 0 || start > AROUND || text.slice(0, start).includes("<")) return text;
  const end = text.lastIndexOf(">") + 1;
  return text.length - end > AROUND ? text.slice(start) : text.slice(start, end);
}

/**
 * ISO 20022 account reports: camt.052 (intraday), camt.053 (statement), camt.054 (notification), any version. An entry
 * that cannot be read is named in `unread`. Throws `InputError` for what is no such report.
 */
export function readCamt(text: string, wishes: Wishes = {}): Reading {
  const reports = reportsIn(parseXml(unwrapped(text)), ENVELOPES);
  if (reports.length === 0) {
    throw new InputError("The XML is no bank statement. Expected camt.052, camt.053 or camt.054.");
  }
  const bookings: Booking[] = [];
  const unread: Unread[] = [];
  const known = new Set<string>();
  for (const report of reports) {
    const account = accountOf(report);
    const content = JSON.stringify(contentOf(report));
    const copied = known.has(content) ? [COPIED] : [];
    known.add(content);
    for (const entry of childrenOf(report, "Ntry")) {
      const next = () => bookings.length + unread.length + 1;
      try {
        for (const booking of bookingsOf(entry, account, wishes)) {
          bookings.push({ ...booking, doubts: [...booking.doubts, ...copied], index: next() });
        }
      } catch (error) {
        if (!(error instanceof UnreadableEntry)) throw error;
        unread.push({ index: next(), why: error.message });
      }
    }
  }
  return { bookings, unread, doubts: [] };
}

function reportsIn(element: Element, depth: number): Element[] {
  const name = REPORTS.find(([message]) => message.test(element.name))?.[1];
  if (name !== undefined) return childrenOf(element, name);
  return depth === 0 ? [] : element.children.flatMap((child) => reportsIn(child, depth - 1));
}

/** Everything in it, to be written as text once. */
function contentOf({ name, attributes, children, text }: Element): readonly unknown[] {
  return [name, ...attributes, text.trim(), children.map(contentOf)];
}

function accountOf(report: Element): Account {
  const id = find(report, "Acct", "Id");
  const number =
    id === undefined
      ? null
      : (valueAt(id, "IBAN") ??
        valueAt(id, "Othr", "Id") ??
        valueAt(id, "BBAN") ??
        valueAt(id, "PrtryAcct", "Id") ??
        valueAt(id, "UPIC"));
  return { number: filled(number), currency: valueAt(report, "Acct", "Ccy") };
}
