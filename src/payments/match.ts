import { type Invoice, isOpen } from "../domain/invoice.ts";
import { type Decimal, formatMoney, sum, zero } from "../domain/money.ts";
import type { BankLine, Statement } from "./bank-line.ts";
import { compareAmounts, judge, type Kind, nameOf } from "./judge.ts";
import { nameAgrees, payerNames, payerOf } from "./names.ts";
import { type Named, NumberIndex } from "./number-index.ts";
import { subsetsOfSum } from "./subsets.ts";

/** What one payment is taken for. */
export interface Proposal {
  readonly line: BankLine;
  /** The line's own currency, or the one taken for the statement. */
  readonly currency: string;
  readonly kind: Kind;
  readonly invoices: readonly Invoice[];
  /** One plain sentence in the server's own words; nothing of the line's text. */
  readonly reason: string;
  /** True when every invoice is named exactly and the amount is theirs to the cent. */
  readonly settles: boolean;
}

/** At most this many candidates are listed. */
const LISTED = 5;
/** Sums are tried for a customer with at most this many open invoices; of a part of them none would be proven unique. */
const MAX_SUMMED = 12;

interface Candidate {
  readonly invoice: Invoice;
  readonly names: string[][];
}

type Found = Pick<Proposal, "kind" | "invoices" | "reason" | "settles">;

/**
 * Matches the credits of a statement with invoices. Pure: texts are compared, never followed; `settles` needs number and
 * amount, and is given once per invoice. `candidates` are the open invoices and whatever else was looked up by number.
 */
export function matchPayments(
  statement: Pick<Statement, "credits" | "debits">,
  candidates: readonly Invoice[],
  defaultCurrency: string,
): Proposal[] {
  const index = new NumberIndex(candidates);
  const open = candidates.filter(isOpen).map((invoice) => ({ invoice, names: payerNames(invoice) }));
  const takenBack = new Set(
    statement.debits.flatMap((line) =>
      index.read(line).exact.flatMap(({ id, total }) => (total?.eq(line.amount.abs()) ? [id] : [])),
    ),
  );
  const proposals = statement.credits.map((line): Proposal => {
    const currency = line.currency ?? defaultCurrency;
    const found = propose(line, currency, index.read(line), open);
    const back = found.settles && found.invoices.some(({ id }) => takenBack.has(id));
    return back
      ? {
          line,
          currency,
          ...found,
          kind: "likely",
          settles: false,
          reason: "It agrees, but a debit in this statement names it too: taken back?",
        }
      : { line, currency, ...found };
  });
  return withPartSums(withoutSecondPayments(proposals));
}

/** True when the text names exactly one known invoice, so that no further candidate could change the proposal. */
export function isDecided(line: BankLine, index: NumberIndex): boolean {
  const { exact, unknown } = index.read(line);
  return exact.length > 0 && unknown.length === 0;
}

function propose(line: BankLine, currency: string, named: Named, open: readonly Candidate[]): Found {
  const [one, two] = named.exact;
  if (one !== undefined && two === undefined) return byNumber(line, currency, one);
  if (one !== undefined) return byNumbers(line.amount, currency, named.exact);
  const bank = payerOf(line);
  const payers = open.filter(({ names }) => nameAgrees(bank, names)).map(({ invoice }) => invoice);
  return (
    byLikeness(line.amount, currency, named.fuzzy, payers) ??
    byName(line.amount, currency, payers, named) ??
    byAmount(line.amount, currency, open, named)
  );
}

function byNumber(line: BankLine, currency: string, invoice: Invoice): Found {
  const { kind, reason } = judge(line.amount, currency, invoice);
  return { kind: kind === "agrees" ? "sure" : kind, invoices: [invoice], reason, settles: kind === "agrees" };
}

