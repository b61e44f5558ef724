import type { Invoice } from "../domain/invoice.ts";
import { type Decimal, formatMoney, sum } from "../domain/money.ts";
import { nameOf } from "./judge.ts";
import type { Proposal } from "./proposal.ts";

/** Pairs are looked for among at most this many payments of one invoice. */
const MAX_PARTS = 30;

/** What only the lines of a statement together tell: second payments, payments in parts, equal payments. */
export function together(proposals: readonly Proposal[]): Proposal[] {
  return withEqualPayments(withParts(withoutSecondPayments(proposals)));
}

/** An invoice is paid once: certain lines claim theirs first, then likely ones; whoever comes second is flagged. */
function withoutSecondPayments(proposals: readonly Proposal[]): Proposal[] {
  const claimed = new Map<string, Proposal>();
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
      const by = claimed.get(taken?.id ?? "");
      if (taken !== undefined && by !== undefined) {
        const pays = by.settles ? "already pays" : "is taken for";
        const reason = `Line ${by.line.index} ${pays} ${nameOf(taken)}: a double payment?`;
        result[at] = { ...proposal, kind: "already_paid", reason, settles: false, part_of: [] };
      } else if (round < 2) {
        for (const { id } of proposal.invoices) claimed.set(id, proposal);
      }
    }
  }
  // What a certain line pays is no candidate of another line's doubt.
  const settled = new Set(
    result.filter(({ settles }) => settles).flatMap(({ invoices }) => invoices.map(({ id }) => id)),
  );
  return result.map((proposal) => ({ ...proposal, part_of: proposal.part_of.filter(({ id }) => !settled.has(id)) }));
}

/** Payments that together are the whole amount of one invoice. */
function withParts(proposals: readonly Proposal[]): Proposal[] {
  const parts = new Map<string, { readonly invoice: Invoice; readonly lines: Proposal[] }>();
  for (const proposal of proposals) {
    for (const invoice of proposal.part_of) {
      const group = parts.get(invoice.id) ?? { invoice, lines: [] };
      group.lines.push(proposal);
      parts.set(invoice.id, group);
    }
  }
  const wholes = [...parts.values()].flatMap(({ invoice, lines }) =>
    wholesOf(invoice, lines).map((chosen) => ({ invoice, chosen })),
  );
  return proposals.map((proposal) => {
    const mine = wholes.filter(({ chosen }) => chosen.includes(proposal));
    const [whole, another] = mine;
    if (whole === undefined) return proposal;
    const { invoice, chosen } = whole;
    // A line may be half of two pairs: then nothing is said of either.
    if (
      another !== undefined ||
      wholes.some((other) => other !== whole && other.chosen.some((one) => chosen.includes(one)))
    ) {
      return proposal;
    }
    const others = chosen.filter((one) => one !== proposal).map(({ line }) => line);
    const due = formatMoney(invoice.total ?? sum([]), invoice.currency);
    const reason = `With line ${others.map(({ index }) => index).join(" and ")} (${others.map(({ amount }) => formatMoney(amount, invoice.currency)).join(", ")}) exactly ${nameOf(invoice)} (${due}): one invoice in ${chosen.length} payments?`;
    return { ...proposal, kind: "together", invoices: [invoice], reason: withDoubt(reason, proposal), settles: false };
  });
}

function withDoubt(reason: string, { kind, reason: before }: Proposal): string {
  return kind === "ask" ? `${reason} ${before}` : reason;
}

/** All of the lines, or else two of them: every way to make the total. */
function wholesOf(invoice: Invoice, lines: readonly Proposal[]): Proposal[][] {
  const { total, currency } = invoice;
  const alike = lines.filter((one) => one.currency === currency).slice(0, MAX_PARTS);
  if (total === null || alike.length < 2) return [];
  const makes = (chosen: readonly Proposal[]) => sumOf(chosen).eq(total);
  if (makes(alike)) return [alike];
  return alike.flatMap((one, at) =>
    alike.slice(at + 1).flatMap((other) => (makes([one, other]) ? [[one, other]] : [])),
  );
}

function sumOf(proposals: readonly Proposal[]): Decimal {
  return sum(proposals.map(({ line }) => line.amount));
}

/** As many equal payments as equal invoices: each is one, but which is which only a person says. */
function withEqualPayments(proposals: readonly Proposal[]): Proposal[] {
  const alike = new Map<string, number>();
  const keyOf = ({ kind, invoices, line }: Proposal) =>
    kind === "ambiguous" && invoices.length > 1
      ? `${line.amount.toFixed()} ${invoices.map(({ id }) => id).join()}`
      : null;
  for (const key of proposals.map(keyOf)) if (key !== null) alike.set(key, (alike.get(key) ?? 0) + 1);
  return proposals.map((proposal) => {
    const count = alike.get(keyOf(proposal) ?? "") ?? 0;
    if (count < 2) return proposal;
    return {
      ...proposal,
      reason: `${proposal.reason} ${count} equal payments, ${proposal.invoices.length} such invoices.`,
    };
  });
}
