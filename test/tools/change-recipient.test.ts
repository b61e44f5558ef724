import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, part, stable, startBench } from "../harness/mcp-tools.ts";
import { freshDraft } from "../laws/answers.ts";
import { WRONG_IDS } from "./wrong-ids.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

describe("change_recipient", () => {
  it("cancels the original and makes a copy for the other customer", async () => {
    const requests = await bench.recorded(async () => {
      const answer = await bench.ok("change_recipient", { invoice_id: "#RE-2026-0012", customer_id: "181227" });
      expect(stable(answer.structured)).toMatchInlineSnapshot(`
        {
          "account": ""Lindenhof Studios" (simulator: nothing is real)",
          "created": {
            "currency": "EUR",
            "customer": "Brandt & Töchter Buchhandlung (Sonja Brandt)",
            "customer_id": "181227",
            "due_date": "2026-03-28",
            "id": "<id 3>",
            "issued_at": "2026-03-10",
            "kind": "invoice",
            "number": "RE-2026-0015",
            "status": "sent",
            "total": "1149.61",
          },
          "credit_note": {
            "currency": "EUR",
            "customer": "Stadtverwaltung Auenthal, Kulturamt (Elke Zimmermann)",
            "customer_id": "<id 2>",
            "id": "<id 4>",
            "issued_at": "2026-03-10",
            "kind": "credit_note",
            "number": "ST-2026-0002",
            "status": "sent",
            "total": "-1149.61",
          },
          "done": "Cancelled invoice RE-2026-0012 and made a copy for "Brandt & Töchter Buchhandlung (Sonja Brandt)": RE-2026-0015. Credit note (German: Stornorechnung) ST-2026-0002. Whether the API e-mailed the copy or the credit note it does not say.",
          "invoice": {
            "currency": "EUR",
            "customer": "Stadtverwaltung Auenthal, Kulturamt (Elke Zimmermann)",
            "customer_id": "<id 2>",
            "due_date": "2026-03-28",
            "id": "<id 1>",
            "issued_at": "2026-02-26",
            "kind": "invoice",
            "number": "RE-2026-0012",
            "status": "void",
            "total": "1149.61",
          },
          "next": "Ask the new customer whether the copy arrived, or send the file from get_document.",
          "operation_id": "<operation 1>",
          "outcome": "done",
        }
      `);
      expect(stable(answer.text)).toMatchInlineSnapshot(`
        "Cancelled invoice RE-2026-0012 and made a copy for "Brandt & Töchter Buchhandlung (Sonja Brandt)": RE-2026-0015. Credit note (German: Stornorechnung) ST-2026-0002. Whether the API e-mailed the copy or the credit note it does not say.
          #RE-2026-0012 void · 1149.61 EUR · "Stadtverwaltung Auenthal, Kulturamt (Elke Zimmermann)" · due 2026-03-28 · issued 2026-02-26 · customer id <id 1> · id <id 2>
          #RE-2026-0015 sent · 1149.61 EUR · "Brandt & Töchter Buchhandlung (Sonja Brandt)" · due 2026-03-28 · issued 2026-03-10 · customer id 181227 · id <id 3>
          #ST-2026-0002 credit note sent · -1149.61 EUR · "Stadtverwaltung Auenthal, Kulturamt (Elke Zimmermann)" · issued 2026-03-10 · customer id <id 1> · id <id 4>
        Operation: <operation 1>
        Next: Ask the new customer whether the copy arrived, or send the file from get_document.
        Account: "Lindenhof Studios" (simulator: nothing is real)"
      `);
    });
    const write = requests.find(({ method }) => method === "POST");
    expect(JSON.parse(write?.body ?? "null")).toEqual({ customer_id: "181227" });
  });

  it("refuses the customer it already belongs to", async () => {
    const answer = await bench.refused("change_recipient", { invoice_id: "#RE-2026-0007", customer_id: "181227" });
    expect(answer.text).toContain("belongs to this customer already");
  });

  it("refuses a draft and names the way", async () => {
    const answer = await bench.refused("change_recipient", {
      invoice_id: await freshDraft(bench),
      customer_id: "181240",
    });
    expect(answer.text).toContain("Link the right customer with update_invoice.");
  });

  it("refuses a customer that is not there", async () => {
    const before = bench.simulator.effects().length;
    const answer = await bench.refused("change_recipient", { invoice_id: "#RE-2026-0007", customer_id: "4242" });
    expect(part(answer, "error")["code"]).toBe("not_found");
    expect(bench.simulator.effects().length).toBe(before);
  });

  it.each(WRONG_IDS)("does nothing for the customer %j", async (customer_id) => {
    const before = bench.simulator.effects().length;
    await bench.refused("change_recipient", { invoice_id: "#RE-2026-0007", customer_id });
    expect(bench.simulator.effects().length).toBe(before);
  });

  it("says when the copy is a draft that still has to be sent", async () => {
    const other = await startBench({
      switches: { change_recipient_copy: "draft", change_recipient_credit_note: "none" },
    });
    try {
      const answer = await other.ok("change_recipient", { invoice_id: "#RE-2026-0012", customer_id: "181227" });
      expect(part(answer, "created")).toMatchObject({ status: "draft", customer_id: "181227" });
      expect(answer.structured["next"]).toContain("Show the copy to the person, then send_invoice");
    } finally {
      await other.close();
    }
  });
});
