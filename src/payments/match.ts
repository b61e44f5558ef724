import { type Invoice, isOpen } from "../domain/invoice.ts";
import { quoted } from "../domain/untrusted.ts";
import type { Doubt } from "./bank-line.ts";
import { evidenceOf } from "./evidence.ts";
import type { PaidLine } from "./line-facts.ts";
import { lineKeys } from "./line-key.ts";
import { nameWords, payerNames, payerOf } from "./names.ts";
import { NumberIndex } from "./number-index.ts";
import type { Found, Proposal } from "./proposal.ts";
import { type Candidate, propose } from "./propose.ts";
import { GERMAN } from "./questions.ts";
import { type Said, said, sentences } from "./said.ts";
import { together } from "./together.ts";
import { deniesSomething, providerIn, speaksOfPayout, speaksOfReturn } from "./words.ts";

/**
 * Matches the credits of a statement with invoices. Pure: texts are compared, never followed; `settles` needs number and
 * amount, and is given once per invoice. `candidates` are the open invoices and whatever else was looked up by number;
 * `given` is the currency of lines that name none.
 */
export function matchPayments(
  statement: { readonly credits: readonly PaidLine[]; readonly debits: readonly PaidLine[] },
  candidates: readonly Invoice[],
  given: string | null,
): Proposal[] {
  const index = new NumberIndex(candidates);
  const open = candidates.filter(isOpen).map((invoice) => ({ invoice, names: payerNames(invoice) }));
  const debits = debitsOf(statement.debits, index);
  const keys = lineKeys(statement.credits);
  const proposals = statement.credits.map((line, at): Proposal => {
    const currency = line.currency ?? given;
    const found = proposalOf(line, currency, index, open, debits);
    return { line, handle: keys[at] ?? "", currency, ...found };
  });
  return together(proposals);
}

/** What went out: the invoices it names with their amount, and to whom how much. */
interface Debits {
  readonly named: ReadonlySet<string>;
  readonly paid: ReadonlySet<string>;
}

function debitsOf(debits: readonly PaidLine[], index: NumberIndex): Debits {
  const named = debits.flatMap((line) =>
    index.read(line).exact.flatMap(({ id, total }) => (total?.eq(line.amount.abs()) ? [id] : [])),
  );
  return {
    named: new Set(named),
    paid: new Set(debits.flatMap((line) => (line.counterparty ? [partnerOf(line)] : []))),
  };
}

function partnerOf({ counterparty, amount }: PaidLine): string {
  return `${nameWords(counterparty ?? "").join(" ")} ${amount.abs().toFixed()}`;
}

/** True when the text names exactly one known invoice, so that no further candidate could change the proposal. */
export function isDecided(line: PaidLine, index: NumberIndex): boolean {
  const { exact, unknown } = index.read(line);
  return exact.length > 0 && unknown.length === 0;
}

function proposalOf(
  line: PaidLine,
  currency: string | null,
  index: NumberIndex,
  open: readonly Candidate[],
  debits: Debits,
): Found & Pick<Proposal, "evidence"> {
  const named = index.read(line);
  const payer = payerOf(line);
  // Without a currency the line is still shown beside what it could pay, in whatever currency that is.
  const assumed = currency ?? named.exact[0]?.currency ?? open[0]?.invoice.currency ?? "";
  const found = propose(line, assumed, named, payer, open);
  const doubts = doubtsOf(line, currency);
  const cautious = [
    (one: Found) => withRemarks(one, named.remarks),
    (one: Found) => asPayout(one, line, named.exact.length > 0),
    (one: Found) => asReturn(one, line, debits),
    (one: Found) => asDoubtful(one, doubts),
  ].reduce((one, check) => check(one), found);
  const as = found.kind === "several" ? "together" : "choice";
  return { ...cautious, evidence: evidenceOf(line, currency, payer, named, cautious.invoices, as) };
}

function withRemarks(found: Found, remarks: readonly Said[]): Found {
  return { ...found, ...sentences(found, ...remarks.slice(0, 2)) };
}

