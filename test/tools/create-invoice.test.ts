import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, part, stable, startBench, textOf } from "../harness/mcp-tools.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

const GUIDE = {
  currency: "EUR",
  recipient: "Acme Inc\nJane Doe\nHauptstraße 42\n50667 Köln",
  calculate_from_net: true,
  customer_id: "181227",
};

async function posted(args: Readonly<Record<string, unknown>>): Promise<unknown> {
  const requests = await bench.recorded(() => bench.ok("create_invoice", args));
  const posts = requests.filter(({ method }) => method === "POST");
  expect(posts).toHaveLength(1);
  expect(posts[0]?.path).toBe("/api/v1/invoices");
  return JSON.parse(posts[0]?.body ?? "null");
}

describe("create_invoice", () => {
  it("creates the guide's draft and shows it", async () => {
    const answer = await bench.ok("create_invoice", GUIDE);
    expect(stable(answer.structured)).toMatchInlineSnapshot(`
      {
        "account": ""Lindenhof Studios" (simulator: nothing is real)",
        "done": "Draft created, for "Brandt & Töchter Buchhandlung (Sonja Brandt)".",
        "invoice": {
          "calculate_from_net": true,
          "currency": "EUR",
          "customer": "Brandt & Töchter Buchhandlung (Sonja Brandt)",
          "customer_id": "181227",
          "documents": [
            "pdf",
          ],
          "email": "sonja.brandt@brandt-buch.example",
          "id": "<id 1>",
          "items": [],
          "kind": "invoice",
          "net_amount": "0.00",
          "recipient": [
            "Acme Inc",
            "Jane Doe",
            "Hauptstraße 42",
            "50667 Köln",
          ],
          "status": "draft",
          "tax_amount": "0.00",
          "total": "0.00",
        },
        "invoice_id": "<id 1>",
        "next": "add_item for each line.",
        "operation_id": "<operation 1>",
        "outcome": "done",
      }
    `);
    expect(stable(answer.text)).toMatchInlineSnapshot(`
      "Draft created, for "Brandt & Töchter Buchhandlung (Sonja Brandt)".
      <id 1> draft · 0.00 EUR · "Brandt & Töchter Buchhandlung (Sonja Brandt)"
        No lines yet.
        Net 0.00 + tax 0.00 = gross 0.00 EUR; amounts entered net
        Customer: id 181227
        E-mail: sonja.brandt@brandt-buch.example
        Recipient: "Acme Inc, Jane Doe, Hauptstraße 42, 50667 Köln"
        Files: pdf
      Operation: <operation 1>
      Next: add_item for each line.
      Account: "Lindenhof Studios" (simulator: nothing is real)"
    `);
  });

  it("sends every attribute of the guide", async () => {
    const attributes = {
      currency: "USD",
      recipient: "Someone",
      invoicing_party: "Us\nHere",
      calculate_from_net: false,
      issued_at: "2026-03-11",
      due_date: "2026-03-31",
      notes: "Thanks\nfor everything",
      vat_number: "DE123456789",
      is_quote: true,
      number: "2026-X-1",
    };
    expect(await posted({ ...attributes, customer_id: "203311" })).toEqual({
      data: {
        type: "invoices",
        attributes,
        relationships: { customer: { data: { type: "customers", id: "203311" } } },
      },
    });
  });

  it.each([
    ["orders", "918273", "Hafenkante Architekten PartG mbB (Imke Petersen)"],
    ["plan-subscriptions", "d4b0a4d6-5c1f-4b6a-8d0e-0f1a2b3c4d52", "Kollektiv Nordlicht (Nora Lindqvist)"],
    ["booking-passes", "e7c2b1a0-9d8e-4f70-a1b2-c3d4e5f60711", "David Okafor"],
  ])(
    "links by a reference of type %s, and the API finds the customer",
    async (reference_type, reference_id, customer) => {
      const answer = await bench.ok("create_invoice", {
        currency: "EUR",
        calculate_from_net: true,
        reference_type,
        reference_id,
      });
      expect(part(answer, "invoice")).toMatchObject({ customer, reference: `${reference_type} ${reference_id}` });
    },
  );

  it("needs no customer", async () => {
    const body = await posted({ currency: "EUR", calculate_from_net: true, notes: "later" });
    expect(JSON.stringify(body)).not.toContain("relationships");
  });

  it("answers an equal call with the same draft, and makes a second one only on purpose", async () => {
    const args = { ...GUIDE, notes: "twice" };
    const first = await bench.ok("create_invoice", args);
    const count = () => bench.simulator.effects().filter(({ kind }) => kind === "invoice.created").length;
    const before = count();
    const again = await bench.ok("create_invoice", args);
    expect(again.structured["outcome"]).toBe("already_done");
    expect(textOf(again, "invoice_id")).toBe(textOf(first, "invoice_id"));
    expect(textOf(again, "done")).toContain(`duplicate_of "${textOf(first, "operation_id")}"`);
    expect(count()).toBe(before);

    const second = await bench.ok("create_invoice", { ...args, duplicate_of: textOf(first, "operation_id") });
    expect(second.structured["outcome"]).toBe("done");
    expect(textOf(second, "invoice_id")).not.toBe(textOf(first, "invoice_id"));
    expect(count()).toBe(before + 1);
  });

  it("two equal calls at once make one draft", async () => {
    const args = { ...GUIDE, notes: "at once" };
    const before = bench.simulator.effects().length;
    const [one, two] = await Promise.all([bench.ok("create_invoice", args), bench.ok("create_invoice", args)]);
    expect(textOf(one, "invoice_id")).toBe(textOf(two, "invoice_id"));
    expect(bench.simulator.effects().length).toBe(before + 1);
  });

  it.each([
    [{ currency: "EURO" }, "must be an ISO 4217 code"],
    [{ currency: "eur" }, "must be an ISO 4217 code"],
    [{ currency: "€" }, "must be an ISO 4217 code"],
    [{ issued_at: "2026-02-30" }, "must be a real date"],
    [{ due_date: "31.03.2026" }, "must be a real date"],
    [{ issued_at: "2026-03-11", due_date: "2026-03-10" }, "due_date is before issued_at"],
    [{ reference_type: "orders" }, "go together"],
    [{ reference_id: "1" }, "go together"],
    [{ reference_type: "bookings", reference_id: "1" }, "reference_type"],
    [{ reference_type: "orders", reference_id: "918273" }, "not both"],
    [{ calculate_from_net: "yes" }, "calculate_from_net"],
    [{ notes: "x".repeat(5_001) }, "notes"],
    [{ duplicate_of: "op_unknown" }, "op_unknown"],
  ])("sends nothing for %j", async (wrong, reason) => {
    const before = bench.simulator.effects().length;
    const answer = await bench.refused("create_invoice", { ...GUIDE, notes: "wrong", ...wrong });
    expect(part(answer, "error")["effect"]).toBe("none");
    expect(answer.text).toContain(reason);
    expect(bench.simulator.effects().length).toBe(before);
  });

  it("says when the customer is not there", async () => {
    const answer = await bench.refused("create_invoice", { ...GUIDE, customer_id: "999" });
    expect(answer.text).toMatchInlineSnapshot(`
      "Customer 999 does not exist in this organization (404). Nothing was changed.
      The API said: "Not Found"
      Next: Check the id: search_customers and list_invoices return ids.
      Account: "Lindenhof Studios" (simulator: nothing is real)"
    `);
  });

  it("says when the reference is not there, in the API's words and ours", async () => {
    const answer = await bench.refused("create_invoice", {
      currency: "EUR",
      calculate_from_net: true,
      reference_type: "orders",
      reference_id: "1",
    });
    expect(part(answer, "error")["effect"]).toBe("none");
    expect(stable(answer.text)).toMatchInlineSnapshot(`
      "Reference orders 1 does not exist in this organization (404). Nothing was changed.
      The API said: "reference: The related resource does not exist."
      Next: Check the id: search_customers and list_invoices return ids.
      Account: "Lindenhof Studios" (simulator: nothing is real)"
    `);
  });

  it("says when the number is taken", async () => {
    const answer = await bench.refused("create_invoice", { ...GUIDE, number: "RE-2026-0001" });
    expect(stable(answer.text)).toMatchInlineSnapshot(`
      "The API refused to create the invoice (422). It objects to: number. Nothing was changed.
      The API said: "number: The number has already been taken."
      Next: Read the API's reason, correct the values and call again.
      Account: "Lindenhof Studios" (simulator: nothing is real)"
    `);
  });
});