/** Several invoices named in one payment. */
function byNumbers(amount: Decimal, currency: string, invoices: readonly Invoice[]): Found {
  const due = invoices.filter((invoice) => isOpen(invoice) && invoice.currency === currency && invoice.total !== null);
  const total = sum(due.map((invoice) => invoice.total ?? zero));
  if (due.length === invoices.length) {
    const { kind, reason } = compareAmounts(amount, total, currency, `the ${due.length} invoices named together`);
    if (kind === "agrees") {
      return { kind: "several", invoices: due, reason: "All are named, and their sum is the amount.", settles: true };
    }
    const exactly = due.filter((invoice) => invoice.total?.eq(amount));
    if (exactly.length === 1) {
      return ask(invoices, `Several are named; only ${exactly.map(nameOf).join()} has this amount.`);
    }
    return { kind: kind === "overpaid" ? "overpaid" : "partial", invoices, reason, settles: false };
  }
  const others = invoices.filter((invoice) => !due.includes(invoice)).map(nameOf);
  if (due.length > 0 && amount.eq(total)) {
    return {
      kind: "likely",
      invoices: due,
      reason: `Named, and the amount agrees; ${short(others)}, named too, ${others.length === 1 ? "is" : "are"} not open.`,
      settles: false,
    };
  }
  return ask(
    invoices,
    `Several are named; ${short(others)} ${others.length === 1 ? "is" : "are"} not open in ${currency}.`,
  );
}

/** A number that only looks like the one written. Never settles. */
function byLikeness(
  amount: Decimal,
  currency: string,
  fuzzy: readonly Invoice[],
  payers: readonly Invoice[],
): Found | null {
  if (fuzzy.length === 0) return null;
  const verdicts = fuzzy.map((invoice) => ({ invoice, ...judge(amount, currency, invoice) }));
  const agreeing = verdicts.filter(({ kind }) => kind === "agrees");
  const [one, two] = agreeing;
  if (one !== undefined && two === undefined) {
    return likely(one.invoice, `The number looks like ${nameOf(one.invoice)}, and the amount agrees.`);
  }
  if (one !== undefined)
    return ask(
      agreeing.map(({ invoice }) => invoice),
      "The number could be any of these, all with this amount.",
    );
  const known = verdicts.filter(({ invoice }) => payers.includes(invoice));
  const [same, more] = known;
  if (same !== undefined && more === undefined && (same.kind === "partial" || same.kind === "overpaid")) {
    return {
      kind: same.kind,
      invoices: [same.invoice],
      reason: `The number looks like it, the name agrees; ${same.reason}`,
      settles: false,
    };
  }
  const [only, other] = verdicts;
  // A different amount and nobody of that name: name and amount of another invoice say more.
  if (only !== undefined && other === undefined && only.kind !== "partial" && only.kind !== "overpaid") {
    return {
      kind: only.kind === "agrees" ? "likely" : only.kind,
      invoices: [only.invoice],
      reason: `The number looks like it: ${only.reason}`,
      settles: false,
    };
  }
  return payers.some((invoice) => invoice.currency === currency && invoice.total?.eq(amount))
    ? null
    : ask(fuzzy, "The number looks like it, but the amount differs.");
}

function byName(amount: Decimal, currency: string, payers: readonly Invoice[], named: Named): Found | null {
  const due = payers.filter((invoice) => invoice.currency === currency && invoice.total !== null);
  if (due.length === 0) {
    const other = payers.filter((invoice) => invoice.total?.eq(amount));
    const [foreign] = other;
    return foreign === undefined
      ? null
      : {
          kind: "wrong_currency",
          invoices: other.slice(0, LISTED),
          reason: `Name and figure agree, but the invoice is in ${foreign.currency}, the payment in ${currency}.`,
          settles: false,
        };
  }
  const equal = due.filter((invoice) => invoice.total?.eq(amount));
  const [one, two] = equal;
  if (one !== undefined && two === undefined) return likely(one, `Name and amount agree; ${unnamed(named)}.`);
  if (one !== undefined)
    return ask(equal, `Name and amount agree with ${equal.length} open invoices; ${unnamed(named)}.`);
  const customers = new Set(due.map((invoice) => invoice.customer_id ?? invoice.id));
  const sums = [...customers].flatMap((customer) => {
    const theirs = due.filter((invoice) => (invoice.customer_id ?? invoice.id) === customer);
    return theirs.length > MAX_SUMMED ? [] : subsetsOfSum(theirs, amount);
  });
  const [subset, another] = sums;
  if (subset !== undefined && another === undefined) {
    return {
      kind: "several",
      invoices: subset,
      reason: `Name agrees, and only these together make the amount; ${unnamed(named)}.`,
      settles: false,
    };
  }
  if (subset !== undefined) return ask(subset, `Name agrees; more than one sum of open invoices makes the amount.`);
  return ask(
    due,
    `Only the name agrees; no open invoice of it, and no sum of them, is ${formatMoney(amount, currency)}.`,
  );
}

