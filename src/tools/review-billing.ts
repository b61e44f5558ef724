import { z } from "zod";
import type { Amounts } from "../billing/amounts.ts";
import { type Account, Billing } from "../billing/billing.ts";
import type { Booked, Period } from "../billing/books.ts";
import { MAX_NAMED } from "../billing/figures.ts";
import type { Sum } from "../billing/sums.ts";
import { addDays, type IsoDate } from "../domain/clock.ts";
import { canonicalJson, defined } from "../domain/json.ts";
import { decimal, formatMoney, moneyText, zero } from "../domain/money.ts";
import { cited, oneLine } from "../domain/untrusted.ts";
import { ConfigError, InputError } from "../errors.ts";
import { picture } from "../toolkit/card.ts";
import type { SaveContext } from "../toolkit/context.ts";
import { defineTool } from "../toolkit/define.ts";
import { customerId, day, flag, limit, line } from "../toolkit/params.ts";
import { findCustomer } from "../toolkit/references.ts";
import { supersededAmong } from "../toolkit/superseded.ts";
import { hiddenSentence, type WholeList, wholeListReader } from "../toolkit/whole-list.ts";

/** Most drafts are issued within these days; where one waited longer, the answer says that it may be missing. */
const WAITING_DAYS = 31;
const readAll = wholeListReader<Billing>();

const input = z.strictObject({
  from: day("Default: first of this month.").optional(),
  to: day("Inclusive. Default: today.").optional(),
  customer_id: customerId().optional(),
  documents: flag("List the documents, too.").optional(),
  save_csv: flag("Save a table for the tax adviser.").optional(),
  limit: limit(),
  cursor: line(40, "Cursor.").optional(),
});

const amounts = { net: z.string(), tax: z.string(), gross: z.string() };
const row = z.object({ currency: z.string(), ...amounts, documents: z.number() });

export default defineTool({
  name: "review_billing",
  title: "Review billing",
  effect: "save",
  card: true,
  search: "Umsatz Umsatzsteuer Auswertung Monat Steuerberater revenue turnover VAT tax report export",
  long: true,
  description:
    "What did we bill: net, tax by rate, gross, by month and customer, by day of issue; credit notes deducted; quotes and drafts apart.",
  input,
  output: z.object({
    period: z.string(),
    complete: z.boolean().describe("false: sums of a part; go on with cursor."),
    totals: z.array(row.extend({ open: z.string().describe("Gross not yet paid.") })),
    taxes: z.array(row.extend({ tax_rate: z.string().describe("Percent.") })),
    months: z.array(row.extend({ month: z.string() })).optional(),
    customers: z.array(row.extend({ customer: z.string(), customer_id: z.string().optional() })),
    more_customers: z.number().optional(),
    documents: z.array(z.string()).optional(),
    more_documents: z.number().optional(),
    unclear: z.array(z.string()).optional().describe("Not in any sum; a person looks."),
    more_unclear: z.number().optional(),
    apart: z.string().optional().describe("Quotes and drafts; in no sum."),
    covers: z.string(),
    path: z.string().optional().describe("Saved table."),
    cursor: z.string().optional(),
  }),
  examples: [{}, { from: "2026-01-01", to: "2026-03-31", documents: true }],
  async run(wanted, context) {
    const { cursor: from, limit: shown = 10, ...question } = wanted;
    const period = periodOf(question, context.today);
    // Said before a long reading, not after it.
    if (question.save_csv === true) requireFolder(context);
    const customer = question.customer_id === undefined ? null : await findCustomer(question.customer_id, context);
    const wantsTable = question.save_csv === true;
    const { list, cursor, restarted } = await readAll(
      {
        purpose: canonicalJson({ ...period, customer_id: customer?.id ?? null, table: wantsTable }),
        cursor: from,
        customer_id: customer?.id,
        pause_at: addDays(period.from, -WAITING_DAYS),
        begin: () => new Billing(period, customer?.id ?? null, wantsTable ? context.language : null),
      },
      context,
    );
    const account = list.fold.account();
    const drafts = await standing(account, context);
    const path =
      list.complete && account.table !== null ? (await save(account.table.bytes(), period, context)).path : null;
    return {
      data: defined({
        ...figures(account, drafts, period, shown),
        ...listed(account, question.documents === true),
        covers: coverage(list, period),
        complete: list.complete,
        path: path ?? undefined,
        cursor: cursor ?? undefined,
      }),
      next: nextStep(list, period, restarted, wantsTable, path),
      meta: picture("billing", context, {
        apart: { quotes: account.quotes, drafts },
        unclear: account.unclear.map((one) => ({ document: nameOf(one), code: one.code })),
        documents: question.documents === true ? account.figures.named.map(documentRow) : [],
      }),
    };
  },
  render(data) {
    return [
      `${data.period}${data.complete ? "" : ` – A PART ONLY (${data.covers})`}:`,
      ...data.totals.map(
        (total) => `Total ${sums(total)} · ${formatMoney(decimal(total.open), total.currency)} of it open`,
      ),
      ...(data.totals.length === 0 ? ["Nothing was billed."] : []),
      ...data.taxes.map((tax) => `  ${tax.tax_rate} %: ${sums(tax)}`),
      ...(data.months ?? []).map((month) => `  ${month.month}: ${sums(month)}`),
      ...data.customers.map(
        (one) =>
          `  ${cited(one.customer, 80)}: ${sums(one)}${one.customer_id === undefined ? "" : ` · id ${one.customer_id}`}`,
      ),
      ...(data.more_customers === undefined ? [] : [`  … and ${data.more_customers} more customers (raise limit)`]),
      ...(data.documents ?? []).map((document) => `  ${document}`),
      ...(data.more_documents === undefined ? [] : [`  … and ${data.more_documents} more (save_csv holds all)`]),
      ...(data.unclear === undefined ? [] : ["Not counted, a person has to look:"]),
      ...(data.unclear ?? []).map((document) => `  ${document}`),
      ...(data.more_unclear === undefined ? [] : [`  … and ${data.more_unclear} more`]),
      ...(data.apart === undefined ? [] : [data.apart]),
      ...(data.path === undefined ? [] : [`Saved: ${data.path}`]),
      ...(data.complete ? [data.covers] : []),
      ...(data.cursor === undefined ? [] : [`More: cursor ${data.cursor}`]),
    ].join("\n");
  },
});

