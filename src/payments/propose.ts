import { type Invoice, isOpen } from "../domain/invoice.ts";
import { type Decimal, formatMoney, sum, zero } from "../domain/money.ts";
import { compareAmounts, discountOf, judge, type Kind, nameOf } from "./judge.ts";
import type { PaidLine } from "./line-facts.ts";
import { compareNames, type NameVerdict, type Payer } from "./names.ts";
import type { Named } from "./number-index.ts";
import type { Found } from "./proposal.ts";
import { subsetsOfSum } from "./subsets.ts";

/** An open invoice and the names of those who could pay it. */
export interface Candidate {
  readonly invoice: Invoice;
  readonly names: string[][];
}

/** At most this many candidates are listed. */
const LISTED = 5;
/** Sums are tried for a customer with at most this many open invoices; of a part of them none would be proven unique. */
const MAX_SUMMED = 12;

/** A payment beside everything that is known of it. */
interface Case {
  readonly amount: Decimal;
  readonly currency: string;
  readonly named: Named;
  /** Open invoices whose customer is the payer. */
  readonly payers: readonly Invoice[];
  readonly open: readonly Candidate[];
  readonly verdict: (candidate: Candidate) => NameVerdict;
}

export function propose(
  line: PaidLine,
  currency: string,
  named: Named,
  payer: Payer,
  open: readonly Candidate[],
): Found {
  const [one, two] = named.exact;
  const verdicts = new Map<Candidate, NameVerdict>();
  const verdict = (candidate: Candidate): NameVerdict => {
    const known = verdicts.get(candidate) ?? compareNames(payer, candidate.names);
    verdicts.set(candidate, known);
    return known;
  };
  const payers = open.filter((candidate) => verdict(candidate) === "agrees").map(({ invoice }) => invoice);
  const given: Case = { amount: line.amount, currency, named, payers, open, verdict };
  if (one !== undefined && two === undefined) return byNumber(line, given, one, payer);
  if (one !== undefined) return byNumbers(line.amount, currency, named.exact);
  return byLikeness(given) ?? byName(given) ?? byAmount(given);
}

function byNumber(line: PaidLine, given: Case, invoice: Invoice, payer: Payer): Found {
  const { currency, named, payers, open, verdict } = given;
  const { kind, reason } = judge(line.amount, currency, invoice);
  const how = named.carried.get(invoice.id);
  const fee = line.fee?.fee;
  const kept = fee === undefined || fee.eq(0) ? "" : ` A fee of ${formatMoney(fee, currency)} was kept back.`;
  const gross = line.fee ? judge(line.fee.gross, currency, invoice) : null;
  if (kind !== "agrees" && gross?.kind !== "agrees") {
    return (
      byOtherInvoice(invoice, reason, given) ??
      found(kind, [invoice], how === undefined ? reason : `${how} ${reason}`, [invoice])
    );
  }
  const own = open.find((candidate) => candidate.invoice.id === invoice.id);
  // Somebody else may pay; but who has an open invoice of his own and pays another's may have mistaken the number.
  if (payer.is_name && payers.length > 0 && own !== undefined && verdict(own) === "differs") {
    return likely(
      invoice,
      `Number and amount agree, but the payer looks like the customer of ${short(payers.map(nameOf))}.`,
    );
  }
  const other =
    payer.is_name && own !== undefined && verdict(own) === "differs" ? " The payer is not the customer." : "";
  return {
    kind: "sure",
    invoices: [invoice],
    reason: `${how ?? agreedReason([invoice])}${kept}${other}`,
    settles: true,
    part_of: [],
  };
}

/** The number's invoice does not fit, but name and amount are another one's: a number mistaken, or a payment in part? */
function byOtherInvoice(invoice: Invoice, reason: string, { amount, currency, payers }: Case): Found | null {
  const others = payers.filter(
    (other) => other.id !== invoice.id && other.currency === currency && other.total?.eq(amount),
  );
  const [one, two] = others;
  if (one === undefined || two !== undefined) return null;
  return ask([one, invoice], `Name and amount agree with ${nameOf(one)}, but the number is another: ${reason}`, [
    invoice,
  ]);
}

