import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, part, stable, startBench, textOf } from "../harness/mcp-tools.ts";
import { anyInvoice, freshDraft } from "../laws/answers.ts";
import { WRONG_IDS } from "./wrong-ids.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

describe("update_invoice", () => {
  it("changes what is named and leaves the rest", async () => {
    const invoice_id = await freshDraft(bench);
    const requests = await bench.recorded(async () => {
      const answer = await bench.ok("update_invoice", { invoice_id, due_date: "2026-04-01", notes: "März" });
      expect(stable(answer.structured)).toMatchInlineSnapshot(`
        {
          "account": ""Lindenhof Studios" (simulator: nothing is real)",
          "done": "Changed due_date, notes of draft <id 1>.",
          "invoice": {
            "calculate_from_net": true,
            "currency": "EUR",
            "customer": "Brandt & Töchter Buchhandlung (Sonja Brandt)",
            "customer_id": "181227",
            "documents": [
              "pdf",
            ],
            "due_date": "2026-04-01",
            "email": "sonja.brandt@brandt-buch.example",
            "id": "<id 1>",
            "items": [
              {
                "id": "<id 2>",
                "line_total": "100.00",
                "quantity": "2",
                "single_gross_amount": "59.50",
                "single_net_amount": "50.00",
                "tax_rate": "19",
                "title": "Leistung 1.1",
              },
            ],
            "kind": "invoice",
            "net_amount": "100.00",
            "notes": "März",
            "status": "draft",
            "tax_amount": "19.00",
            "taxes": [
              {
                "net": "100.00",
                "tax": "19.00",
                "tax_rate": "19",
              },
            ],
            "total": "119.00",
          },
          "invoice_id": "<id 1>",
          "next": "Show it to the person; then send_invoice.",
          "operation_id": "<operation 1>",
          "outcome": "done",
        }
      `);
    });
    const patch = requests.find(({ method }) => method === "PATCH");
    expect(JSON.parse(patch?.body ?? "null")).toEqual({
      data: { type: "invoices", id: invoice_id, attributes: { due_date: "2026-04-01", notes: "März" } },
    });
  });

  it("links a customer later", async () => {
    const created = await bench.ok("create_invoice", {
      currency: "EUR",
      calculate_from_net: true,
      notes: "Laufkundschaft",
    });
    const invoice_id = textOf(created, "invoice_id");
    const requests = await bench.recorded(async () => {
      const answer = await bench.ok("update_invoice", { invoice_id, customer_id: "181240" });
      expect(part(answer, "invoice")).toMatchObject({ customer: "Michael Schmidt", customer_id: "181240" });
    });
    const patch = requests.find(({ method }) => method === "PATCH");
    expect(JSON.parse(patch?.body ?? "null")).toMatchObject({
      data: { relationships: { customer: { data: { type: "customers", id: "181240" } } } },
    });
  });

  it("says when nothing is to be changed", async () => {
    const invoice_id = await freshDraft(bench);
    const empty = await bench.refused("update_invoice", { invoice_id });
    expect(part(empty, "error")["message"]).toBe("update_invoice: name at least one attribute to change.");
    await bench.ok("update_invoice", { invoice_id, vat_number: "DE1" });
    const before = bench.simulator.effects().length;
    const same = await bench.ok("update_invoice", { invoice_id, vat_number: "DE1" });
    expect(same.structured["outcome"]).toBe("already_done");
    expect(bench.simulator.effects().length).toBe(before);
  });

  it.each([
    ["sent", "Correct it by a new document: cancel_invoice (Stornorechnung) and bill again"],
    ["paid", "Correct it by a new document: cancel_invoice (Stornorechnung) and bill again"],
    ["void", "It is void already: write a new invoice with create_invoice."],
  ])("refuses to edit a %s invoice and says what is allowed instead", async (status, next) => {
    const invoice_id = await anyInvoice(bench, { status, kind: "invoice" });
    const before = bench.simulator.effects().length;
    const answer = await bench.refused("update_invoice", { invoice_id, notes: "x" });
    expect(part(answer, "error")).toMatchObject({ code: "wrong_state", effect: "none" });
    expect(answer.text).toContain(`is ${status} and can no longer be edited`);
    expect(answer.text).toContain(next);
    expect(bench.simulator.effects().length).toBe(before);
  });

  it("refuses to edit a credit note", async () => {
    const invoice_id = await anyInvoice(bench, { kind: "credit_note" });
    const answer = await bench.refused("update_invoice", { invoice_id, notes: "x" });
    expect(answer.text).toContain("A credit note stays as it is");
  });

  it.each(WRONG_IDS)("changes nothing for the id %j", async (invoice_id) => {
    const before = bench.simulator.effects().length;
    const answer = await bench.refused("update_invoice", { invoice_id, notes: "x" });
    expect(["invalid_input", "not_found"]).toContain(part(answer, "error")["code"]);
    expect(bench.simulator.effects().length).toBe(before);
  });

  it("refuses a due date before the issue date that the draft has", async () => {
    const invoice_id = await freshDraft(bench);
    await bench.ok("update_invoice", { invoice_id, issued_at: "2026-03-15" });
    const before = bench.simulator.effects().length;
    const answer = await bench.refused("update_invoice", { invoice_id, due_date: "2026-03-14" });
    expect(answer.text).toContain("due_date is before issued_at");
    expect(bench.simulator.effects().length).toBe(before);
  });
});
