import { z } from "zod";
import { defined } from "../domain/json.ts";
import { cited, oneLine } from "../domain/untrusted.ts";
import { InputError, InvoicingError } from "../errors.ts";
import { wishesOf } from "../payments/answers.ts";
import type { Statement, Wishes } from "../payments/bank-line.ts";
import { KINDS } from "../payments/judge.ts";
import { lineKeys } from "../payments/line-key.ts";
import { doubtsOf, matchPayments } from "../payments/match.ts";
import type { Proposal } from "../payments/proposal.ts";
import { germanQuestionsOf, questionsOf } from "../payments/questions.ts";
import { said } from "../payments/said.ts";
import { germanReasons, shown, totalsOf } from "../payments/shown.ts";
import { MAX_STATEMENT_BYTES, readStatement } from "../payments/statement.ts";
import { picture } from "../toolkit/card.ts";
import type { ReadContext } from "../toolkit/context.ts";
import { defineTool } from "../toolkit/define.ts";
import { inTime } from "../toolkit/in-time.ts";
import { block, currency, limit } from "../toolkit/params.ts";
import { candidates } from "../toolkit/payment-candidates.ts";
import { rememberLines } from "../toolkit/seen-lines.ts";

const MAX_UNREAD = 20;
/** What one approval covers. */
const SETTLED_AT_ONCE = 50;

/** Names of facts (number, reference, amount, currency, payer, day), as one text. */
const facts = z.string().optional();
const shownLine = z.object({
  handle: z.string(),
  line: z.number(),
  day: z.string().optional(),
  payer: z.string().optional(),
  amount: z.string(),
  text: z.string().optional(),
  kind: z.enum(KINDS).optional(),
  invoices: z
    .array(z.object({ number: z.string(), customer: z.string().optional(), amount: z.string().optional() }))
    .optional(),
  agrees: facts,
  partly: facts,
  differs: facts,
  reason: z.string().optional(),
});

type Row = z.infer<typeof shownLine>;

export default defineTool({
  name: "match_payments",
  title: "Match payments",
  effect: "read",
  card: true,
  search: "Kontoauszug abgleichen Zahlungseingang Zahlungen zuordnen wer bezahlt who paid bank statement reconcile CSV",
  long: true,
  description:
    "Match bank lines (rows, CSV, camt.053, MT940) with invoices. Changes nothing; `settle` lists the sure ones for settle_payments.",
  input: z.strictObject({
    statement: block(MAX_STATEMENT_BYTES, "Unchanged, as the person gave it."),
    currency: currency().optional().describe("If lines name none; ask the person."),
    date_order: z.enum(["day_first", "month_first"]).optional().describe("For days like 03/04/2026; ask the person."),
    answers: z.array(z.string().max(120)).max(30).optional().describe('To `questions`: "kr=SEK".'),
    limit: limit(),
  }),
  output: z.object({
    sure: z.array(shownLine).describe("Number and amount agree."),
    to_decide: z.array(shownLine),
    not_found: z.array(shownLine),
    settle: z.array(z.object({ line: z.string() })).describe("`payments` of settle_payments: the sure ones."),
    totals: z.array(z.object({ currency: z.string(), received: z.string(), settle: z.string() })),
    ignored: z.number().optional().describe("Debits and reversals."),
    pending: z.number().optional().describe("Not booked yet; not matched."),
    failed: z.number().optional(),
    unread: z.array(z.string()).optional(),
    questions: z.array(z.string()).optional().describe("What was not understood, and what to give."),
    omitted: z.number().optional().describe("Lines beyond limit."),
    incomplete: z.string().optional(),
  }),
  examples: [
    { statement: "12.11.2026 RE 2026-0012 Kollektiv Nordlicht 424,83 EUR" },
    { statement: "Date;Description;Amount\n2026-11-12;Invoice 2026-0012;+424.83", currency: "EUR" },
  ],
  async run({ statement: text, limit: wanted = 50, answers = [], ...wishes }, context) {
    const statement = read(text, { ...wishes, ...wishesOf(answers) });
    const known = await candidates(statement.credits, context);
    const proposals = withoutUsed(
      matchPayments(statement, known.invoices, wishes.currency ?? null),
      await usedHandles(statement.credits, context),
    );
    const settled = proposals.filter(({ settles }) => settles);
    await rememberLines(proposals, context);
    const settle = settled.map(({ handle }) => ({ line: handle }));
    const { omitted, ...groups } = shown(proposals, wanted);
    const asked = askedOf(statement, proposals);
    const questions = asked.length === 0 ? undefined : questionsOf(asked);
    return {
      data: {
        ...groups,
        settle,
        totals: totalsOf(proposals),
        ...defined({
          ignored: statement.debits.length || undefined,
          pending: statement.pending || undefined,
          failed: statement.failed || undefined,
          unread: unreadOf(statement),
          questions,
          omitted: omitted || undefined,
          incomplete: known.incomplete,
        }),
      },
      next: nextStep(proposals, settle.length, questions !== undefined),
      meta: picture(
        "statement",
        context,
        /^de\b/i.test(context.language)
          ? {
              reasons: germanReasons(proposals, groups),
              questions: germanQuestionsOf(asked),
              unread: statement.unread.slice(0, MAX_UNREAD).map(({ index }) => `Zeile ${index}`),
            }
          : {},
      ),
    };
  },
  render: ({ sure, to_decide, not_found, settle, totals, ignored, pending, failed, unread, questions, ...rest }) =>
    [
      ...(questions ?? []).map((question) => `Question: ${question}`),
      ...group("Sure", sure),
      ...group("To decide", to_decide),
      ...group("Not found", not_found),
      ...(rest.omitted === undefined ? [] : [`${rest.omitted} more lines are not listed.`]),
      `Settle: ${settle.length === 0 ? "none" : settle.map(({ line }) => line).join(", ")}`,
      totals
        .map(({ currency: code, received, settle: certain }) => `Received ${received} ${code}, sure ${certain}.`)
        .join(" "),
      ...(ignored === undefined ? [] : [`Debits ignored: ${ignored}.`]),
      ...(pending === undefined ? [] : [`Pending, not matched: ${pending}.`]),
      ...(failed === undefined ? [] : [`Failed, not matched: ${failed}.`]),
      ...(unread ?? []).map((line) => `Not read: ${line}`),
      ...(rest.incomplete === undefined ? [] : [rest.incomplete]),
    ].join("\n"),
});