function periodOf(question: { from?: IsoDate | undefined; to?: IsoDate | undefined }, today: IsoDate): Period {
  const to = question.to ?? today;
  const from = question.from ?? `${to.slice(0, 8)}01`;
  if (to < from) throw new InputError(`review_billing: to (${to}) is before from (${from}).`);
  return { from, to };
}

/** Drafts that still are to be sent: not those that a corrected copy stands for. */
async function standing({ drafts }: Account, context: SaveContext): Promise<number> {
  const replaced = await supersededAmong(
    [...drafts].map((id) => ({ id, status: "draft" })),
    context,
  );
  return drafts.size - replaced.size;
}

/** Sums of what is booked. */
function figures({ figures: sums, quotes }: Account, drafts: number, period: Period, shown: number) {
  const customers = sums.customers.sorted().sort((a, b) => b.gross.cmp(a.gross));
  const open = new Map(sums.open.sorted().map(({ currency, gross }) => [currency, gross]));
  return {
    period: `${period.from} to ${period.to}`,
    totals: sums.totals.sorted().map((total) => ({
      ...shownSum(total),
      open: moneyText(open.get(total.currency) ?? zero, total.currency),
    })),
    taxes: sums.rates.sorted().map((part) => ({
      ...shownSum(part),
      tax_rate: part.key === "" ? "not stated" : part.key,
    })),
    months: period.from.slice(0, 7) === period.to.slice(0, 7) ? undefined : sums.months.sorted().map(monthRow),
    customers: customers.slice(0, shown).map((one) => customerRow(one, sums.names.get(one.key))),
    more_customers: customers.length > shown ? customers.length - shown : undefined,
    apart: quotes + drafts === 0 ? undefined : `Apart: ${count(quotes, "quote")}, ${count(drafts, "draft")}.`,
  };
}

function listed({ figures: { named, documents }, unclear, more_unclear }: Account, wantsDocuments: boolean) {
  return {
    documents: wantsDocuments ? named.map(documentLine) : undefined,
    more_documents: wantsDocuments && documents > MAX_NAMED ? documents - MAX_NAMED : undefined,
    unclear: unclear.length === 0 ? undefined : unclear.map((one) => `${nameOf(one)}: ${one.why}`),
    more_unclear: more_unclear === 0 ? undefined : more_unclear,
  };
}

function customerRow(one: Sum, named: Pick<Booked, "customer" | "customer_id"> | undefined) {
  return {
    ...shownSum(one),
    customer: shownName(named?.customer ?? null) ?? "no customer",
    ...defined({ customer_id: named?.customer_id ?? undefined }),
  };
}

