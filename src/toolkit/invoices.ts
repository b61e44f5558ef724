import { z } from "zod";
import { daysBetween, type IsoDate } from "../domain/clock.ts";
import type { Address } from "../domain/customer.ts";
import { type Invoice, type Item, invoiceKind, isOverdue } from "../domain/invoice.ts";
import { defined } from "../domain/json.ts";
import { type Decimal, formatMoney, moneyText } from "../domain/money.ts";
import { itemTotals, lineTotals, totalsDifference } from "../domain/totals.ts";
import { cited, displayBlock, displayLines, oneLine } from "../domain/untrusted.ts";
import { addressLines } from "../guard/plan-parts.ts";

/** How tools answer with invoices. Money is decimal text in major units of `currency`, e.g. `1785.00`. */
const money = () => z.string();

export const itemData = z.object({
  id: z.string(),
  title: z.string(),
  subtitle: z.string().optional(),
  quantity: z.string(),
  single_net_amount: money().optional(),
  single_gross_amount: money().optional(),
  tax_rate: z.string().describe("Percent."),
  line_total: money().optional().describe("In the invoice's direction."),
});

export const invoiceRow = z.object({
  id: z.string(),
  number: z.string().optional().describe("Absent on drafts."),
  kind: z.enum(["invoice", "quote", "credit_note"]),
  status: z.string().describe("draft, sent, overdue, paid, void …"),
  overdue_days: z.number().optional(),
  total: money().optional().describe("Gross."),
  currency: z.string(),
  customer: z.string().optional(),
  customer_id: z.string().optional(),
  issued_at: z.string().optional(),
  due_date: z.string().optional().describe("Of a quote: how long it is valid."),
  superseded_by: z.string().optional().describe("Corrected copy that stands for this draft: do not send it."),
});
export type InvoiceRow = z.infer<typeof invoiceRow>;

export const invoiceData = invoiceRow.extend({
  net_amount: money().optional(),
  tax_amount: money().optional(),
  taxes: z.array(z.object({ tax_rate: z.string(), net: money().optional(), tax: money().optional() })).optional(),
  calculate_from_net: z.boolean().describe("true: amounts are entered net."),
  email: z.string().optional().describe("Where it is delivered."),
  recipient: z.array(z.string()).optional(),
  invoicing_party: z.array(z.string()).optional(),
  notes: z.string().optional(),
  vat_number: z.string().optional(),
  reference: z.string().optional(),
  documents: z.array(z.string()).optional().describe("Files the API has."),
  items: z.array(itemData),
  on_sending: z.array(z.string()).optional().describe("What is filled in then."),
  warnings: z.array(z.string()).optional(),
});
export type InvoiceData = z.infer<typeof invoiceData>;

const amountText = (value: Decimal | null, currency: string) =>
  value === null ? undefined : moneyText(value, currency);

function isDefined<V>(value: V): value is Exclude<V, undefined> {
  return value !== undefined;
}

export function toRow(invoice: Invoice, today: IsoDate): InvoiceRow {
  const overdue = isOverdue(invoice, today);
  const currency = oneLine(invoice.currency, 8);
  return {
    id: invoice.id,
    ...defined({ number: invoice.number === null ? undefined : oneLine(invoice.number, 60) }),
    kind: invoiceKind(invoice),
    status: overdue ? "overdue" : invoice.status === "other" ? oneLine(invoice.status_word, 30) : invoice.status,
    ...defined({
      overdue_days: overdue && invoice.due_date !== null ? daysBetween(invoice.due_date, today) : undefined,
      total: amountText(invoice.total, currency),
    }),
    currency,
    ...defined({
      customer: displayCustomer(invoice),
      customer_id: invoice.customer_id ?? undefined,
      issued_at: invoice.issued_at ?? undefined,
      due_date: invoice.due_date ?? undefined,
    }),
  };
}