/** The last hint: never more than a question. */
function byAmount(amount: Decimal, currency: string, open: readonly Candidate[], named: Named): Found {
  const equal = open
    .map(({ invoice }) => invoice)
    .filter((invoice) => invoice.currency === currency && invoice.total?.eq(amount));
  if (equal.length === 0) {
    return {
      kind: "not_found",
      invoices: [],
      reason: `${capital(unnamed(named))}; no open invoice has this name or amount.`,
      settles: false,
    };
  }
  return ask(equal, `Only the amount agrees; ${unnamed(named)}.`);
}

/** What the text says about numbers, made of digits alone. */
function unnamed({ unknown }: Named): string {
  const written = unknown.map(({ groups }) => groups.join("-"));
  if (written.length === 0) return "no number is given";
  return `no invoice ${short(written)} was found`;
}

function short(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} …` : names.join(", ");
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function likely(invoice: Invoice, reason: string): Found {
  return { kind: "likely", invoices: [invoice], reason, settles: false };
}

function ask(invoices: readonly Invoice[], reason: string): Found {
  const more = invoices.length > LISTED ? ` ${invoices.length - LISTED} more are not listed.` : "";
  return { kind: "ambiguous", invoices: invoices.slice(0, LISTED), reason: `${reason}${more}`, settles: false };
}

/** An invoice is paid once: certain lines claim theirs first, then likely ones; whoever comes second is flagged. */
function withoutSecondPayments(proposals: readonly Proposal[]): Proposal[] {
  const claimed = new Map<string, number>();
  const result = [...proposals];
  const rounds = [
    (proposal: Proposal) => proposal.settles,
    (proposal: Proposal) => !proposal.settles && (proposal.kind === "likely" || proposal.kind === "several"),
    (proposal: Proposal) => proposal.kind === "partial" || proposal.kind === "overpaid",
  ];
  for (const [round, chosen] of rounds.entries()) {
    for (const [at, proposal] of proposals.entries()) {
      if (!chosen(proposal)) continue;
      const taken = proposal.invoices.find(({ id }) => claimed.has(id));
      if (taken !== undefined) {
        const reason = `Line ${claimed.get(taken.id)} already pays ${nameOf(taken)}: a double payment?`;
        result[at] = { ...proposal, kind: "already_paid", reason, settles: false };
      } else if (round < 2) {
        for (const { id } of proposal.invoices) claimed.set(id, proposal.line.index);
      }
    }
  }
  return result;
}

/** Part payments that together are the whole amount say so. */
function withPartSums(proposals: readonly Proposal[]): Proposal[] {
  const parts = new Map<string, Proposal[]>();
  for (const proposal of proposals) {
    const [only, other] = proposal.invoices;
    if (proposal.kind !== "partial" || only === undefined || other !== undefined) continue;
    parts.set(only.id, [...(parts.get(only.id) ?? []), proposal]);
  }
  return proposals.map((proposal) => {
    const [invoice] = proposal.invoices;
    const group = invoice === undefined ? undefined : parts.get(invoice.id);
    if (invoice === undefined || group === undefined || group.length < 2 || !group.includes(proposal)) return proposal;
    const total = sum(group.map(({ line }) => line.amount));
    const lines = group.filter((one) => one !== proposal).map(({ line }) => line.index);
    const whole = invoice.total !== null && total.eq(invoice.total);
    return {
      ...proposal,
      reason: `${proposal.reason} With line ${lines.join(", ")} ${formatMoney(total, proposal.currency)}${whole ? ": the whole amount" : ""}.`,
    };
  });
}
