import { z } from "zod";
import { documentName, type Invoice } from "../domain/invoice.ts";
import { formatMoney, sum, zero } from "../domain/money.ts";
import { InputError, InvoicingError, RefusedError, WrongStateError } from "../errors.ts";
import { changesSince, planBatch } from "../guard/plan-batch.ts";
import { markPaid } from "../operations/mark-paid.ts";
import type { ReadContext } from "../toolkit/context.ts";
import { requireOpen } from "../toolkit/corrections.ts";
import { defineAct } from "../toolkit/define.ts";
import { amount, flag, invoiceRef, line } from "../toolkit/params.ts";
import { planInput } from "../toolkit/planning.ts";
import { recordedLine, requireAmounts, requireUnused, settlementsOf, shownLine } from "../toolkit/settlements.ts";

const MAX_PAYMENTS = 50;

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
      .max(MAX_PAYMENTS)
      .describe("What the person chose."),
    send_notification: flag("true: e-mail each customer. Default false.").optional(),
  }),
  output: z.object({ payments: z.array(settledRow), total: z.array(z.string()) }),
  examples: [{ payments: [{ invoice_id: "#2026-0012", amount: 1785 }] }],
  async begin(input, context, { journal, options }) {
    const notify = input.send_notification ?? false;
    const settlements = await settlementsOf(input.payments, context);
    if (settlements.length > MAX_PAYMENTS) {
      throw new InputError(`settle_payments: at most ${MAX_PAYMENTS} invoices at a time.`);
    }
    const ids = settlements.map(({ invoice_id }) => invoice_id);
    await requireUnused(settlements, journal);
    /** Fresh reads, each checked against what came in. */
    const read = async (): Promise<Invoice[]> => {
      const invoices: Invoice[] = [];
      for (const id of ids) invoices.push(await context.api.getInvoice(id, { signal: context.signal }));
      requireAmounts(settlements, new Map(invoices.map((invoice) => [invoice.id, invoice])));
      return invoices;
    };
    return {
      subject: {
        kind: "settle_payments",
        invoice_ids: ids,
        lines: settlements.flatMap(({ keys }) => keys),
        send_notification: notify,
      },
      async preview() {
        const entries = [];
        for (const [index, invoice] of (await read()).entries()) {
          if (invoice.status !== "paid") requireOpen(invoice);
          const settlement = settlements[index];
          entries.push({
            ...(await planInput(invoice, context)),
            send_notification: notify,
            bank_line: settlement === undefined ? undefined : shownLine(settlement, context.language),
          });
        }
        if (entries.every(({ invoice }) => invoice.status === "paid")) {
          throw new WrongStateError("All of these invoices are paid already.", { next: "Nothing needs to be done." });
        }
        return planBatch({
          entries: entries.filter(({ invoice }) => invoice.status !== "paid"),
          organization: { ...context.organization, origin: context.origin, simulator: context.simulator },
          policy: context.policy,
          locale: context.language,
        });
      },
      async act({ id, digest, recheck }, approved) {
        // The whole batch is compared with what was approved; then each invoice once more before its own act.
        await recheck();
        const rows: SettledRow[] = [];
        const paid: Invoice[] = [];
        let stopped = false;
        for (const [index, settlement] of settlements.entries()) {
          const { invoice_id: invoiceId, named } = settlement;
          if (stopped) {
            rows.push({ invoice: named, result: "not_started" });
            continue;
          }
          const bank_line = recordedLine(settlement);
          context.progress(`payment ${index + 1} of ${ids.length}`);
          const done = await settleOne(invoiceId, context, async (invoice) =>
            journal.perform(
              markPaid,
              { invoice_id: invoiceId, send_notification: notify },
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
                  id,
                  digest,
                  recheck: async () => {
                    const fresh = await context.api.getInvoice(invoiceId);
                    requireOpen(fresh);
                    const customer =
                      fresh.customer_id === null ? null : await context.api.getCustomer(fresh.customer_id);
                    requireUnchanged(approved, { invoice: fresh, customer, send_notification: notify });
                  },
                },
              },
            ),
          );
          const { row } = done;
          rows.push(row);
          if (done.paid !== null) paid.push(done.paid);
          stopped = row.result === "failed" || row.result === "unknown";
        }
        return {
          data: { payments: rows, total: totals(paid) },
          next: stopped
            ? "It stopped at the first doubt. Look at the failed or unknown one, then call again with the rest."
            : "list_operations shows what was recorded.",
        };
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

type Performed = Awaited<ReturnType<Parameters<typeof settleOne>[2]>>;

interface Done {
  readonly row: SettledRow;
  /** What was marked as paid by this call. */
  readonly paid: Invoice | null;
}

async function settleOne(
  id: string,
  context: ReadContext,
  perform: (invoice: Invoice) => Promise<import("../journal/port.ts").Outcome<{ invoice_id: string }>>,
): Promise<Done> {
  let name = id;
  try {
    const invoice = await context.api.getInvoice(id);
    name = documentName(invoice);
    const shown = invoice.total === null ? {} : { amount: formatMoney(invoice.total, invoice.currency) };
    if (invoice.status === "paid") return { row: { invoice: name, result: "already_paid", ...shown }, paid: null };
    const outcome: Performed = await perform(invoice);
    const operation = outcome.operation === null ? {} : { operation_id: outcome.operation.id };
    switch (outcome.outcome) {
      case "done":
        return { row: { invoice: name, result: "paid", ...shown, ...operation }, paid: invoice };
      case "already_done":
        return { row: { invoice: name, result: "already_paid", ...shown, ...operation }, paid: null };
      default:
        return {
          row: {
            invoice: name,
            result: "unknown",
            ...shown,
            ...operation,
            ...(outcome.operation.why === null ? {} : { why: outcome.operation.why }),
          },
          paid: null,
        };
    }
  } catch (error) {
    if (!(error instanceof InvoicingError)) throw error;
    const result = error.effect === "unknown" ? "unknown" : "failed";
    return { row: { invoice: name, result, why: error.message }, paid: null };
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
