import { z } from "zod";
import { AGES, type Debtor, type OpenInvoice, type Owed, Receivables } from "../billing/receivables.ts";
import { isOpen } from "../domain/invoice.ts";
import { defined } from "../domain/json.ts";
import { decimal, formatMoney, moneyText } from "../domain/money.ts";
import { cited, oneLine } from "../domain/untrusted.ts";
import { InputError } from "../errors.ts";
import { picture } from "../toolkit/card.ts";
import { defineTool } from "../toolkit/define.ts";
import { displayCustomer } from "../toolkit/invoices.ts";
import { cursor, customerId, limit } from "../toolkit/params.ts";
import { findCustomer } from "../toolkit/references.ts";
import { hiddenSentence, type WholeList, wholeListReader } from "../toolkit/whole-list.ts";

interface OpenOnes {
  readonly receivables: Receivables;
  add(invoice: Parameters<Receivables["add"]>[0]): void;
}
const readOpen = wholeListReader<OpenOnes>();

const ages = z.object({
  currency: z.string(),
  open: z.string(),
  overdue: z.string(),
  not_due: z.string().optional(),
  "1-30": z.string().optional().describe("Overdue by days."),
  "31-60": z.string().optional(),
  "61-90": z.string().optional(),
  over_90: z.string().optional(),
});

export default defineTool({
  name: "review_receivables",
  title: "Review receivables",
  effect: "read",
  card: true,
  search: "offene offen Posten schuldet Geld Mahnung owes money receivables unpaid overdue debtors",
  long: true,
  description:
    "Who owes us money: open and overdue amounts by customer and age, most overdue first, with totals per currency.",
  input: z.strictObject({
    customer_id: customerId().optional(),
    limit: limit(),
    cursor: cursor(),
  }),
  output: z.object({
    totals: z.array(ages),
    customers: z.array(
      ages.extend({
        customer: z.string(),
        customer_id: z.string().optional(),
        oldest_days: z.number().describe("Days the oldest is overdue."),
        invoices: z.array(z.string()).describe("Number, gross and due date, oldest first."),
        more_invoices: z.number().optional(),
      }),
    ),
    more_customers: z.number().optional().describe("Beyond limit."),
    covers: z.number().describe("Open invoices counted."),
    part: z.literal(true).optional().describe("Not all were read."),
    cursor: z.string().optional().describe("Pass it: the next sums include these."),
  }),
  examples: [{}, { limit: 3 }],
  async run(input, context) {
    // Also finds a customer named by its UUID: invoices carry the id, and a silent "nothing is open" would be false.
    const customer = input.customer_id === undefined ? null : await findCustomer(input.customer_id, context);
    if (input.cursor !== undefined && !/^[\w-]{16}$/.test(input.cursor)) {
      throw new InputError("cursor: not one this server gave.", {
        next: "Leave cursor out to start from the beginning.",
      });
    }
    const { list, cursor, restarted } = await readOpen(
      {
        purpose: `receivables ${customer?.id ?? ""}`,
        cursor: input.cursor,
        customer_id: customer?.id,
        status: "sent",
        begin: () => openOnes(new Receivables(context.today), customer?.id ?? null),
      },
      context,
    );
    const { receivables } = list.fold;
    const debtors = receivables.sorted();
    const shown = debtors.slice(0, input.limit ?? 10);
    return {
      data: defined({
        totals: [...receivables.totals.values()].map(shownSums),
        customers: shown.map(customerRow),
        more_customers: debtors.length > shown.length ? debtors.length - shown.length : undefined,
        covers: receivables.covers,
        part: list.complete ? undefined : (true as const),
        cursor: cursor ?? undefined,
      }),
      next: nextStep(list, restarted),
      meta: picture("receivables", context, {
        invoices: shown.map(({ invoices, currency }) => invoices.map((invoice) => invoiceRow(invoice, currency))),
      }),
    };
  },
  render: ({ totals, customers, more_customers, covers, part, cursor: more }) =>
    [
      covers === 0
        ? part
          ? "Nothing open among those read so far."
          : "Nothing is open."
        : `${covers} open invoice${covers === 1 ? "" : "s"}${part ? " read so far, NOT ALL" : ""}:`,
      ...totals.map((total) => `${part ? "Part" : "Total"} ${agesText(total)}`),
      ...customers.map(
        (debtor) =>
          `  ${cited(debtor.customer, 80)}: ${agesText(debtor)}${debtor.oldest_days > 0 ? `, oldest ${debtor.oldest_days} d overdue` : ""} · ${named(debtor)}${debtor.customer_id === undefined ? "" : ` · id ${debtor.customer_id}`}`,
      ),
      ...(more_customers === undefined ? [] : [`  … and ${more_customers} more customers (raise limit)`]),
      ...(more === undefined ? [] : [`More: cursor ${more}`]),
    ].join("\n"),
});

