import type { Invoice } from "../domain/invoice.ts";
import { moneyText, sum } from "../domain/money.ts";
import { oneLine } from "../domain/untrusted.ts";
import type { Kind } from "./judge.ts";
import type { Proposal } from "./proposal.ts";
import { agreedReason } from "./propose.ts";

/** Most characters of what the bank or a customer wrote. */
const TEXT = 90;
const NAME = 50;

/** A bank line beside the invoices proposed for it. Texts are data: cleaned, cut, in fields of their own. */
export interface ShownLine {
  readonly handle: string;
  readonly line: number;
  readonly day?: string;
  readonly payer?: string;
  readonly amount: string;
  readonly text?: string;
  readonly kind?: Exclude<Kind, "sure" | "not_found">;
  readonly invoices?: { readonly number: string; readonly customer?: string; readonly amount?: string }[];
  /** Facts, separated by commas. */
  readonly agrees?: string;
  readonly partly?: string;
  readonly differs?: string;
  readonly reason?: string;
}

export interface Shown {
  readonly sure: ShownLine[];
  readonly to_decide: ShownLine[];
  readonly not_found: ShownLine[];
  /** Lines beyond the limit. */
  readonly omitted: number;
}

/** At most `limit` lines in their order; those without a proposal are left out first, then those to decide. */
export function shown(proposals: readonly Proposal[], limit: number): Shown {
  const rank = (proposal: Proposal) => (proposal.settles ? 0 : proposal.kind === "not_found" ? 2 : 1);
  const kept = new Set([...proposals].sort((a, b) => rank(a) - rank(b)).slice(0, limit));
  const group = (wanted: number) =>
    proposals.filter((proposal) => rank(proposal) === wanted && kept.has(proposal)).map(toLine);
  return { sure: group(0), to_decide: group(1), not_found: group(2), omitted: proposals.length - kept.size };
}

function toLine(proposal: Proposal): ShownLine {
  const { line, handle, currency, kind, invoices, evidence, reason, settles } = proposal;
  const payer = oneLine(line.counterparty ?? "", NAME);
  const text = oneLine(line.text, TEXT);
  const { partly, differs } = evidence;
  // That both are in one currency goes without saying.
  const agrees = settles ? [] : evidence.agrees.filter((fact) => fact !== "currency");
  return {
    handle,
    line: line.index,
    ...(line.date === null ? {} : { day: line.date }),
    ...(payer === "" ? {} : { payer }),
    amount: money(line.amount, currency),
    ...(text === "" ? {} : { text }),
    ...(kind === "sure" || kind === "not_found" ? {} : { kind }),
    ...(invoices.length === 0 ? {} : { invoices: invoices.map(toInvoice) }),
    ...(agrees.length === 0 ? {} : { agrees: agrees.join(", ") }),
    ...(partly.length === 0 ? {} : { partly: partly.join(", ") }),
    ...(differs.length === 0 ? {} : { differs: differs.join(", ") }),
    ...(settles && reason === agreedReason(invoices).reason ? {} : { reason }),
  };
}

/** The reasons that are shown, in German and by handle: for people, where the answer's own are for the model. */
export function germanReasons(
  proposals: readonly Proposal[],
  { sure, to_decide, not_found }: Omit<Shown, "omitted">,
): Readonly<Record<string, string>> {
  const lines = [...sure, ...to_decide, ...not_found].filter(({ reason }) => reason !== undefined);
  const handles = new Set(lines.map(({ handle }) => handle));
  return Object.fromEntries(
    proposals.filter(({ handle }) => handles.has(handle)).map(({ handle, german }) => [handle, german]),
  );
}

function toInvoice(invoice: Invoice) {
  const customer = oneLine(customerOf(invoice) ?? "", NAME);
  return {
    number: oneLine(invoice.number ?? invoice.id, 40),
    ...(customer === "" ? {} : { customer }),
    ...(invoice.total === null ? {} : { amount: money(invoice.total, invoice.currency) }),
  };
}

function customerOf({ customer, buyer, recipient }: Invoice): string | null {
  return customer?.name ?? buyer?.company_name ?? buyer?.contact_name ?? recipient?.split("\n")[0] ?? null;
}

/** Without a code where no currency is known. */
function money(amount: Invoice["total"] & object, currency: string | null): string {
  return currency === null ? moneyText(amount, "EUR") : `${moneyText(amount, currency)} ${currency}`;
}

/** Received, and of that certain, by currency. */
export function totalsOf(proposals: readonly Proposal[]): { currency: string; received: string; settle: string }[] {
  const codes = [...new Set(proposals.flatMap(({ currency }) => currency ?? []))];
  return codes.map((currency) => {
    const mine = proposals.filter((proposal) => proposal.currency === currency);
    const total = (some: readonly Proposal[]) => moneyText(sum(some.map(({ line }) => line.amount)), currency);
    return { currency, received: total(mine), settle: total(mine.filter(({ settles }) => settles)) };
  });
}