/** A collector's payment that names no invoice may be many payments in one. */
function asPayout(found: Found, line: PaidLine, named: boolean): Found {
  if (named || (found.kind !== "ambiguous" && found.kind !== "not_found")) return found;
  const from =
    providerIn(line.counterparty ?? "") ?? (speaksOfPayout(line.text) ? (providerIn(line.text) ?? "") : null);
  if (from === null) return found;
  const [who, wer] =
    from === ""
      ? ["Perhaps a payout", "Vielleicht eine Auszahlung"]
      : [`From ${from}, perhaps a payout`, `Von ${from}, vielleicht eine Auszahlung`];
  const first = said(
    `${who} of many payments: its own report lists them.`,
    `${wer} vieler Zahlungen: Der eigene Bericht dazu führt sie auf.`,
  );
  return { ...found, kind: "ask", ...sentences(first, found) };
}

/** Money that came back is no payment, however well number and amount agree. */
function asReturn(found: Found, line: PaidLine, debits: Debits): Found {
  const isReturned = line.returned !== undefined && line.returned !== null;
  const why = isReturned
    ? said(
        `A return, says the bank: ${quoted(line.returned ?? "", 60)}.`,
        `Eine Rückgabe, sagt die Bank: ${quoted(line.returned ?? "", 60)}.`,
      )
    : speaksOfReturn(line.text)
      ? said(
          "Perhaps a return: the text speaks of money going back.",
          "Vielleicht eine Rückgabe: Der Text spricht von Geld, das zurückgeht.",
        )
      : found.settles
        ? deniedBy(found, line, debits)
        : null;
  if (why === null) return found;
  const kind = found.settles ? "likely" : found.kind;
  const before = found.kind === "sure" || found.kind === "several" ? [] : [found];
  return { ...found, kind, settles: false, ...sentences(why, ...before), part_of: [] };
}

/** What speaks against a payment whose number and amount agree. */
function deniedBy(found: Found, line: PaidLine, debits: Debits): Said | null {
  if (deniesSomething(line.text)) {
    return said(
      "It agrees, but the text says not, without or except.",
      "Es passt, aber im Text steht „nicht“, „ohne“ oder „außer“.",
    );
  }
  if (found.invoices.some(({ id }) => debits.named.has(id))) {
    return said(
      "It agrees, but a debit in this statement names it too: taken back?",
      "Es passt, aber auch eine Belastung in diesem Auszug nennt sie: zurückgeholt?",
    );
  }
  return debits.paid.has(partnerOf(line))
    ? said(
        "It agrees, but as much was paid to this payer in this statement: an own transfer that came back?",
        "Es passt, aber in diesem Auszug ging ebenso viel an diesen Zahler: eine eigene Überweisung, die zurückkam?",
      )
    : null;
}

/** What is missing for a proof; a currency that nobody names is missing, whatever the reader of the format says. */
export function doubtsOf(line: PaidLine, currency: string | null): readonly Doubt[] {
  const doubts = line.doubts ?? [];
  return currency !== null || doubts.some(({ about }) => about === "currency") ? doubts : [...doubts, NO_CURRENCY];
}

const NO_CURRENCY: Doubt = { about: "currency", quoted: "", give: "No currency is named: give `currency`." };

/** A line of which something is not proven is never more than a question. */
function asDoubtful(found: Found, doubts: readonly Doubt[]): Found {
  if (doubts.length === 0) return found;
  const pieces = doubts
    .slice(0, 4)
    .map(({ about, quoted: piece }) => (piece === "" ? about : `${about} ${quoted(piece, 40)}`));
  const germanPieces = doubts
    .slice(0, 4)
    .map(({ about, quoted: piece }) => (piece === "" ? GERMAN[about] : `${GERMAN[about]} ${quoted(piece, 40)}`));
  const first = said(`Not proven: ${pieces.join(", ")}.`, `Nicht belegt: ${germanPieces.join(", ")}.`);
  const kind = found.kind === "not_found" ? "not_found" : "ask";
  return { ...found, kind, settles: false, ...sentences(first, found), part_of: [] };
}
