import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, part, stable, startBench } from "../harness/mcp-tools.ts";
import { anyInvoice, freshDraft } from "../laws/answers.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

describe("cancel_invoice", () => {
  it("cancels and shows the credit note", async () => {
    const answer = await bench.ok("cancel_invoice", { invoice_id: "#RE-2026-0012" });
    expect(stable(answer.structured)).toMatchInlineSnapshot(`
      {
        "account": ""Lindenhof Studios" (simulator: nothing is real)",
        "created": {
          "currency": "EUR",
          "customer": "Stadtverwaltung Auenthal, Kulturamt (Elke Zimmermann)",
          "customer_id": "<id 2>",
          "id": "<id 3>",
          "issued_at": "2026-03-10",
          "kind": "credit_note",
          "number": "ST-2026-0002",
          "status": "sent",
          "total": "-1149.61",
        },
        "done": "Cancelled invoice RE-2026-0012; credit note ST-2026-0002 (German: Stornorechnung).",
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
        "next": "Whether the credit note was e-mailed the API does not say. To bill again: copy_invoice <id 1> with the changes (lines), then send_invoice. Money already received: check the refund yourself.",
        "operation_id": "<operation 1>",
        "outcome": "done",
      }
    `);
    expect(stable(answer.text)).toMatchInlineSnapshot(`
      "Cancelled invoice RE-2026-0012; credit note ST-2026-0002 (German: Stornorechnung).
        #RE-2026-0012 void · 1149.61 EUR · "Stadtverwaltung Auenthal, Kulturamt (Elke Zimmermann)" · due 2026-03-28 · issued 2026-02-26 · customer id <id 1> · id <id 2>
        #ST-2026-0002 credit note sent · -1149.61 EUR · "Stadtverwaltung Auenthal, Kulturamt (Elke Zimmermann)" · issued 2026-03-10 · customer id <id 1> · id <id 3>
      Operation: <operation 1>
      Next: Whether the credit note was e-mailed the API does not say. To bill again: copy_invoice <id 2> with the changes (lines), then send_invoice. Money already received: check the refund yourself.
      Account: "Lindenhof Studios" (simulator: nothing is real)"
    `);
  });

  it("takes typing, not a click", async () => {
    const answer = await bench.refused("cancel_invoice", { invoice_id: "#RE-2026-0011" }, (form, clock) => {
      clock.advance(3_000);
      expect(Object.keys(form.requestedSchema.properties)).toEqual(["typed"]);
      return { action: "accept", content: { decision: "approve" } };
    });
    expect(part(answer, "error")["code"]).toBe("refused");
  });

  it("cancels a paid invoice", async () => {
    const answer = await bench.ok("cancel_invoice", { invoice_id: "#RE-2026-0009" });
    expect(part(answer, "created")).toMatchObject({ kind: "credit_note", total: "-1190.00" });
  });

  it.each([
    ["a draft", async () => freshDraft(bench), "A draft was never sent"],
    ["a credit note", async () => "#ST-2025-0001", "Write a new invoice"],
    ["a void invoice", async () => anyInvoice(bench, { status: "void", customer_id: "203311" }), "It is void already"],
  ])("refuses %s", async (_what, find, next) => {
    const invoice_id = await find();
    const before = bench.simulator.effects().length;
    const answer = await bench.refused("cancel_invoice", { invoice_id });
    expect(part(answer, "error")).toMatchObject({ code: "wrong_state", effect: "none" });
    expect(answer.text).toContain(next);
    expect(bench.simulator.effects().length).toBe(before);
  });

  it("reads whichever word and sign the API uses for what it made", async () => {
    const other = await startBench({
      switches: {
        void_status: "canceled",
        credit_note_sign: "positive",
        credit_note_status: "paid",
        action_body: "empty",
      },
    });
    try {
      const answer = await other.ok("cancel_invoice", { invoice_id: "#RE-2026-0012" });
      expect(part(answer, "invoice")["status"]).toBe("void");
      expect(part(answer, "created")["kind"]).toBe("credit_note");
      expect(answer.structured["outcome"]).toBe("done");
    } finally {
      await other.close();
    }
  });
});
