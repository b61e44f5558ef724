import { z } from "zod";
import { planInput } from "../acts/asking.ts";
import { markPaid, notPayable } from "../acts/mark-paid.ts";
import type { DocumentReading } from "../acts/reading.ts";
import type { ReadingApi } from "../api/port.ts";
import { documentName, type Invoice } from "../domain/invoice.ts";
import { formatMoney, sum, zero } from "../domain/money.ts";
import { InputError, InvoicingError, RefusedError, WrongStateError } from "../errors.ts";
import { changesSince, MAX_BATCH, planBatch } from "../guard/plan-batch.ts";
import type { Journal, PerformOptions } from "../journal/port.ts";
import type { ReadContext } from "../toolkit/context.ts";
import { defineAct } from "../toolkit/define.ts";
import type { Approved, Question } from "../toolkit/guarded.ts";
import { amount, flag, invoiceRef, line } from "../toolkit/params.ts";
import { askingOf, readingContext } from "../toolkit/read-context.ts";
import { recordedLine, requireAmounts, requireUnused, settlementsOf, shownLine } from "../toolkit/settlements.ts";

const settledRow = z.object({
  invoice: z.string(),
  result: z.enum(["paid", "already_paid", "unknown", "failed", "not_started"]),
  amount: z.string().optional(),
  operation_id: z.string().optional(),
  why: z.string().optional(),
});
type SettledRow = z.infer<typeof settledRow>;

export default defineAct({
  name: "settle_payments",
  title: "Settle payments",
  effect: "commit",
  search: "mehrere Rechnungen Zahlungen bezahlt verbuchen verbuche Sammelzahlung book settle many payments",
  description:
    "Mark several invoices as paid under one approval, one after another, stopping at the first doubt. Take the lines from match_payments. A person approves.",
  input: z.strictObject({
    payments: z
      .array(
        z.strictObject({
          line: line(20, "Handle of a bank line.").optional(),
          invoice_id: invoiceRef().optional(),
          amount: amount("Received, gross; without a line.").optional(),
        }),
      )
      .min(1)
      .max(MAX_BATCH)
      .describe("What the person chose."),
    send_notification: flag("true: e-mail each customer. Default false.").optional(),
  }),
  output: z.object({ payments: z.array(settledRow), total: z.array(z.string()) }),
  examples: [{ payments: [{ invoice_id: "#2026-0012", amount: 1785 }] }],
  async begin(input, context, { journal, options }) {
    const notify = input.send_notification ?? false;
    const settlements = await settlementsOf(input.payments, context);
    if (settlements.length > MAX_BATCH) {
      throw new InputError(`settle_payments: at most ${MAX_BATCH} invoices at a time.`);
    }
    const ids = settlements.map(({ invoice_id }) => invoice_id);
    await requireUnused(settlements, journal);
    return {
      subject: {
        kind: "settle_payments",
        invoice_ids: ids,
        lines: settlements.flatMap(({ keys }) => keys),
        send_notification: notify,
      },
      async ask(): Promise<BatchQuestion> {
        const at = context.clock.now();
        const readings = await readAll(settlements, notify, context);
        const asking = await askingOf(null, context);
        const open = settlements.flatMap((settlement) => {
          const reading = readings.get(settlement.invoice_id);
          return reading === undefined || reading.invoice.status === "paid" ? [] : [{ settlement, reading }];
        });
        if (open.length === 0) {
          throw new WrongStateError("All of these invoices are paid already.", { next: "Nothing needs to be done." });
        }
        const plan = planBatch({
          entries: open.map(({ settlement, reading }) => ({
            ...planInput(reading, asking),
            send_notification: notify,
            bank_line: shownLine(settlement, context.language),
          })),
          organization: asking.organization,
          policy: asking.policy,
          locale: asking.locale,
        });
        return { plan, at, locks: open.flatMap(({ reading }) => locksOf(reading, notify)), readings };
      },
      async act(approved, { plan, readings }: BatchQuestion) {
        const clerk = { journal, options, notify, approved, plan };
        const rows: SettledRow[] = [];
        const paid: Invoice[] = [];
        let stopped: "doubt" | "time" | null = null;
        let longest = 0;
        for (const [index, settlement] of settlements.entries()) {
          const begun = context.clock.now();
          const end = (options.end_by ?? Number.POSITIVE_INFINITY) - SPARE_MS;
          if (stopped === null && index > 0 && begun + longest > end) stopped = "time";
          const reading = readings.get(settlement.invoice_id);
          if (stopped !== null || reading === undefined) {
            rows.push({ invoice: settlement.named, result: "not_started" });
            continue;
          }
          context.progress(`payment ${index + 1} of ${ids.length}`);
          const row = await settleOne(settlement, reading, clerk);
          rows.push(row);
          if (row.result === "paid") paid.push(reading.invoice);
          if (row.result === "failed" || row.result === "unknown") stopped = "doubt";
          longest = Math.max(longest, context.clock.now() - begun);
        }
        return { data: { payments: rows, total: totals(paid) }, next: NEXT[stopped ?? "done"] };
      },
    };
  },
  render: ({ payments, total }) =>
    [
      `${payments.filter((row) => row.result === "paid").length} of ${payments.length} marked as paid${total.length === 0 ? "" : `: ${total.join(" + ")}`}.`,
      ...payments.map(
        (row) =>
          `  ${row.invoice} ${row.result.replace("_", " ")}${row.amount === undefined ? "" : ` · ${row.amount}`}${row.why === undefined ? "" : ` · ${row.why}`}${row.operation_id === undefined ? "" : ` (${row.operation_id})`}`,
      ),
    ].join("\n"),
});