/** What is said where nothing but number and amount is to be said. */
export function agreedReason(invoices: readonly Invoice[]): string {
  return invoices.length === 1
    ? `Number and amount agree with ${invoices.map(nameOf).join()}.`
    : "All are named, and their sum is the amount.";
}

/** Several invoices named in one payment. */
function byNumbers(amount: Decimal, currency: string, invoices: readonly Invoice[]): Found {
  const due = invoices.filter((invoice) => isOpen(invoice) && invoice.currency === currency && invoice.total !== null);
  const total = sum(due.map((invoice) => invoice.total ?? zero));
  if (due.length === invoices.length) {
    const { kind, reason } = compareAmounts(amount, total, currency, `the ${due.length} invoices named together`);
    if (kind === "agrees") {
      return { kind: "several", invoices: due, reason: agreedReason(due), settles: true, part_of: [] };
    }
    const exactly = due.filter((invoice) => invoice.total?.eq(amount));
    if (exactly.length === 1) {
      return ask(invoices, `Several are named; only ${exactly.map(nameOf).join()} has this amount.`);
    }
    return found(kind === "overpaid" ? "overpaid" : "partial", invoices, reason);
  }
  const others = invoices.filter((invoice) => !due.includes(invoice)).map(nameOf);
  const be = others.length === 1 ? "is" : "are";
  if (due.length > 0 && amount.eq(total)) {
    return found("likely", due, `Named, and the amount agrees; ${short(others)}, named too, ${be} not open.`);
  }
  return ask(invoices, `Several are named; ${short(others)} ${be} not open in ${currency}.`);
}

/** A number that only looks like the one written. Never settles. */
function byLikeness({ amount, currency, named: { fuzzy }, payers }: Case): Found | null {
  if (fuzzy.length === 0) return null;
  const verdicts = fuzzy.map((invoice) => ({ invoice, ...judge(amount, currency, invoice) }));
  const agreeing = verdicts.filter(({ kind }) => kind === "agrees").map(({ invoice }) => invoice);
  const [one, two] = agreeing;
  if (one !== undefined && two === undefined) {
    return likely(one, `The number looks like ${nameOf(one)}, and the amount agrees.`);
  }
  if (one !== undefined)
    return ask(firstOf(agreeing, payers), "The number could be any of these, all with this amount.");
  const known = verdicts.filter(({ invoice }) => payers.includes(invoice));
  const [same, more] = known;
  if (same !== undefined && more === undefined && (same.kind === "partial" || same.kind === "overpaid")) {
    const reason = `The number looks like it, the name agrees; ${same.reason}`;
    return found(same.kind, [same.invoice], reason, [same.invoice]);
  }
  const [only, other] = verdicts;
  // A different amount and nobody of that name: name and amount of another invoice say more.
  if (only !== undefined && other === undefined && only.kind !== "partial" && only.kind !== "overpaid") {
    return found(
      only.kind === "agrees" ? "likely" : only.kind,
      [only.invoice],
      `The number looks like it: ${only.reason}`,
    );
  }
  return payers.some((invoice) => invoice.currency === currency && invoice.total?.eq(amount))
    ? null
    : ask(firstOf(fuzzy, payers), "The number looks like it, but the amount differs.");
}

function byName({ amount, currency, payers, named }: Case): Found | null {
  const due = payers.filter((invoice) => invoice.currency === currency && invoice.total !== null);
  if (due.length === 0) {
    const other = payers.filter((invoice) => invoice.total?.eq(amount));
    const [foreign] = other;
    return foreign === undefined
      ? null
      : found(
          "wrong_currency",
          other.slice(0, LISTED),
          `Name and figure agree, but the invoice is in ${foreign.currency}, the payment in ${currency}.`,
        );
  }
  const equal = due.filter((invoice) => invoice.total?.eq(amount));
  const [one, two] = equal;
  if (one !== undefined && two === undefined) return likely(one, `Name and amount agree; ${unnamed(named)}.`);
  if (one !== undefined) {
    return ask(equal, `Name and amount agree with ${equal.length} open invoices; ${unnamed(named)}.`);
  }
  return (
    bySums(amount, due, named) ??
    byDiscount(amount, currency, due, named) ??
    ask(
      due,
      `Only the name agrees; no open invoice of it, and no sum of them, is ${formatMoney(amount, currency)}.`,
      due,
    )
  );
}