export function displayCustomer(invoice: Invoice): string | undefined {
  const name =
    invoice.customer?.name ??
    invoice.buyer?.company_name ??
    invoice.buyer?.contact_name ??
    invoice.recipient?.split("\n")[0];
  return name === undefined || name === null || name.trim() === "" ? undefined : oneLine(name, 80);
}

/**
 * The whole document. Text longer than a paragraph is cut; `detailed` keeps more. `address`: the customer's, where it was
 * read; `null`: there is none.
 */
export function toInvoice(
  invoice: Invoice,
  today: IsoDate,
  { detailed = false, address }: { readonly detailed?: boolean; readonly address?: Address | null | undefined } = {},
): InvoiceData {
  const row = toRow(invoice, today);
  const { currency } = row;
  const items = invoice.items ?? [];
  const files = [
    invoice.documents.pdf === null ? undefined : "pdf",
    invoice.documents.xml === null ? undefined : "xml",
    invoice.documents.quote_pdf === null ? undefined : "quote_pdf",
  ].filter(isDefined);
  const warnings = totalsWarnings(invoice);
  const filled = address === undefined ? [] : onSending(invoice, address);
  return {
    ...row,
    ...defined({
      net_amount: amountText(invoice.net_amount, currency),
      tax_amount: amountText(invoice.tax_amount, currency),
      taxes:
        invoice.vat_breakdown.length === 0
          ? undefined
          : invoice.vat_breakdown.map((entry) => ({
              tax_rate: entry.tax_rate.toFixed(),
              ...defined({ net: amountText(entry.net_amount, currency), tax: amountText(entry.tax_amount, currency) }),
            })),
    }),
    calculate_from_net: invoice.calculate_from_net,
    ...defined({
      email: invoice.customer?.email ? oneLine(invoice.customer.email, 254) : undefined,
      recipient: lines(invoice.recipient),
      invoicing_party: detailed ? lines(invoice.invoicing_party) : undefined,
      notes: invoice.notes ? displayBlock(invoice.notes, detailed ? 2_000 : 300) : undefined,
      vat_number: invoice.vat_number ? oneLine(invoice.vat_number, 40) : undefined,
      reference:
        invoice.reference === null ? undefined : `${oneLine(invoice.reference.type, 40)} ${invoice.reference.id}`,
      documents: files.length === 0 ? undefined : files,
    }),
    items: items.map((item) => toItem(item, invoice)),
    ...defined({
      on_sending: filled.length === 0 ? undefined : filled,
      warnings: warnings.length === 0 ? undefined : warnings,
    }),
  };
}

/** What a draft leaves to the sending: the guide fills a blank recipient, an account setting may set the due date. */
function onSending(invoice: Invoice, address: Address | null): string[] {
  if (invoice.status !== "draft") return [];
  const isFilled = (invoice.recipient ?? "").trim() === "";
  return [
    ...(!isFilled
      ? []
      : address === null
        ? [
            invoice.customer_id === null
              ? "Recipient: none; there is neither a customer nor a recipient."
              : "Recipient: no address is on file for the customer.",
          ]
        : [`Recipient: ${cited(addressLines(address).join(", "), 300)}.`]),
    ...(invoice.due_date !== null
      ? []
      : [invoice.is_quote ? "Valid until: none." : "Due date: none; the account may set one."]),
  ];
}

function lines(text: string | null): string[] | undefined {
  return text === null || text.trim() === "" ? undefined : displayLines(text);
}

export function toItem(
  item: Item,
  invoice: Pick<Invoice, "calculate_from_net" | "currency">,
): z.infer<typeof itemData> {
  const totals = lineTotals(item, invoice.calculate_from_net, invoice.currency);
  return {
    id: item.id,
    title: oneLine(item.title, 185),
    ...defined({
      subtitle: item.subtitle ? oneLine(item.subtitle, 185) : undefined,
      single_net_amount: amountText(item.single_net_amount, invoice.currency),
      single_gross_amount: amountText(item.single_gross_amount, invoice.currency),
      line_total:
        totals === null
          ? undefined
          : moneyText(invoice.calculate_from_net ? totals.net : totals.gross, invoice.currency),
    }),
    quantity: item.quantity.toFixed(),
    tax_rate: item.tax_rate.toFixed(),
  };
}