function group(title: string, lines: readonly Row[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map(sentence)];
}

/** `2. [k3f…] 2026-11-12 "Acme GmbH" 1785.00 EUR "RE 42" → #RE-2026-0042 "Acme GmbH" 1785.00 EUR: likely. …` */
function sentence({
  line,
  handle,
  day,
  payer,
  amount,
  text,
  kind,
  invoices = [],
  agrees,
  partly,
  differs,
  reason,
}: Row) {
  const from = [
    day,
    payer === undefined ? undefined : cited(payer),
    amount,
    text === undefined ? undefined : cited(text),
  ];
  const to = invoices.map(
    ({ number, customer, amount: due }) =>
      `#${number}${customer === undefined ? "" : ` ${cited(customer)}`}${due === undefined ? "" : ` ${due}`}`,
  );
  const said = [
    ...(kind === undefined ? [] : [`${kind.replace("_", " ")}.`]),
    ...(reason === undefined ? [] : [reason]),
    ...(agrees === undefined ? [] : [`Agrees: ${agrees}.`]),
    ...(partly === undefined ? [] : [`In part: ${partly}.`]),
    ...(differs === undefined ? [] : [`Differs: ${differs}.`]),
  ].join(" ");
  const head = `${line}. [${handle}] ${from.filter((part) => part !== undefined).join(" ")}`;
  return `${head}${to.length === 0 ? "" : ` → ${to.join(", ")}`}${said === "" ? "" : `: ${said}`}`;
}

/** What has to be answered before the lines concerned can be more than a question. */
function askedOf(statement: Statement, proposals: readonly Proposal[]) {
  return [
    ...statement.doubts.map((doubt) => ({ doubt, line: null })),
    ...proposals.flatMap(({ line, currency: code }) =>
      doubtsOf(line, code).map((doubt) => ({ doubt, line: line.index })),
    ),
  ];
}

function unreadOf({ unread }: Statement): string[] | undefined {
  if (unread.length === 0) return undefined;
  const more = unread.length - MAX_UNREAD;
  const lines = unread.slice(0, MAX_UNREAD).map(({ index, why }) => oneLine(`Line ${index}: ${why}`, 200));
  return more > 0 ? [...lines, `${more} more.`] : lines;
}

function nextStep(proposals: readonly Proposal[], settled: number, asks: boolean): string {
  if (asks) {
    return "Ask the person what `questions` say, then call again with the same statement and the answers. What is sure can be decided already.";
  }
  if (proposals.every(({ kind }) => kind === "not_found")) {
    return "No line fits an invoice: show the person the lines and ask which invoices they pay.";
  }
  const sure = settled === 0 ? "nothing is sure" : "`settle` holds the sure ones";
  const many = settled > SETTLED_AT_ONCE ? `, ${SETTLED_AT_ONCE} invoices at a time` : "";
  return `Show the person each bank line beside its invoice and let them decide. Then call settle_payments once with what they chose (${sure})${many}. They approve it; you cannot.`;
}

/** Lines that settled an invoice before, by their handle: what the journal knows, where it can be read. */
async function usedHandles(lines: Statement["credits"], context: ReadContext): Promise<ReadonlyMap<string, string>> {
  try {
    const keys = new Map(lineKeys(lines).map((handle) => [`${handle}/1`, handle]));
    const asked = context.journal().then((journal) => journal.usedBankLines([...keys.keys()]));
    const used = await inTime<Awaited<typeof asked>>(asked, new Map());
    return new Map([...used].map(([key, { invoice_id }]) => [keys.get(key) ?? key, invoice_id]));
  } catch (error) {
    if (error instanceof InvoicingError) return new Map();
    throw error;
  }
}

/** A bank line pays once, whatever else it would fit by now. */
function withoutUsed(proposals: readonly Proposal[], used: ReadonlyMap<string, string>): Proposal[] {
  return proposals.map((proposal) => {
    const invoice = used.get(proposal.handle);
    if (invoice === undefined) return proposal;
    const why = said(
      `This bank line settled invoice ${invoice} before; it pays nothing else.`,
      `Diese Zeile hat schon die Rechnung ${invoice} beglichen; sonst bezahlt sie nichts.`,
    );
    return { ...proposal, kind: "already_paid", settles: false, ...why };
  });
}

/** The reader names the line; which argument it stands in is said here. */
function read(text: string, wishes: Wishes): Statement {
  try {
    return readStatement(text, wishes);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`statement: ${error.message}`, { next: error.next }) : error;
  }
}
