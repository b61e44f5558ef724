import { z } from "zod";
import { daysBetween } from "../domain/clock.ts";
import { type Invoice, isOpen } from "../domain/invoice.ts";
import { defined } from "../domain/json.ts";
import { type Decimal, decimal, formatMoney, moneyText, zero } from "../domain/money.ts";
import { cited, oneLine } from "../domain/untrusted.ts";
import { InputError } from "../errors.ts";
import { picture } from "../toolkit/card.ts";
import { defineTool } from "../toolkit/define.ts";
import { displayCustomer } from "../toolkit/invoices.ts";
import { cursor, customerId, limit } from "../toolkit/params.ts";
import { findCustomer } from "../toolkit/references.ts";
import { readWholeList } from "../toolkit/whole-list.ts";

/** Invoices named per customer. */
const MAX_INVOICES = 10;
const AGES = ["not_due", "1-30", "31-60", "61-90", "over_90"] as const;
type Age = (typeof AGES)[number];

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
  search: "offene Posten überfällig wer schuldet receivables overdue debtors",
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
    const { list, cursor, restarted } = await readWholeList(
      {
        purpose: `receivables ${customer?.id ?? ""}`,
        cursor: input.cursor,
        customer_id: customer?.id,
        status: "sent",
        keep: (invoice) => isOpen(invoice) && (customer === null || invoice.customer_id === customer.id),
      },
      context,
    );
    const totals = new Map<string, Sums>();
    const byCustomer = new Map<string, Debtor>();
    for (const invoice of list.kept) {
      const days = invoice.due_date === null ? 0 : Math.max(0, daysBetween(invoice.due_date, context.today));
      const due = invoice.total ?? zero;
      book(
        entry(totals, invoice.currency, () => sums(invoice.currency)),
        due,
        days,
      );
      const key = `${invoice.customer_id ?? displayCustomer(invoice) ?? invoice.id}|${invoice.currency}`;
      const debtor = entry(byCustomer, key, () => ({ ...sums(invoice.currency), invoice, days: 0, invoices: [] }));
      book(debtor, due, days);
      debtor.days = Math.max(debtor.days, days);
      debtor.invoices.push({ invoice, days });
    }
    const debtors = [...byCustomer.values()].sort(
      (a, b) => b.days - a.days || b.overdue.cmp(a.overdue) || b.open.cmp(a.open),
    );
    const shown = debtors.slice(0, input.limit ?? 10);
    const named = shown.map(({ invoices }) => oldest(invoices));
    return {
      data: defined({
        totals: [...totals.values()].map(shownSums),
        customers: shown.map((debtor, at) => ({
          customer: displayCustomer(debtor.invoice) ?? "no customer",
          ...defined({ customer_id: debtor.invoice.customer_id ?? undefined }),
          ...shownSums(debtor),
          oldest_days: debtor.days,
          invoices: (named[at] ?? []).map(invoiceText),
          ...defined({
            more_invoices: debtor.invoices.length > MAX_INVOICES ? debtor.invoices.length - MAX_INVOICES : undefined,
          }),
        })),
        more_customers: debtors.length > shown.length ? debtors.length - shown.length : undefined,
        covers: list.kept.length,
        part: cursor === null ? undefined : (true as const),
        cursor: cursor ?? undefined,
      }),
      next: [
        ...(restarted ? ["The earlier reading was lost, so this one began anew."] : []),
        ...(cursor === null
          ? ["Has money arrived? match_payments with the bank lines."]
          : [
              `These sums are those of a part: ${list.stopped === null ? "there was no time to read all" : "the API would not be read any further now"}. Call again with cursor${list.stopped?.retry_after_ms === undefined ? "" : ` in ${Math.ceil(list.stopped.retry_after_ms / 1000)} s`}: the next sums include these.`,
            ]),
      ].join(" "),
      meta: picture("receivables", context, { invoices: named.map((some) => some.map(invoiceRow)) }),
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
          `  ${cited(debtor.customer, 80)}: ${agesText(debtor)}${debtor.oldest_days > 0 ? `, oldest ${debtor.oldest_days} d overdue` : ""} · ${debtor.invoices.join("; ")}${debtor.more_invoices === undefined ? "" : ` and ${debtor.more_invoices} more (list_invoices)`}${debtor.customer_id === undefined ? "" : ` · id ${debtor.customer_id}`}`,
      ),
      ...(more_customers === undefined ? [] : [`  … and ${more_customers} more customers (raise limit)`]),
      ...(more === undefined ? [] : [`More: cursor ${more}`]),
    ].join("\n"),
});

function oldest(invoices: Debtor["invoices"]): Invoice[] {
  return [...invoices]
    .sort((a, b) => b.days - a.days)
    .slice(0, MAX_INVOICES)
    .map(({ invoice }) => invoice);
}

/** `RE-2026-0042 1785.00 EUR due 2026-11-12`. */
function invoiceText(invoice: Invoice): string {
  const { number, amount, due } = invoiceRow(invoice);
  const gross = amount === undefined ? "total unknown" : `${amount} ${oneLine(invoice.currency, 8)}`;
  return `${number} ${gross} ${due === undefined ? "no due date" : `due ${due}`}`;
}

function invoiceRow({ number, id, total, currency, due_date }: Invoice) {
  return {
    number: oneLine(number ?? id, 60),
    ...defined({
      amount: total === null ? undefined : moneyText(total, currency),
      due: due_date ?? undefined,
    }),
  };
}

interface Sums {
  readonly currency: string;
  open: Decimal;
  overdue: Decimal;
  readonly byAge: Map<Age, Decimal>;
}

interface Debtor extends Sums {
  readonly invoice: Invoice;
  days: number;
  readonly invoices: { readonly invoice: Invoice; readonly days: number }[];
}

function sums(currency: string): Sums {
  return { currency, open: zero, overdue: zero, byAge: new Map() };
}

function book(into: Sums, amount: Decimal, days: number): void {
  const age = ageOf(days);
  into.open = into.open.plus(amount);
  if (days > 0) into.overdue = into.overdue.plus(amount);
  into.byAge.set(age, (into.byAge.get(age) ?? zero).plus(amount));
}

function ageOf(days: number): Age {
  if (days === 0) return "not_due";
  if (days <= 30) return "1-30";
  if (days <= 60) return "31-60";
  return days <= 90 ? "61-90" : "over_90";
}

function shownSums({ currency, open, overdue, byAge }: Sums): z.infer<typeof ages> {
  const buckets = AGES.map((age) => [age, byAge.get(age)] as const).filter(([, amount]) => amount !== undefined);
  return {
    currency,
    open: moneyText(open, currency),
    overdue: moneyText(overdue, currency),
    ...Object.fromEntries(buckets.map(([age, amount]) => [age, moneyText(amount ?? zero, currency)])),
  };
}

function agesText(row: z.infer<typeof ages>): string {
  const parts = AGES.filter((age) => row[age] !== undefined).map((age) =>
    age === "not_due" ? `not due: ${row[age]}` : `${age.replace("_", " ")} d: ${row[age]}`,
  );
  return `${formatMoney(decimal(row.open), row.currency)} open, ${row.overdue} overdue${parts.length === 0 ? "" : ` (${parts.join(", ")})`}`;
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