function bySums(amount: Decimal, due: readonly Invoice[], named: Named): Found | null {
  const customers = new Set(due.map((invoice) => invoice.customer_id ?? invoice.id));
  const sums = [...customers].flatMap((customer) => {
    const theirs = due.filter((invoice) => (invoice.customer_id ?? invoice.id) === customer);
    return theirs.length > MAX_SUMMED ? [] : subsetsOfSum(theirs, amount);
  });
  const [subset, another] = sums;
  if (subset === undefined) return null;
  if (another !== undefined) return ask(subset, "Name agrees; more than one sum of open invoices makes the amount.");
  return found("several", subset, `Name agrees, and only these together make the amount; ${unnamed(named)}.`);
}

function byDiscount(amount: Decimal, currency: string, due: readonly Invoice[], named: Named): Found | null {
  const granted = due.filter(({ total }) => total !== null && discountOf(amount, total) !== null);
  const [one, two] = granted;
  if (one === undefined || two !== undefined) return null;
  return found(
    "partial",
    [one],
    `Name agrees; ${judge(amount, currency, one).reason.replace(/\.$/, "")}; ${unnamed(named)}.`,
    [one],
  );
}

/** The last hint: never more than a question, unless the name fits in part. */
function byAmount({ amount, currency, open, named, verdict }: Case): Found {
  const equal = open.filter(({ invoice }) => invoice.currency === currency && invoice.total?.eq(amount));
  const alike = equal.filter((candidate) => verdict(candidate) === "partly").map(({ invoice }) => invoice);
  const [one, two] = alike;
  if (one !== undefined && two === undefined) {
    return likely(one, `The amount agrees, the name in part; ${unnamed(named)}.`);
  }
  const invoices = firstOf(
    equal.map(({ invoice }) => invoice),
    alike,
  );
  if (invoices.length === 0) {
    return found("not_found", [], `${capital(unnamed(named))}; no open invoice has this name or amount.`);
  }
  return ask(
    invoices,
    one === undefined
      ? `Only the amount agrees; ${unnamed(named)}.`
      : `The amount agrees, the name in part with several; ${unnamed(named)}.`,
  );
}

/** What the text says about numbers, made of digits alone. */
function unnamed({ unknown, remarks, elsewhere }: Named): string {
  const written = unknown.map(({ groups, tail }) => [...groups, ...(tail.length === 1 ? [tail] : [])].join("-"));
  if (written.length > 0) return `no invoice ${short(written)} was found`;
  if (elsewhere) return "the number given is introduced as another kind of number";
  return remarks.length > 0 ? "no number is given beside the reference" : "no number is given";
}

function short(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} …` : names.join(", ");
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** Those whose name fits come first. */
function firstOf(invoices: readonly Invoice[], preferred: readonly Invoice[]): Invoice[] {
  return [...invoices].sort((a, b) => Number(preferred.includes(b)) - Number(preferred.includes(a)));
}

function found(kind: Kind, invoices: readonly Invoice[], reason: string, part_of: readonly Invoice[] = []): Found {
  return { kind, invoices, reason, settles: false, part_of };
}

function likely(invoice: Invoice, reason: string): Found {
  return found("likely", [invoice], reason);
}

function ask(invoices: readonly Invoice[], reason: string, part_of: readonly Invoice[] = []): Found {
  const more = invoices.length > LISTED ? ` ${invoices.length - LISTED} more are not listed.` : "";
  return found("ambiguous", invoices.slice(0, LISTED), `${reason}${more}`, part_of);
}
