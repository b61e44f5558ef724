import { z } from "zod";
import { documentName, type Invoice } from "../domain/invoice.ts";
import { decimal, formatMoney, moneyText } from "../domain/money.ts";
import { InputError, InvoicingError, RefusedError, WrongStateError } from "../errors.ts";
import { changesSince, planBatch } from "../guard/plan-batch.ts";
import { markPaid } from "../operations/mark-paid.ts";
import type { ReadContext } from "../toolkit/context.ts";
import { requireOpen } from "../toolkit/corrections.ts";
import { defineAct } from "../toolkit/define.ts";
import { amount, flag, invoiceRef } from "../toolkit/params.ts";
import { planInput } from "../toolkit/planning.ts";
import { findInvoiceId } from "../toolkit/references.ts";

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
    "Mark several invoices as paid under one approval, one after another, stopping at the first doubt. Amounts must equal the gross. Take the list from match_payments. A person approves.",
  input: z.strictObject({
    payments: z
      .array(z.strictObject({ invoice_id: invoiceRef(), amount: amount("Received, gross.") }))
      .min(1)
      .max(MAX_PAYMENTS)
      .describe("What the person chose."),
    send_notification: flag("true: e-mail each customer. Default false.").optional(),
  }),
  output: z.object({ payments: z.array(settledRow), total: z.array(z.string()) }),
  examples: [{ payments: [{ invoice_id: "#2026-0012", amount: 1785 }] }],
  async begin(input, context, { journal, options }) {
    const notify = input.send_notification ?? false;
    const ids: string[] = [];
    for (const payment of input.payments) ids.push(await findInvoiceId(payment.invoice_id, context));
    if (new Set(ids).size !== ids.length) throw new InputError("settle_payments: an invoice is listed twice.");
    /** Fresh reads, each checked against the amount received. */
    const read = async (): Promise<Invoice[]> => {
      const invoices: Invoice[] = [];
      for (const [index, id] of ids.entries()) {
        const invoice = await context.api.getInvoice(id, { signal: context.signal });
        const received = input.payments[index]?.amount;
        requireAmount(invoice, received);
        invoices.push(invoice);
      }
      return invoices;
    };
    return {
      subject: { kind: "settle_payments", invoice_ids: ids, send_notification: notify },
      async preview() {
        const entries = [];
        for (const invoice of await read()) {
          if (invoice.status !== "paid") requireOpen(invoice);
          entries.push({ ...(await planInput(invoice, context)), send_notification: notify });
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
        let stopped = false;
        for (const [index, invoiceId] of ids.entries()) {
          const payment = input.payments[index];
          if (stopped) {
            rows.push({ invoice: payment?.invoice_id ?? invoiceId, result: "not_started" });
            continue;
          }
          context.progress(`payment ${index + 1} of ${ids.length}`);
          const row = await settleOne(invoiceId, payment?.amount, context, async (invoice) =>
            journal.perform(
              markPaid,
              { invoice_id: invoiceId, send_notification: notify },
              {
                ...options,
                note: { number: invoice.number, currency: invoice.currency, amount: invoice.total?.toFixed() ?? "0" },
                approval: {
                  id,
                  digest,
                  recheck: async () => {
                    const fresh = await context.api.getInvoice(invoiceId);
                    requireAmount(fresh, payment?.amount);
                    requireOpen(fresh);
                    const customer =
                      fresh.customer_id === null ? null : await context.api.getCustomer(fresh.customer_id);
                    requireUnchanged(approved, { invoice: fresh, customer, send_notification: notify });
                  },
                },
              },
            ),
          );
          rows.push(row);
          stopped = row.result === "failed" || row.result === "unknown";
        }
        return {
          data: { payments: rows, total: totals(rows) },
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

type Performed = Awaited<ReturnType<Parameters<typeof settleOne>[3]>>;

async function settleOne(
  id: string,
  received: number | undefined,
  context: ReadContext,
  perform: (invoice: Invoice) => Promise<import("../journal/port.ts").Outcome<{ invoice_id: string }>>,
): Promise<SettledRow> {
  let name = id;
  try {
    const invoice = await context.api.getInvoice(id);
    name = documentName(invoice);
    const shown = invoice.total === null ? {} : { amount: formatMoney(invoice.total, invoice.currency) };
    requireAmount(invoice, received);
    if (invoice.status === "paid") return { invoice: name, result: "already_paid", ...shown };
    const outcome: Performed = await perform(invoice);
    const operation = outcome.operation === null ? {} : { operation_id: outcome.operation.id };
    switch (outcome.outcome) {
      case "done":
        return { invoice: name, result: "paid", ...shown, ...operation };
      case "already_done":
        return { invoice: name, result: "already_paid", ...shown, ...operation };
      default:
        return {
          invoice: name,
          result: "unknown",
          ...shown,
          ...operation,
          ...(outcome.operation.why === null ? {} : { why: outcome.operation.why }),
        };
    }
  } catch (error) {
    if (!(error instanceof InvoicingError)) throw error;
    return { invoice: name, result: error.effect === "unknown" ? "unknown" : "failed", why: error.message };
  }
}

function requireAmount(invoice: Invoice, received: number | undefined): void {
  if (received === undefined || invoice.total === null || !invoice.total.eq(decimal(received))) {
    const due = invoice.total === null ? "an unknown amount" : formatMoney(invoice.total, invoice.currency);
    throw new InputError(
      `settle_payments: ${documentName(invoice)} is over ${due}, but ${received === undefined ? "nothing" : moneyText(decimal(received), invoice.currency)} was received. The API knows no partial payments.`,
      { next: "Leave it out, or ask the person; mark_paid settles one invoice by itself." },
    );
  }
}

function requireUnchanged(...[approved, now]: Parameters<typeof changesSince>): void {
  const changes = changesSince(approved, now);
  if (changes.length === 0) return;
  throw new RefusedError(`${documentName(now.invoice)} was not marked as paid: ${changes.join("; ")}.`, {
    next: "Call again with the rest: a person is asked for what is there now.",
  });
}

function totals(rows: readonly SettledRow[]): string[] {
  const sums = new Map<string, ReturnType<typeof decimal>>();
  for (const { result, amount: shown } of rows) {
    const match = shown === undefined ? null : /^(-?[\d,.]+) ([A-Z]{3})$/.exec(shown);
    if (result !== "paid" || match === null) continue;
    const [, number = "0", currency = ""] = match;
    sums.set(currency, (sums.get(currency) ?? decimal(0)).plus(decimal(number.replaceAll(",", ""))));
  }
  return [...sums].map(([currency, sum]) => formatMoney(sum, currency));
}