/** The API's total is shown as it is; a difference of more than a cent per line from our own sum is said. */
export function totalsWarnings(invoice: Invoice): string[] {
  const items = invoice.items ?? [];
  const totals = itemTotals(items, invoice.calculate_from_net, invoice.currency);
  const difference =
    invoice.is_cancellation || items.length === 0
      ? null
      : totalsDifference(invoice.total, totals, items.length, invoice.currency);
  if (difference === null || totals === null) return [];
  return [
    `The API's gross total differs from the sum of the lines (${formatMoney(totals.gross, invoice.currency)}) by ${formatMoney(difference, invoice.currency)}. Check the lines before sending.`,
  ];
}

/** A row of a detailed list: enough to tell drafts apart without opening each. */
export const detailedRow = invoiceRow.extend({
  lines: z.number().optional(),
  first_line: z.string().optional(),
  notes: z.string().optional(),
  reference: z.string().optional().describe("What it was made for."),
});

export function toDetailedRow(invoice: Invoice, today: IsoDate): z.infer<typeof detailedRow> {
  const [first] = invoice.items ?? [];
  const { reference } = invoice;
  return {
    ...toRow(invoice, today),
    ...defined({
      lines: invoice.items?.length,
      first_line: first === undefined ? undefined : `${first.quantity.toFixed()} × ${oneLine(first.title, 80)}`,
      notes: invoice.notes ? displayBlock(invoice.notes, 120) : undefined,
      reference: reference === null ? undefined : `${oneLine(reference.type, 40)} ${oneLine(reference.id, 60)}`,
    }),
  };
}

/** A row of a concise list: a number stands for the id, the total carries its currency. */
export const shortRow = detailedRow.partial({ id: true, kind: true, currency: true });
export type ShortRow = z.infer<typeof shortRow>;

/** As few tokens as tell the documents apart: a UUID beside a number would double the list, a settled one is not due. */
export function toShortRow(invoice: Invoice, today: IsoDate): ShortRow {
  const { id, number, kind, status, total, currency, customer, due_date } = toRow(invoice, today);
  return {
    ...(number === undefined ? { id } : { number }),
    ...(kind === "invoice" ? {} : { kind }),
    status,
    ...defined({
      total: total === undefined ? undefined : `${total} ${currency}`,
      customer: customer === undefined ? undefined : oneLine(companyOf(invoice, customer), 32),
      due_date: invoice.status === "paid" || invoice.status === "void" ? undefined : due_date,
    }),
  };
}

/** The company alone where the API names it apart from its person: "Hart & Finch Ltd", not "… (Olivia Hart)". */
function companyOf({ buyer }: Invoice, customer: string): string {
  const company = oneLine(buyer?.company_name ?? "", 80);
  return company !== "" && customer.startsWith(`${company} (`) ? company : customer;
}

/** `#2026-0042 overdue 12 d · 1785.00 EUR · "Acme Inc" · due 2026-11-11`; a draft shows its id instead of a number. */
export function rowLine(row: ShortRow): string {
  const kind = row.kind === undefined || row.kind === "invoice" ? "" : ` ${row.kind.replace("_", " ")}`;
  return [
    `${row.number === undefined ? row.id : `#${row.number}`}${kind} ${row.status}${row.overdue_days === undefined ? "" : ` ${row.overdue_days} d`}`,
    row.total === undefined || row.currency === undefined ? row.total : `${row.total} ${row.currency}`,
    row.customer === undefined ? undefined : cited(row.customer, 80),
    row.due_date === undefined ? undefined : `${row.kind === "quote" ? "valid until" : "due"} ${row.due_date}`,
    row.superseded_by === undefined ? undefined : `replaced by ${row.superseded_by}, not to be sent`,
  ]
    .filter(isDefined)
    .join(" · ");
}

