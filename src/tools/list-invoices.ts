import { z } from "zod";
import type { InvoiceQuery } from "../api/port.ts";
import type { IsoDate } from "../domain/clock.ts";
import { type Invoice, invoiceKind, isOverdue } from "../domain/invoice.ts";
import { defined } from "../domain/json.ts";
import { InputError } from "../errors.ts";
import { decodeCursor, encodeCursor } from "../toolkit/cursor.ts";
import { defineTool } from "../toolkit/define.ts";
import { rowText, shortRow, toDetailedRow, toShortRow } from "../toolkit/invoices.ts";
import { cursor, customerId, day, format, limit, line } from "../toolkit/params.ts";
import { findCustomer, fitsNumber } from "../toolkit/references.ts";
import { PAGE_SIZE, type Scan, scan } from "../toolkit/scan.ts";
import { marked, supersededAmong } from "../toolkit/superseded.ts";

/** One call looks at no more than 300 invoices; the cursor goes on from there. */
const MAX_PAGES = 10;
const STATUSES = ["draft", "sent", "overdue", "paid", "void"] as const;
const KINDS = ["invoice", "quote", "credit_note"] as const;

const input = z.strictObject({
  status: z.enum(STATUSES).optional().describe("overdue = sent and past due."),
  customer_id: customerId().optional(),
  search: line(200, "Fuzzy text.").optional(),
  number: line(60, "Exact number.").optional(),
  issued_from: day("YYYY-MM-DD, inclusive.").optional(),
  issued_to: day("Issued to.").optional(),
  kind: z.enum(KINDS).optional().describe("Kind."),
  limit: limit(),
  cursor: cursor(),
  response_format: format(),
});
type Filters = Omit<z.infer<typeof input>, "limit" | "cursor" | "response_format">;

export default defineTool({
  name: "list_invoices",
  title: "List invoices",
  effect: "read",
  search: "Rechnungen auflisten liste Angebote Entwürfe offen offene list invoices drafts overdue unpaid",
  always: true,
  long: true,
  description: "List invoices, quotes and credit notes, newest first; overdue: oldest first. Filters combine.",
  input,
  output: z.object({
    invoices: z.array(shortRow),
    total: z.number().optional(),
    scanned: z.number().optional().describe("Looked at, where more may follow and others were passed over."),
    cursor: z.string().optional().describe("Pass it to get more."),
  }),
  examples: [{}, { status: "overdue" }, { status: "draft", limit: 5 }, { kind: "quote", response_format: "detailed" }],
  async run(arguments_, context) {
    const { limit: wanted = 20, cursor: from, response_format, ...filters } = arguments_;
    // Also finds a customer named by its UUID: invoices carry the id, and a silent "nothing" would be false.
    if (filters.customer_id !== undefined) filters.customer_id = (await findCustomer(filters.customer_id, context)).id;
    if (
      filters.issued_from !== undefined &&
      filters.issued_to !== undefined &&
      filters.issued_to < filters.issued_from
    ) {
      throw new InputError("list_invoices: issued_to is before issued_from.");
    }
    const position = decodeCursor(defined(filters), from);
    const result = await scan({
      fetchPage: (page) =>
        context.api.listInvoices(
          { ...serverQuery(filters), include_items: response_format === "detailed", page, page_size: PAGE_SIZE },
          { signal: context.signal },
        ),
      keep: (invoice) => matches(invoice, filters, context.today),
      limit: wanted,
      start: position,
      max_pages: MAX_PAGES,
      order: filters.status === "overdue" ? "oldest_first" : "newest_first",
    });
    const shown = response_format === "detailed" ? toDetailedRow : toShortRow;
    const superseded = await supersededAmong(result.found, context);
    const rows = result.found.map((invoice) => marked(shown(invoice, context.today), invoice.id, superseded));
    return {
      data: {
        invoices: rows,
        total: filtersByUs(filters) ? undefined : (result.total ?? undefined),
        scanned: result.next === null || result.scanned === rows.length ? undefined : result.scanned,
        cursor: result.next === null ? undefined : encodeCursor(defined(filters), result.next),
      },
      ...(result.next === null && !result.shifted
        ? {}
        : { next: partOf(result, wanted, filters.status === "overdue" || filters.status === "sent") }),
    };
  },
  render: ({ invoices, total, scanned, cursor: more }) =>
    [
      invoices.length === 0
        ? more === undefined
          ? "No invoice found."
          : `None among the ${scanned ?? 0} looked at.`
        : `${invoices.length}${total !== undefined && total > invoices.length ? ` of ${total}` : ""}:`,
      ...invoices.map(rowText),
      ...(more === undefined ? [] : [`More: cursor ${more}`]),
    ].join("\n"),
});

/** A part says that it is one, and how the rest is had. */
function partOf(
  { next, found, scanned, shifted }: Pick<Scan<Invoice>, "next" | "found" | "scanned" | "shifted">,
  wanted: number,
  isOwed: boolean,
): string {
  return [
    ...(shifted ? ["The list changed since the last call: some rows may be told twice."] : []),
    ...(next === null
      ? []
      : [
          found.length < wanted
            ? `Not the whole list: only ${scanned} invoices were looked at. Call again with cursor to look at the next ones.`
            : "Not the whole list: call again with cursor for more.",
          ...(isOwed ? ["review_receivables has the sum over all."] : []),
        ]),
  ].join(" ");
}

/** What the API is asked to filter. Everything is checked again here: it may not know a filter, or read it differently. */
function serverQuery(filters: Filters): InvoiceQuery {
  return {
    // What is overdue is old: among many open ones it would stand on the last pages.
    sort: filters.status === "overdue" ? "created_at" : "-created_at",
    ...defined({
      status: filters.status === "overdue" ? "sent" : filters.status === "void" ? undefined : filters.status,
      customer_id: filters.customer_id,
      search: filters.search ?? filters.number?.replace(/^#/, ""),
    }),
  };
}

/** True when this side filters by something the API's count does not know. */
function filtersByUs(filters: Filters): boolean {
  return (
    filters.status === "overdue" ||
    filters.status === "void" ||
    filters.number !== undefined ||
    filters.issued_from !== undefined ||
    filters.issued_to !== undefined ||
    filters.kind !== undefined
  );
}

function matches(invoice: Invoice, filters: Filters, today: IsoDate): boolean {
  const { status, customer_id, number, issued_from, issued_to, kind } = filters;
  if (status === "overdue" ? !isOverdue(invoice, today) : status !== undefined && invoice.status !== status)
    return false;
  if (customer_id !== undefined && invoice.customer_id !== null && invoice.customer_id !== customer_id) return false;
  if (customer_id !== undefined && invoice.customer_id === null) return false;
  if (number !== undefined && !fitsNumber(invoice, number.replace(/^#/, ""))) return false;
  if (issued_from !== undefined && (invoice.issued_at === null || invoice.issued_at < issued_from)) return false;
  if (issued_to !== undefined && (invoice.issued_at === null || invoice.issued_at > issued_to)) return false;
  return kind === undefined || kind === invoiceKind(invoice);
}
