import fc from "fast-check";
import { expect, it } from "vitest";
import { call, draftWithItem, simulate } from "./client.ts";

const KEYS = ["data", "type", "id", "attributes", "relationships", "email", "currency", "quantity", "tax_rate"];
const TYPES = ["customers", "addresses", "invoices", "items", "__proto__"];

it("answers any body and any query with an orderly status", async () => {
  const simulator = await simulate({ seed: "empty" });
  const { id, customer_id } = await draftWithItem(simulator);
  const paths = [
    ["POST", "/customers"],
    ["PATCH", `/customers/${customer_id}`],
    ["POST", "/addresses"],
    ["POST", "/invoices"],
    ["PATCH", `/invoices/${id}`],
    ["POST", "/items?calculate_from_net=true"],
    ["PUT", `/invoices/${id}/set-paid`],
    ["POST", `/invoices/${id}/change-recipient`],
  ] as const;
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom(id, customer_id, "EUR", "de", "a@b.example", 1e308, -0, 1e-9));
  const record = fc.dictionary(
    fc.oneof(
      fc.constantFrom(
        ...KEYS,
        "title",
        "locale",
        "number",
        "issued_at",
        "single_net_amount",
        "customer_id",
        "__proto__",
      ),
      fc.string(),
    ),
    value,
  );
  const links = fc.dictionary(
    fc.constantFrom("customer", "document", "addressable", "reference"),
    fc.oneof(
      value,
      fc.record({
        data: fc.oneof(value, fc.record({ type: fc.constantFrom(...TYPES), id: fc.constantFrom(id, customer_id) })),
      }),
    ),
  );
  const document = fc.record(
    { type: fc.constantFrom(...TYPES), id: fc.constantFrom(id, customer_id), attributes: record, relationships: links },
    { requiredKeys: ["type"] },
  );
  const body = fc.oneof(value, record, fc.record({ data: fc.oneof(value, document) }));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), body, async ([method, path], content) => {
      const { status } = await call(simulator, method, path, { raw: JSON.stringify(content) });
      expect([200, 201, 400, 403, 404, 409, 422]).toContain(status);
    }),
    { numRuns: 300 },
  );
  const name = fc.constantFrom("filter", "fields", "page", "include", "sort", "o");
  const part = fc.oneof(
    fc.constantFrom("email", "custom_fields", "number", "size", "customers", "__proto__", ""),
    fc.string(),
  );
  const parameter = fc.tuple(name, fc.array(part, { maxLength: 4 }), fc.string());
  await fc.assert(
    fc.asyncProperty(fc.array(parameter, { maxLength: 4 }), async (parameters) => {
      const query = new URLSearchParams();
      for (const [head, parts, text] of parameters) {
        query.append(`${head}${parts.map((inner) => `[${inner}]`).join("")}`, text);
      }
      const { status } = await call(simulator, "GET", `/customers?${query}`);
      expect([200, 400]).toContain(status);
    }),
    { numRuns: 200 },
  );
});