/** The line with everything else the row holds: ids and the day of issue. */
export function rowText(row: ShortRow): string {
  return [
    rowLine(row),
    row.issued_at === undefined ? undefined : `issued ${row.issued_at}`,
    row.customer_id === undefined ? undefined : `customer id ${row.customer_id}`,
    row.first_line === undefined
      ? undefined
      : `${cited(row.first_line, 90)}${(row.lines ?? 0) > 1 ? ` and ${(row.lines ?? 0) - 1} more` : ""}`,
    row.notes === undefined ? undefined : `notes ${cited(onOneLine(row.notes), 140)}`,
    row.reference === undefined ? undefined : `for ${row.reference}`,
    row.id === undefined || row.number === undefined ? undefined : `id ${row.id}`,
  ]
    .filter(isDefined)
    .join(" · ");
}

function itemLine(item: z.infer<typeof itemData>, fromNet: boolean): string {
  const { single_net_amount: net, single_gross_amount: gross } = item;
  const [given, derived] = fromNet
    ? [`${net ?? "?"} net`, gross && `${gross} gross`]
    : [`${gross ?? "?"} gross`, net && `${net} net`];
  const title = `${cited(item.title, 185)}${item.subtitle === undefined ? "" : ` – ${cited(item.subtitle, 185)}`}`;
  return `  ${item.quantity} × ${given}${derived === undefined ? "" : ` (${derived})`}, ${item.tax_rate} %: ${title} = ${item.line_total ?? "?"} (item ${item.id})`;
}

export function invoiceText(invoice: InvoiceData): string {
  const amounts = invoice.calculate_from_net ? "net" : "gross";
  const rates = invoice.taxes ?? [];
  // With one rate, its net is the net.
  const taxes = rates
    .map(({ tax_rate, net, tax }) => `${tax_rate} %${rates.length > 1 ? ` of ${net ?? "?"}` : ""}: ${tax ?? "?"}`)
    .join(", ");
  return [
    `${rowLine(invoice)}${invoice.number === undefined ? "" : ` · id ${invoice.id}`}`,
    ...invoice.items.map((item) => itemLine(item, invoice.calculate_from_net)),
    invoice.items.length === 0 ? "  No lines yet." : undefined,
    `  Net ${invoice.net_amount ?? "?"} + tax ${invoice.tax_amount ?? "?"}${taxes === "" ? "" : ` (${taxes})`} = gross ${invoice.total ?? "?"} ${invoice.currency}; amounts entered ${amounts}`,
    labelled("Customer", invoice.customer_id === undefined ? undefined : `id ${invoice.customer_id}`),
    labelled("E-mail", invoice.email),
    labelled("Recipient", invoice.recipient && cited(invoice.recipient.join(", "), 300)),
    labelled("From", invoice.invoicing_party && cited(invoice.invoicing_party.join(", "), 300)),
    labelled("Issued", invoice.issued_at),
    labelled("VAT number", invoice.vat_number),
    labelled("Reference", invoice.reference),
    notesText(invoice.notes),
    labelled("Files", invoice.documents?.join(", ")),
    ...(invoice.on_sending ?? []).map((sentence) => `  On sending: ${sentence}`),
    ...(invoice.warnings ?? []).map((warning) => `  Warning: ${warning}`),
  ]
    .filter(isDefined)
    .join("\n");
}

/** Line breaks stay what they are; the bar says that the line is data. */
function notesText(notes: string | undefined): string | undefined {
  if (notes === undefined) return undefined;
  if (!notes.includes("\n")) return labelled("Notes", cited(notes, 2_000));
  return ["  Notes:", ...notes.split("\n").map((line) => `    | ${line}`)].join("\n");
}

/** In a row, where a break of the line would end it. */
export function onOneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " / ");
}

function labelled(label: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : `  ${label}: ${value}`;
}
