import { z } from "zod";
import type { Amounts } from "../billing/amounts.ts";
import { type Booked, type Books, booksOf, isOfInterest, type Period } from "../billing/books.ts";
import { billingCsv } from "../billing/csv.ts";
import { type Sum, sumBy, sumByRate } from "../billing/sums.ts";
import type { IsoDate } from "../domain/clock.ts";
import { type Invoice, isCreditNote } from "../domain/invoice.ts";
import { canonicalJson, defined } from "../domain/json.ts";
import { decimal, formatMoney, moneyText, sum, zero } from "../domain/money.ts";
import { cited, oneLine } from "../domain/untrusted.ts";
import { ConfigError, InputError } from "../errors.ts";
import { picture } from "../toolkit/card.ts";
import type { SaveContext } from "../toolkit/context.ts";
import { defineTool } from "../toolkit/define.ts";
import { displayCustomer } from "../toolkit/invoices.ts";
import { customerId, day, flag, limit, line } from "../toolkit/params.ts";
import { findCustomer } from "../toolkit/references.ts";
import { readWholeList, type WholeList } from "../toolkit/whole-list.ts";

/** Documents listed one by one; a saved table holds them all. */
const MAX_LISTED = 50;
const MAX_UNCLEAR = 10;

const input = z.strictObject({
  from: day("Default: first of this month.").optional(),
  to: day("Inclusive. Default: today.").optional(),
  customer_id: customerId().optional(),
  documents: flag("List the documents, too.").optional(),
  save_csv: flag("Save a table for the tax adviser.").optional(),
  limit: limit(),
  cursor: line(40, "Goes on where the last answer stopped.").optional(),
});

const amounts = { net: z.string(), tax: z.string(), gross: z.string() };
const row = z.object({ currency: z.string(), ...amounts, documents: z.number() });

