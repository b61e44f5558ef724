import { z } from "zod";
import { type Invoice, isOpen } from "../domain/invoice.ts";
import { defined } from "../domain/json.ts";
import { moneyText, sum, toWireNumber, zero } from "../domain/money.ts";
import { oneLine } from "../domain/untrusted.ts";
import { InputError } from "../errors.ts";
import type { DateOrder, Statement } from "../payments/bank-line.ts";
import { KINDS } from "../payments/judge.ts";
import { isDecided, matchPayments, type Proposal } from "../payments/match.ts";
import { NumberIndex } from "../payments/number-index.ts";
import { searchTerms } from "../payments/search-terms.ts";
import { MAX_STATEMENT_BYTES, readStatement } from "../payments/statement.ts";
import type { ReadContext } from "../toolkit/context.ts";
import { defineTool } from "../toolkit/define.ts";
import { block, currency, limit } from "../toolkit/params.ts";
import { PAGE_SIZE } from "../toolkit/scan.ts";

/** One call looks at no more than 600 invoices for open ones, and searches for at most 60 numbers beyond them. */
const MAX_PAGES = 20;
const MAX_SEARCHES = 60;
const AT_ONCE = 4;
/** What one approval covers. */
const SETTLED_AT_ONCE = 50;

export default defineTool({
  name: "match_payments",
  title: "Match payments",
  effect: "read",
  description:
    "Match bank lines (rows, CSV, camt.053, MT940) with invoices. Changes nothing; `settle` lists the certain ones for settle_payments.",
  input: z.strictObject({
    statement: block(MAX_STATEMENT_BYTES, "Unchanged, as the person gave it."),
    currency: currency().optional().describe("If lines name none. Default EUR."),
    date_order: z.enum(["day_first", "month_first"]).optional().describe("For days like 03/04/2026; ask the person."),
    limit: limit(50),
  }),
  output: z.object({
    lines: z.array(
      z.object({
        line: z.number(),
        amount: z.string(),
        kind: z.enum(KINDS),
        invoices: z.array(z.string()).optional().describe("Numbers."),
        reason: z.string().optional().describe("Absent when sure: number and amount agree."),
      }),
    ),
    settle: z
      .array(z.object({ invoice_id: z.string(), amount: z.number() }))
      .describe("`payments` of settle_payments."),
    totals: z.array(z.object({ currency: z.string(), received: z.string(), settle: z.string() })),
    unmatched: z.number().describe("Payments without a proposal."),
    ignored: z.number().optional().describe("Debits and reversals."),
    pending: z.number().optional().describe("Not booked yet; not matched."),
    omitted: z.number().optional().describe("Lines beyond limit."),
    incomplete: z.string().optional(),
  }),
  examples: [
    { statement: "12.11.2026 RE 2026-0012 Kollektiv Nordlicht 424,83 EUR" },
    { statement: "Date;Description;Amount\n2026-11-12;Invoice 2026-0012;424.83", currency: "EUR" },
  ],
  async run({ statement: text, currency: given, date_order, limit: wanted = 50 }, context) {
    const statement = read(text, date_order);
    const known = await candidates(statement.credits, context);
    const proposals = matchPayments(statement, known.invoices, given ?? "EUR");
    const shown = chosen(proposals, wanted);
    const settled = proposals.filter(({ settles }) => settles);
    const settle = settled.flatMap(({ invoices }) =>
      invoices.map(({ id, total }) => ({ invoice_id: id, amount: toWireNumber(total ?? zero) })),
    );
    const open = proposals.length - settled.length;
    return {
      data: {
        lines: shown.map(toLine),
        settle,
        totals: totals(proposals),
        unmatched: proposals.filter(({ kind }) => kind === "not_found").length,
        ...defined({
          ignored: statement.debits.length || undefined,
          pending: statement.pending || undefined,
          omitted: proposals.length - shown.length || undefined,
          incomplete: known.incomplete,
        }),
      },
      next:
        settle.length === 0
          ? "Nothing is certain: show the person the candidates and let them decide."
          : `Show the person the lines${open === 0 ? "" : `, and the ${open} that are not certain`}; then settle_payments with settle${settle.length > SETTLED_AT_ONCE ? `, ${SETTLED_AT_ONCE} at a time` : ""}. A person approves; you cannot.`,
    };
  },
  render: ({ lines, settle, totals: sums, unmatched, ignored, pending, omitted, incomplete }) =>
    [
      ...lines.map(
        ({ line, amount, kind, invoices, reason }) =>
          `${line}. ${amount} ${kind.replace("_", " ")}${invoices === undefined ? "" : ` #${invoices.join(", #")}`}${reason === undefined ? "" : `: ${reason}`}`,
      ),
      ...(omitted === undefined ? [] : [`${omitted} more lines are not listed.`]),
      `Settle: ${settle.length === 0 ? "none" : settle.map(({ invoice_id, amount }) => `${invoice_id} ${amount}`).join("; ")}`,
      sums
        .map(({ currency: code, received, settle: certain }) => `Received ${received} ${code}, certain ${certain}.`)
        .join(" "),
      `Unmatched: ${unmatched}.${ignored === undefined ? "" : ` Debits ignored: ${ignored}.`}${pending === undefined ? "" : ` Pending, not matched: ${pending}.`}`,
      ...(incomplete === undefined ? [] : [incomplete]),
    ].join("\n"),
});

