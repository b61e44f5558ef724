import { z } from "zod";
import { FILTER_OPERATORS } from "../domain/customer.ts";
import { decodeCursor, encodeCursor } from "../toolkit/cursor.ts";
import { customerData, customerDetails, customerLine, customerRow, customerText } from "../toolkit/customers.ts";
import { defineTool } from "../toolkit/define.ts";
import { cursor, email, format, limit, line } from "../toolkit/params.ts";
import { PAGE_SIZE, scan } from "../toolkit/scan.ts";

const MAX_PAGES = 5;

export default defineTool({
  name: "search_customers",
  title: "Search customers",
  effect: "read",
  search: "Kunde Kunden suchen such finden E-Mail Name find customer",
  always: true,
  description: "Find customers by exact e-mail, fuzzy text or custom field, with address. Never guess between several.",
  input: z.strictObject({
    email: email("Exact, any case.").optional(),
    search: line(200, "Part of name, e-mail or phone.").optional(),
    custom_fields: z
      .array(
        z.strictObject({
          field_id: line(64, "UUID of the field."),
          operator: z.enum(FILTER_OPERATORS).describe("Operator."),
          value: line(500, "true/false for a checkbox; a,b for in."),
        }),
      )
      .max(10)
      .optional()
      .describe("All must match."),
    limit: limit(),
    cursor: cursor(),
    response_format: format(),
  }),
  output: z.object({
    customers: z.array(customerData),
    total: z.number().optional(),
    cursor: z.string().optional().describe("Pass it to get more."),
  }),
  examples: [
    { email: "jane@example.com" },
    { search: "meyer", limit: 5 },
    { custom_fields: [{ field_id: "5f0c2f5e-6c0e-4d55-8a4b-0d7f6a3c9e01", operator: "=", value: "Premium" }] },
  ],
  async run(input, context) {
    const filters = {
      email: input.email ?? "",
      search: input.search ?? "",
      custom_fields: (input.custom_fields ?? []).map((filter) => ({ ...filter })),
    };
    const query = {
      ...(input.email === undefined ? {} : { email: input.email }),
      ...(input.search === undefined ? {} : { search: input.search }),
      ...(input.custom_fields === undefined ? {} : { custom_fields: input.custom_fields }),
    };
    const wanted = input.email?.toLowerCase();
    const result = await scan({
      fetchPage: (page) =>
        context.api.listCustomers({ ...query, page, page_size: PAGE_SIZE }, { signal: context.signal }),
      // The filter is exact by the guide; checked again because a wrong customer is billed for real.
      keep: (customer) => wanted === undefined || customer.email?.toLowerCase() === wanted,
      limit: input.limit ?? 10,
      start: decodeCursor(filters, input.cursor),
      max_pages: MAX_PAGES,
      order: null,
    });
    const shown = input.response_format === "detailed" ? customerDetails : customerRow;
    const found = result.found.length;
    return {
      data: {
        customers: result.found.map(shown),
        total: result.total ?? undefined,
        cursor: result.next === null ? undefined : encodeCursor(filters, result.next),
      },
      ...(result.next !== null || result.shifted
        ? {
            next: `${result.shifted ? "The list changed since the last call: some may be told twice. " : ""}${result.next === null ? "" : `Not all: ${found === 0 ? `none among the ${result.scanned} looked at; ` : ""}call again with cursor, or search more narrowly, before choosing.`}`.trim(),
          }
        : found === 0
          ? {
              next:
                input.email === undefined
                  ? "Try another spelling, or create_customer."
                  : "create_customer with this e-mail.",
            }
          : found === 1
            ? {}
            : { next: "Ask which one is meant before billing." }),
    };
  },
  render: ({ customers, total, cursor: more }) =>
    [
      customers.length === 0
        ? "No customer found."
        : `${customers.length}${total !== undefined && total > customers.length ? ` of ${total}` : ""} customer${customers.length === 1 ? "" : "s"}:`,
      ...customers.map((customer) => (customer.locale === undefined ? customerLine(customer) : customerText(customer))),
      ...(more === undefined ? [] : [`More: cursor ${more}`]),
    ].join("\n"),
});