function shownName(customer: string | null): string | undefined {
  return customer === null ? undefined : oneLine(customer, 80);
}

function monthRow(month: Sum) {
  return { ...shownSum(month), month: month.key };
}

function shownSum({ currency, documents, ...value }: Sum) {
  return { currency: oneLine(currency, 8), ...shownAmounts(value, currency), documents };
}

function shownAmounts({ net, tax, gross }: Amounts, currency: string) {
  return { net: moneyText(net, currency), tax: moneyText(tax, currency), gross: moneyText(gross, currency) };
}

function documentRow({ number, id, day: issued, currency, amounts: value, is_open, is_credit_note, customer }: Booked) {
  return {
    day: issued,
    number: oneLine(number ?? id, 60),
    currency: oneLine(currency, 8),
    ...shownAmounts(value, currency),
    credit_note: is_credit_note,
    open: is_open,
    ...defined({ customer: shownName(customer) }),
  };
}

function documentLine(entry: Booked): string {
  const { day: issued, currency, amounts: value, is_open } = entry;
  const kind = entry.is_credit_note ? " credit note" : "";
  const customer = shownName(entry.customer);
  const who = customer === undefined ? "" : ` ${cited(customer, 40)}`;
  return `${issued} ${nameOf(entry)}${kind}: ${sums({ currency, ...shownAmounts(value, currency) })}${who}${is_open ? " (open)" : ""}`;
}

function nameOf({ number, id }: Pick<Booked, "number" | "id">): string {
  return number === null ? id : `#${oneLine(number, 60)}`;
}

function sums({
  currency,
  net,
  tax,
  gross,
  documents,
}: Omit<z.infer<typeof row>, "documents"> & { documents?: number }) {
  const amount = (text: string) => formatMoney(decimal(text), currency);
  const of = documents === undefined ? "" : ` (${count(documents, "document")})`;
  return `net ${amount(net)} + tax ${amount(tax)} = ${amount(gross)}${of}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function coverage({ seen, back_to, complete }: WholeList<Billing>, { from }: Period): string {
  if (complete) return `All ${count(seen, "document")} of the account were looked at.`;
  const read = `${count(seen, "document")} read so far, the newest first`;
  if (back_to === null) return read;
  const day = back_to.slice(0, 10);
  return `${read}, back to what was made on ${day}${isPast(back_to, from) ? ": missing can only be what was drafted before and issued in the period" : ""}`;
}

/** Everything made in the period was read: only a draft that waited can be missing. */
function isPast(back_to: string | null, from: IsoDate): boolean {
  return back_to !== null && back_to.slice(0, 10) < from;
}

function nextStep(
  { complete, stopped, hidden, back_to }: WholeList<Billing>,
  { from }: Period,
  restarted: boolean,
  wantsFile: boolean,
  path: string | null,
): string {
  if (hidden > 0) return hiddenSentence(hidden);
  if (!complete) {
    const wait = stopped?.retry_after_ms === undefined ? "" : ` in ${Math.ceil(stopped.retry_after_ms / 1000)} s`;
    const sentences = [
      ...(restarted ? ["The cursor was too old or for another question, so reading began anew."] : []),
      isPast(back_to, from)
        ? "Whatever was made in the period is in these sums. Whether an older draft was issued in it, only the rest of the account can tell."
        : "These sums are of a part.",
      `Call again with the same arguments and cursor${wait}: its sums include these.`,
      ...(wantsFile ? ["The table is saved with the last part."] : []),
    ];
    return sentences.join(" ");
  }
  if (path !== null) return "Tell the person where the table is.";
  return wantsFile ? "The table could not be saved." : "For each document: documents true; as a table: save_csv true.";
}

function requireFolder({ downloads }: SaveContext): NonNullable<SaveContext["downloads"]> {
  if (downloads !== null) return downloads;
  throw new ConfigError("review_billing: the owner allowed no folder for files, so no table can be saved.", {
    next: "Ask without save_csv. To have tables saved, the owner sets INVOICES_DOWNLOAD_DIR to a folder and restarts.",
  });
}

async function save(table: Uint8Array, { from, to }: Period, context: SaveContext): Promise<{ readonly path: string }> {
  const stem = [context.simulator ? "simulator" : "", "billing", from, to].filter((part) => part !== "").join("-");
  return requireFolder(context).save({ stem, extension: "csv" }, table);
}