/** The reader names the line; which argument it stands in is said here. */
function read(text: string, order: DateOrder | undefined): Statement {
  try {
    return readStatement(text, order);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`statement: ${error.message}`, { next: error.next }) : error;
  }
}

/** Open invoices, newest first, until every line is decided; then whatever else lines name, by its number. */
async function candidates(
  lines: Parameters<typeof searchTerms>[0],
  context: ReadContext,
): Promise<{ invoices: readonly Invoice[]; incomplete: string | undefined }> {
  const found = new Map<string, Invoice>();
  const options = { signal: context.signal };
  const readPage = async (page: number) => {
    const answer = await context.api.listInvoices(
      { status: "sent", sort: "-created_at", page, page_size: PAGE_SIZE },
      options,
    );
    for (const invoice of answer.items) found.set(invoice.id, invoice);
    return answer;
  };
  const first = await readPage(1);
  const last = first.last_page ?? (first.items.length < PAGE_SIZE ? 1 : MAX_PAGES);
  let index = new NumberIndex([...found.values()]);
  let next = 2;
  const decided = () => lines.every((line) => isDecided(line, index));
  while (next <= Math.min(last, MAX_PAGES) && !decided()) {
    const pages = Array.from({ length: Math.min(AT_ONCE, Math.min(last, MAX_PAGES) - next + 1) }, (_, at) => next + at);
    await Promise.all(pages.map(readPage));
    next += pages.length;
    index = new NumberIndex([...found.values()]);
    context.progress(`${found.size} invoices read`);
  }
  const cut = next <= last && !decided();
  const terms = searchTerms(lines, index, [...found.values()].filter(isOpen));
  for (let at = 0; at < Math.min(terms.length, MAX_SEARCHES); at += AT_ONCE) {
    const searched = terms.slice(at, Math.min(at + AT_ONCE, MAX_SEARCHES));
    const answers = await Promise.all(
      searched.map((search) => context.api.listInvoices({ search, sort: "-created_at", page_size: 10 }, options)),
    );
    for (const invoice of answers.flatMap(({ items }) => items)) found.set(invoice.id, invoice);
  }
  return { invoices: [...found.values()], incomplete: shortfall(cut, terms.length) };
}

function shortfall(cut: boolean, searches: number): string | undefined {
  const parts = [
    ...(cut ? [`Only the newest ${MAX_PAGES * PAGE_SIZE} invoices were compared by name and amount.`] : []),
    ...(searches > MAX_SEARCHES ? [`Only ${MAX_SEARCHES} of ${searches} unknown numbers were searched for.`] : []),
  ];
  return parts.length === 0 ? undefined : parts.join(" ");
}

/** Lines in their order; when there are too many, those without a proposal go first. */
function chosen(proposals: readonly Proposal[], wanted: number): Proposal[] {
  const ranked = [...proposals].sort((a, b) => Number(a.kind === "not_found") - Number(b.kind === "not_found"));
  const kept = new Set(ranked.slice(0, wanted));
  return proposals.filter((proposal) => kept.has(proposal));
}

function toLine({ line, currency: code, kind, invoices, reason }: Proposal) {
  return {
    line: line.index,
    amount: `${moneyText(line.amount, code)} ${code}`,
    kind,
    ...(invoices.length === 0 ? {} : { invoices: invoices.map(({ number, id }) => oneLine(number ?? id, 40)) }),
    ...(kind === "sure" ? {} : { reason }),
  };
}

function totals(proposals: readonly Proposal[]) {
  const codes = [...new Set(proposals.map(({ currency: code }) => code))];
  return codes.map((code) => {
    const mine = proposals.filter((proposal) => proposal.currency === code);
    const certain = mine.filter(({ settles }) => settles);
    return {
      currency: code,
      received: moneyText(sum(mine.map(({ line }) => line.amount)), code),
      settle: moneyText(sum(certain.map(({ line }) => line.amount)), code),
    };
  });
}