export default defineTool({
  name: "review_billing",
  title: "Review billing",
  effect: "save",
  card: true,
  search: "Umsatz Umsatzsteuer Auswertung Monat revenue VAT report export",
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
    const { list, cursor, restarted } = await readWholeList(
      {
        purpose: canonicalJson({ ...period, customer_id: customer?.id ?? null }),
        cursor: from,
        customer_id: customer?.id,
        keep: (invoice) => (customer === null || invoice.customer_id === customer.id) && isOfInterest(invoice, period),
      },
      context,
    );
    const books = booksOf(list.kept, period);
    const saved = question.save_csv && list.complete ? await save(books, period, context) : null;
    return {
      data: defined({
        ...figures(books, period, shown),
        ...listed(books, question.documents === true),
        covers: coverage(list),
        complete: list.complete,
        path: saved?.path,
        cursor: cursor ?? undefined,
      }),
      next: nextStep(list, restarted, question.save_csv === true, saved?.path ?? null),
      meta: picture("billing", context, {
        apart: { quotes: books.quotes, drafts: books.drafts },
        documents: question.documents === true ? inOrder(books).map(documentRow) : [],
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

/** Sums of what is booked. */
function figures({ booked, quotes, drafts }: Books, period: Period, shown: number) {
  const customers = sumBy(booked, customerKey).sort((a, b) => b.gross.cmp(a.gross));
  const months = sumBy(booked, ({ day: issued }) => issued.slice(0, 7));
  const names = new Map(booked.map((entry) => [customerKey(entry), entry.invoice]));
  return {
    period: `${period.from} to ${period.to}`,
    totals: sumBy(booked, () => "").map((total) => ({ ...shownSum(total), open: openOf(booked, total.currency) })),
    taxes: sumByRate(booked).map((part) => ({
      ...shownSum(part),
      tax_rate: part.key === "" ? "not stated" : part.key,
    })),
    months: period.from.slice(0, 7) === period.to.slice(0, 7) ? undefined : months.map(monthRow),
    customers: customers.slice(0, shown).map((one) => customerRow(one, names.get(one.key))),
    more_customers: customers.length > shown ? customers.length - shown : undefined,
    apart: quotes + drafts === 0 ? undefined : `Apart: ${count(quotes, "quote")}, ${count(drafts, "draft")}.`,
  };
}

function listed(books: Books, wantsDocuments: boolean) {
  const { booked, unclear } = books;
  return {
    documents: wantsDocuments ? inOrder(books).map(documentLine) : undefined,
    more_documents: wantsDocuments && booked.length > MAX_LISTED ? booked.length - MAX_LISTED : undefined,
    unclear:
      unclear.length === 0
        ? undefined
        : unclear.slice(0, MAX_UNCLEAR).map(({ invoice, why }) => `${nameOf(invoice)}: ${why}`),
    more_unclear: unclear.length > MAX_UNCLEAR ? unclear.length - MAX_UNCLEAR : undefined,
  };
}

const customerKey = ({ invoice }: Booked) => invoice.customer_id ?? displayCustomer(invoice) ?? "";

function customerRow(one: Sum, invoice: Invoice | undefined) {
  return {
    ...shownSum(one),
    customer: (invoice === undefined ? undefined : displayCustomer(invoice)) ?? "no customer",
    ...defined({ customer_id: invoice?.customer_id ?? undefined }),
  };
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

function openOf(booked: readonly Booked[], currency: string): string {
  const open = booked.filter(({ is_open, invoice }) => is_open && invoice.currency === currency);
  return moneyText(sum(open.map(({ invoice }) => invoice.total ?? zero)), currency);
}

/** The documents that are listed, by their day. */
function inOrder({ booked }: Books): Booked[] {
  return [...booked].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0)).slice(0, MAX_LISTED);
}

function documentRow({ invoice, day: issued, amounts: value, is_open }: Booked) {
  return {
    day: issued,
    number: oneLine(invoice.number ?? invoice.id, 60),
    currency: oneLine(invoice.currency, 8),
    ...shownAmounts(value, invoice.currency),
    credit_note: isCreditNote(invoice),
    open: is_open,
    ...defined({ customer: displayCustomer(invoice) }),
  };
}

function documentLine(entry: Booked): string {
  const { invoice, day: issued, amounts: value, is_open } = entry;
  const kind = isCreditNote(invoice) ? " credit note" : "";
  const customer = displayCustomer(invoice);
  const who = customer === undefined ? "" : ` ${cited(customer, 40)}`;
  return `${issued} ${nameOf(invoice)}${kind}: ${sums({ currency: invoice.currency, ...shownAmounts(value, invoice.currency) })}${who}${is_open ? " (open)" : ""}`;
}

function nameOf({ number, id }: Invoice): string {
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

function coverage({ seen, back_to, complete }: WholeList): string {
  if (complete) return `All ${count(seen, "document")} of the account were looked at.`;
  return `${count(seen, "document")} read so far, the newest first${back_to === null ? "" : `, back to what was made on ${back_to.slice(0, 10)}`}`;
}

function nextStep(
  { complete, stopped }: WholeList,
  restarted: boolean,
  wantsFile: boolean,
  path: string | null,
): string {
  if (!complete) {
    const wait = stopped?.retry_after_ms === undefined ? "" : ` in ${Math.ceil(stopped.retry_after_ms / 1000)} s`;
    return `${restarted ? "The cursor was too old, so reading began anew. " : ""}These sums are of a part. Call again with the same arguments and cursor${wait}: its sums include these.${wantsFile ? " The table is saved with the last part." : ""}`;
  }
  if (path !== null) return "Tell the person where the table is.";
  return wantsFile ? "The table could not be saved." : "For each document: documents true; as a table: save_csv true.";
}

function requireFolder({ downloads }: SaveContext): NonNullable<SaveContext["downloads"]> {
  if (downloads !== null) return downloads;
  throw new ConfigError("review_billing: the owner allowed no folder for files, so no table can be saved.", {
    next: "Ask without save_csv, or have the owner set INVOICES_DOWNLOAD_DIR to a folder and restart.",
  });
}

async function save(books: Books, { from, to }: Period, context: SaveContext): Promise<{ readonly path: string }> {
  const stem = [context.simulator ? "simulator" : "", "billing", from, to].filter((part) => part !== "").join("-");
  return requireFolder(context).save({ stem, extension: "csv" }, billingCsv(books.booked, context.language));
}
