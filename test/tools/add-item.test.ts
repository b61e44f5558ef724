import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, part, stable, startBench, textOf } from "../harness/mcp-tools.ts";
import { anyInvoice } from "../laws/answers.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

const CONSULTING = { title: "Consulting — March 2026", quantity: 10, tax_rate: 19, single_net_amount: 150 };

async function draft(calculate_from_net: boolean, currency = "EUR"): Promise<string> {
  count += 1;
  const args = { currency, calculate_from_net, customer_id: "181227", notes: `Test ${count}` };
  return textOf(await bench.ok("create_invoice", args), "invoice_id");
}
let count = 0;

describe("add_item", () => {
  it("adds the guide's line and shows the totals the API made of it", async () => {
    const invoice_id = await draft(true);
    const requests = await bench.recorded(async () => {
      const answer = await bench.ok("add_item", { invoice_id, ...CONSULTING });
      expect(stable(answer.structured)).toMatchInlineSnapshot(`
        {
          "account": ""Lindenhof Studios" (simulator: nothing is real)",
          "done": "Added "Consulting — March 2026".",
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
            "items": [
              {
                "id": "<id 2>",
                "line_total": "1500.00",
                "quantity": "10",
                "single_gross_amount": "178.50",
                "single_net_amount": "150.00",
                "tax_rate": "19",
                "title": "Consulting — March 2026",
              },
            ],
            "kind": "invoice",
            "net_amount": "1500.00",
            "notes": "Test 1",
            "status": "draft",
            "tax_amount": "285.00",
            "taxes": [
              {
                "net": "1500.00",
                "tax": "285.00",
                "tax_rate": "19",
              },
            ],
            "total": "1785.00",
          },
          "invoice_id": "<id 1>",
          "next": "add_item for more; when complete, show the totals to the person, then send_invoice.",
          "operation_id": "<operation 1>",
          "outcome": "done",
        }
      `);
      expect(stable(answer.text)).toMatchInlineSnapshot(`
        "Added "Consulting — March 2026".
        <id 1> draft · 1785.00 EUR · "Brandt & Töchter Buchhandlung (Sonja Brandt)"
          10 × 150.00 net (178.50 gross), 19 %: "Consulting — March 2026" = 1500.00 (item <id 2>)
          Net 1500.00 + tax 285.00 (19 %: 285.00) = gross 1785.00 EUR; amounts entered net
          Customer: id 181227
          E-mail: sonja.brandt@brandt-buch.example
          Notes: "Test 1"
          Files: pdf
        Operation: <operation 1>
        Next: add_item for more; when complete, show the totals to the person, then send_invoice.
        Account: "Lindenhof Studios" (simulator: nothing is real)"
      `);
    });
    const post = requests.find(({ method }) => method === "POST");
    expect(post?.path).toBe("/api/v1/items");
    expect(new URLSearchParams(post?.query).get("calculate_from_net")).toBe("true");
    expect(JSON.parse(post?.body ?? "null")).toEqual({
      data: {
        type: "items",
        attributes: CONSULTING,
        relationships: { document: { data: { type: "invoices", id: invoice_id } } },
      },
    });
  });

  it("asks for the gross price where the draft is calculated from gross, in both places on the wire", async () => {
    const invoice_id = await draft(false);
    const requests = await bench.recorded(async () => {
      const answer = await bench.ok("add_item", {
        invoice_id,
        title: "Workshop",
        subtitle: "letterpress",
        quantity: 1,
        tax_rate: 7,
        single_gross_amount: 129.99,
      });
      expect(part(answer, "invoice")).toMatchObject({ total: "129.99", calculate_from_net: false });
    });
    const post = requests.find(({ method }) => method === "POST");
    expect(new URLSearchParams(post?.query).get("calculate_from_net")).toBe("false");
    expect(JSON.parse(post?.body ?? "null")).toMatchObject({
      data: { attributes: { subtitle: "letterpress", single_gross_amount: 129.99 } },
    });
    expect(post?.body).not.toContain("single_net_amount");
  });

  it.each([
    [
      true,
      { single_gross_amount: 119 },
      "is calculated from net amounts, so give single_net_amount and leave out single_gross_amount",
    ],
    [
      false,
      { single_net_amount: 100 },
      "is calculated from gross amounts, so give single_gross_amount and leave out single_net_amount",
    ],
    [true, {}, "is calculated from net amounts, so give single_net_amount; the API derives the other"],
    [false, {}, "is calculated from gross amounts, so give single_gross_amount; the API derives the other"],
    [
      true,
      { single_net_amount: 100, single_gross_amount: 119 },
      "give single_net_amount and leave out single_gross_amount",
    ],
  ])("net %s, given %j: says which price and why", async (net, price, reason) => {
    const invoice_id = await draft(net);
    const before = bench.simulator.effects().length;
    const answer = await bench.refused("add_item", { invoice_id, title: "Line", quantity: 1, tax_rate: 19, ...price });
    expect(answer.text).toContain(reason);
    expect(part(answer, "error")).toMatchObject({ code: "invalid_input", effect: "none" });
    expect(bench.simulator.effects().length).toBe(before);
  });

  it.each([
    [{ title: "x".repeat(186) }, "title"],
    [{ subtitle: "x".repeat(186) }, "subtitle"],
    [{ title: "" }, "title"],
    [{ title: "two\nlines" }, "title"],
    [{ quantity: 7.5 }, "For 7.5 h use quantity 1 with the total as its price, or a smaller unit"],
    [{ quantity: 0 }, "quantity"],
    [{ quantity: -1 }, "quantity"],
    [{ quantity: 1e308 }, "quantity"],
    [{ tax_rate: -1 }, "tax_rate"],
    [{ tax_rate: 101 }, "tax_rate"],
    [{ single_net_amount: 1e308 }, "single_net_amount"],
    [{ single_net_amount: null }, "single_net_amount"],
    [{ single_net_amount: "1,50" }, "single_net_amount"],
    [{ single_net_amount: 0.105 }, "has more than 2 decimals"],
    [{ single_net_amount: 0.1 + 0.2 }, "has more than 2 decimals"],
  ])("sends nothing for %j", async (wrong, reason) => {
    invoiceForErrors ??= await draft(true);
    const before = bench.simulator.effects().length;
    const answer = await bench.refused("add_item", { invoice_id: invoiceForErrors, ...CONSULTING, ...wrong });
    expect(answer.text).toContain(reason);
    expect(part(answer, "error")).toMatchObject({ code: "invalid_input", effect: "none" });
    expect(bench.simulator.effects().length).toBe(before);
  });
  let invoiceForErrors: string | undefined;

  it("takes 185 characters, a negative price for a discount, and a fractional tax rate", async () => {
    const invoice_id = await draft(true, "CHF");
    await bench.ok("add_item", { invoice_id, ...CONSULTING, title: "ä".repeat(185), subtitle: "ß".repeat(185) });
    const answer = await bench.ok("add_item", {
      invoice_id,
      title: "Rabatt",
      quantity: 1,
      tax_rate: 8.1,
      single_net_amount: -99.95,
    });
    expect(part(answer, "invoice")).toMatchObject({ net_amount: "1400.05", currency: "CHF" });
    expect(part(answer, "invoice")["warnings"]).toBeUndefined();
  });

  it("knows that yen have no decimals", async () => {
    const invoice_id = await draft(true, "JPY");
    const wrong = await bench.refused("add_item", { invoice_id, ...CONSULTING, single_net_amount: 150.5 });
    expect(wrong.text).toContain("more than 0 decimals");
    const answer = await bench.ok("add_item", { invoice_id, ...CONSULTING, single_net_amount: 1500 });
    expect(part(answer, "invoice")).toMatchObject({ total: "17850", currency: "JPY" });
  });

  it("adds the same line once, and again only on purpose", async () => {
    const invoice_id = await draft(true);
    const first = await bench.ok("add_item", { invoice_id, ...CONSULTING });
    const again = await bench.ok("add_item", { invoice_id, ...CONSULTING, single_net_amount: 150.0 });
    expect(again.structured["outcome"]).toBe("already_done");
    expect(part(again, "invoice")["total"]).toBe("1785.00");
    expect(textOf(again, "done")).toContain("nothing was added now");
    const second = await bench.ok("add_item", {
      invoice_id,
      ...CONSULTING,
      duplicate_of: textOf(first, "operation_id"),
    });
    expect(second.structured["outcome"]).toBe("done");
    expect(part(second, "invoice")["total"]).toBe("3570.00");
  });

  it("adds nothing to a sent invoice and says how to correct it", async () => {
    const invoice_id = await anyInvoice(bench, { status: "sent", kind: "invoice" });
    const answer = await bench.refused("add_item", { invoice_id, ...CONSULTING });
    expect(answer.text).toContain("can no longer be edited");
    expect(answer.text).toContain("a new invoice with a negative line");
  });
});
