import type { Invoice } from "../domain/invoice.ts";
import { type Decimal, formatMoney, sum } from "../domain/money.ts";
import { nameOf } from "./judge.ts";
import type { Proposal } from "./proposal.ts";
import { type Said, said, sentences } from "./said.ts";

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
        const why = said(
          `Line ${by.line.index} ${by.settles ? "already pays" : "is taken for"} ${nameOf(taken)}: a double payment?`,
          `Zeile ${by.line.index} ${by.settles ? "bezahlt schon" : "gilt schon für"} ${nameOf(taken)}: doppelt bezahlt?`,
        );
        result[at] = { ...proposal, kind: "already_paid", ...why, settles: false, part_of: [] };
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
    const { total, currency } = invoice;
    const sums = (language: string) => others.map(({ amount }) => formatMoney(amount, currency, language)).join(", ");
    const due = (language: string) => formatMoney(total ?? sum([]), currency, language);
    const lines = (and: string) => others.map(({ index }) => index).join(` ${and} `);
    const name = nameOf(invoice);
    const why = said(
      `With line ${lines("and")} (${sums("en")}) exactly ${name} (${due("en")}): one invoice in ${chosen.length} payments?`,
      `Mit Zeile ${lines("und")} (${sums("de")}) genau ${name} (${due("de")}): eine Rechnung in ${chosen.length} Zahlungen?`,
    );
    return { ...proposal, kind: "together", invoices: [invoice], ...withDoubt(why, proposal), settles: false };
  });
}

function withDoubt(why: Said, before: Proposal): Said {
  return before.kind === "ask" ? sentences(why, before) : why;
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
      ...sentences(
        proposal,
        said(
          `${count} equal payments, ${proposal.invoices.length} such invoices.`,
          `${count} gleiche Zahlungen, ${proposal.invoices.length} solche Rechnungen.`,
        ),
      ),
    };
  });
}