const NEXT = {
  doubt: "It stopped at the first doubt. Look at the failed or unknown one, then call again with the rest.",
  time: "Only a part is done: the time of one call was over. Make the same call again for the rest; nothing is done twice.",
  done: "list_operations shows what was recorded.",
} as const;

/** Clients give a call up at 60 s; what is under way must end before. */
const SPARE_MS = 5_000;
/** Readings at the same time: a slow API must not make the preview of many invoices too slow for a client. */
const AT_ONCE = 8;

type Settlement = Awaited<ReturnType<typeof settlementsOf>>[number];

interface BatchQuestion extends Question {
  readonly readings: ReadonlyMap<string, DocumentReading>;
}

/** What one payment is settled with. */
interface Clerk {
  readonly journal: Journal;
  readonly options: PerformOptions;
  readonly notify: boolean;
  readonly approved: Approved;
  readonly plan: ReturnType<typeof planBatch>;
}

/** Fresh readings by id, checked against what came in. One list of earlier documents per customer. */
async function readAll(
  settlements: readonly Settlement[],
  notify: boolean,
  context: ReadContext,
): Promise<ReadonlyMap<string, DocumentReading>> {
  const api = sharingLists(context.api);
  const readings = new Map<string, DocumentReading>();
  for (let from = 0; from < settlements.length; from += AT_ONCE) {
    context.progress(`reading ${from + 1} of ${settlements.length}`);
    const some = settlements.slice(from, from + AT_ONCE);
    const read = await Promise.all(
      some.map(({ invoice_id }) =>
        markPaid.read({ invoice_id, send_notification: notify }, { ...readingContext(context), api }, "asked"),
      ),
    );
    for (const reading of read) readings.set(reading.invoice.id, reading);
  }
  requireAmounts(settlements, new Map([...readings].map(([id, { invoice }]) => [id, invoice])));
  for (const { invoice } of readings.values()) {
    const refusal = invoice.status === "paid" ? null : notPayable(invoice);
    if (refusal !== null) throw refusal;
  }
  return readings;
}

/** Equal questions about lists within one reading are asked once. */
function sharingLists(api: ReadingApi): ReadingApi {
  const asked = new Map<string, ReturnType<ReadingApi["listInvoices"]>>();
  return {
    ...api,
    listInvoices(query, options) {
      const key = JSON.stringify(query);
      const known = asked.get(key) ?? api.listInvoices(query, options);
      asked.set(key, known);
      return known;
    },
  };
}

function locksOf(reading: DocumentReading, notify: boolean): readonly string[] {
  const args = { invoice_id: reading.invoice.id, send_notification: notify };
  return [...markPaid.locks(args), ...markPaid.guarded.locks(args, reading)];
}

async function settleOne(
  settlement: Settlement,
  asked: DocumentReading,
  { journal, options, notify, approved, plan }: Clerk,
): Promise<SettledRow> {
  const { invoice } = asked;
  const bank_line = recordedLine(settlement);
  const name = documentName(invoice);
  const shown = invoice.total === null ? {} : { amount: formatMoney(invoice.total, invoice.currency) };
  if (invoice.status === "paid") return { invoice: name, result: "already_paid", ...shown };
  try {
    const outcome = await journal.perform(
      markPaid,
      { invoice_id: invoice.id, send_notification: notify },
      {
        ...options,
        note: {
          number: invoice.number,
          currency: invoice.currency,
          amount: invoice.total?.toFixed() ?? "0",
          ...(bank_line === undefined ? {} : { bank_line }),
        },
        bank_lines: settlement.keys.map((key) => ({ key, shown: bank_line ?? "" })),
        approval: {
          id: approved.id,
          digest: approved.digest,
          locks: locksOf(asked, notify),
          async covers(now) {
            requireUnchanged(plan, { ...now, send_notification: notify });
          },
        },
      },
    );
    const operation = outcome.operation === null ? {} : { operation_id: outcome.operation.id };
    switch (outcome.outcome) {
      case "done":
        return { invoice: name, result: "paid", ...shown, ...operation };
      case "already_done":
        return { invoice: name, result: "already_paid", ...shown, ...operation };
      default: {
        const { why } = outcome.operation;
        return { invoice: name, result: "unknown", ...shown, ...operation, ...(why === null ? {} : { why }) };
      }
    }
  } catch (error) {
    if (!(error instanceof InvoicingError)) throw error;
    return { invoice: name, result: error.effect === "unknown" ? "unknown" : "failed", why: error.message };
  }
}

function requireUnchanged(...[approved, now]: Parameters<typeof changesSince>): void {
  const changes = changesSince(approved, now);
  if (changes.length === 0) return;
  throw new RefusedError(`${documentName(now.invoice)} was not marked as paid: ${changes.join("; ")}.`, {
    next: "Call again with the rest: a person is asked for what is there now.",
  });
}

function totals(paid: readonly Invoice[]): string[] {
  const currencies = [...new Set(paid.map(({ currency }) => currency))];
  return currencies.map((currency) => {
    const own = paid.filter((invoice) => invoice.currency === currency);
    return formatMoney(sum(own.map(({ total }) => total ?? zero)), currency);
  });
}