function named({
  invoices,
  more_invoices: more,
}: {
  invoices: readonly string[];
  more_invoices?: number | undefined;
}): string {
  const rest = more === undefined ? [] : [`${invoices.length === 0 ? "" : "and "}${more} more (list_invoices)`];
  return [...(invoices.length === 0 ? [] : [invoices.join("; ")]), ...rest].join(" ");
}

/** Those of one customer only, where one was asked for: the API may not know the filter. */
function openOnes(receivables: Receivables, customerId: string | null): OpenOnes {
  return {
    receivables,
    add(invoice) {
      if (!isOpen(invoice) || (customerId !== null && invoice.customer_id !== customerId)) return;
      receivables.add(invoice, displayCustomer(invoice) ?? null);
    },
  };
}

function customerRow(debtor: Debtor) {
  const more = debtor.count - debtor.invoices.length;
  return {
    customer: debtor.customer ?? "no customer",
    ...defined({ customer_id: debtor.customer_id ?? undefined }),
    ...shownSums(debtor),
    oldest_days: debtor.days,
    invoices: debtor.invoices.map((invoice) => invoiceText(invoice, debtor.currency)),
    ...defined({ more_invoices: more > 0 ? more : undefined }),
  };
}

function nextStep({ complete, hidden, stopped }: WholeList<OpenOnes>, restarted: boolean): string {
  const again = restarted ? ["The earlier reading was lost, so this one began anew."] : [];
  if (complete) return [...again, "Has money arrived? match_payments with the bank lines."].join(" ");
  if (hidden > 0) return [...again, hiddenSentence(hidden)].join(" ");
  const why = stopped === null ? "there was no time to read all" : "the API would not be read any further now";
  const wait = stopped?.retry_after_ms === undefined ? "" : ` in ${Math.ceil(stopped.retry_after_ms / 1000)} s`;
  const part = `These sums are those of a part: ${why}. Call again with cursor${wait}: the next sums include these.`;
  return [...again, part].join(" ");
}

/** `RE-2026-0042 1785.00 EUR due 2026-11-12`. */
function invoiceText(invoice: OpenInvoice, currency: string): string {
  const { number, amount, due } = invoiceRow(invoice, currency);
  const gross = amount === undefined ? "total unknown" : `${amount} ${oneLine(currency, 8)}`;
  return `${number} ${gross} ${due === undefined ? "no due date" : `due ${due}`}`;
}

function invoiceRow({ number, total, due }: OpenInvoice, currency: string) {
  return {
    number: oneLine(number, 60),
    ...defined({ amount: total === null ? undefined : moneyText(total, currency), due: due ?? undefined }),
  };
}

function shownSums({ currency, open, overdue, by_age }: Owed): z.infer<typeof ages> {
  return {
    currency,
    open: moneyText(open, currency),
    overdue: moneyText(overdue, currency),
    ...Object.fromEntries(
      AGES.flatMap((age) => {
        const amount = by_age[age];
        return amount === undefined ? [] : [[age, moneyText(amount, currency)]];
      }),
    ),
  };
}

function agesText(row: z.infer<typeof ages>): string {
  const parts = AGES.filter((age) => row[age] !== undefined).map((age) =>
    age === "not_due" ? `not due: ${row[age]}` : `${age.replace("_", " ")} d: ${row[age]}`,
  );
  return `${formatMoney(decimal(row.open), row.currency)} open, ${row.overdue} overdue${parts.length === 0 ? "" : ` (${parts.join(", ")})`}`;
}
