import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, part, stable, startBench } from "../harness/mcp-tools.ts";
import { anyInvoice, freshDraft } from "../laws/answers.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

describe("mark_paid", () => {
  it("says on the wire that nobody is notified, unless it is asked for", async () => {
    const requests = await bench.recorded(async () => {
      const answer = await bench.ok("mark_paid", { invoice_id: "#RE-2026-0012" });
      expect(stable(answer.structured)).toMatchInlineSnapshot(`
        {
          "account": ""Lindenhof Studios" (simulator: nothing is real)",
          "done": "Marked invoice RE-2026-0012 as paid: 1,149.61 EUR. The customer was not e-mailed.",
          "invoice": {
            "currency": "EUR",
            "customer": "Stadtverwaltung Auenthal, Kulturamt (Elke Zimmermann)",
            "customer_id": "<id 2>",
            "due_date": "2026-03-28",
            "id": "<id 1>",
            "issued_at": "2026-02-26",
            "kind": "invoice",
            "number": "RE-2026-0012",
            "status": "paid",
            "total": "1149.61",
          },
          "next": "The way back is only cancel_invoice (a credit note): the API cannot set it back to unpaid.",
          "operation_id": "<operation 1>",
          "outcome": "done",
        }
      `);
      expect(stable(answer.text)).toMatchInlineSnapshot(`
        "Marked invoice RE-2026-0012 as paid: 1,149.61 EUR. The customer was not e-mailed.
          #RE-2026-0012 paid · 1149.61 EUR · "Stadtverwaltung Auenthal, Kulturamt (Elke Zimmermann)" · due 2026-03-28 · issued 2026-02-26 · customer id <id 1> · id <id 2>
        Operation: <operation 1>
        Next: The way back is only cancel_invoice (a credit note): the API cannot set it back to unpaid.
        Account: "Lindenhof Studios" (simulator: nothing is real)"
      `);
    });
    const writes = requests.filter(({ method }) => method !== "GET");
    expect(writes.map(({ method, path }) => `${method} ${path.split("/").at(-1)}`)).toEqual(["PUT set-paid"]);
    expect(JSON.parse(writes[0]?.body ?? "null")).toEqual({ send_notification: false });
    expect(bench.simulator.outbox()).toEqual([]);
  });

  it("requests the confirmation when asked, and says that its arrival cannot be known", async () => {
    const requests = await bench.recorded(async () => {
      const answer = await bench.ok("mark_paid", { invoice_id: "#RE-2026-0011", send_notification: true });
      expect(answer.text).toContain("A confirmation to the customer was requested");
    });
    expect(JSON.parse(requests.find(({ method }) => method === "PUT")?.body ?? "null")).toEqual({
      send_notification: true,
    });
    expect(bench.simulator.outbox().at(-1)).toMatchObject({ kind: "payment_confirmation" });
  });

  it.each(["404", "405"] as const)(
    "takes the guide's other form where PUT answers %s, and remembers it",
    async (answer) => {
      const other = await startBench({ switches: { set_paid_put: answer } });
      try {
        await other.ok("mark_paid", { invoice_id: "#RE-2026-0012" });
        const requests = await other.recorded(() => other.ok("mark_paid", { invoice_id: "#RE-2026-0011" }));
        const writes = requests.filter(({ method }) => method !== "GET");
        expect(writes.map(({ method }) => method)).toEqual(["POST"]);
        expect(new URLSearchParams(writes[0]?.query).get("sendNotification")).toBe("false");
        expect(other.simulator.effects().filter(({ kind }) => kind === "invoice.paid")).toHaveLength(2);
      } finally {
        await other.close();
      }
    },
  );

  it.each([
    ["a draft", async () => freshDraft(bench), "only a sent invoice can be marked as paid", "send_invoice first."],
    ["a quote", async () => "#AN-2026-0001", "is a quote; only an invoice is paid", "Check the number"],
    ["a credit note", async () => "#ST-2026-0001", "is a credit note; only an invoice is paid", "Check the number"],
    ["a void invoice", async () => anyInvoice(bench, { status: "void" }), "only a sent invoice", "Check the number"],
  ])("refuses %s before anybody is asked", async (_what, find, reason, next) => {
    const invoice_id = await find();
    const before = bench.simulator.effects().length;
    const answer = await bench.refused("mark_paid", { invoice_id }, () => {
      throw new Error("asked");
    });
    expect(part(answer, "error")).toMatchObject({ code: "wrong_state", effect: "none" });
    expect(answer.text).toContain(reason);
    expect(answer.text).toContain(next);
    expect(bench.simulator.effects().length).toBe(before);
  });

  it("says of a paid invoice that nothing needs to be done", async () => {
    const answer = await bench.refused("mark_paid", { invoice_id: "#RE-2026-0009" });
    expect(answer.text).toContain("is paid");
    expect(answer.text).toContain("Nothing needs to be done.");
  });

  it("explains a missing permission", async () => {
    const other = await startBench({ switches: { abilities: "read_only" } });
    try {
      const answer = await other.refused("mark_paid", { invoice_id: "#RE-2026-0012" });
      expect(part(answer, "error")).toMatchObject({ code: "permission", effect: "none" });
      expect(stable(answer.text)).toMatchInlineSnapshot(`
        "The token lacks the permission to mark invoice <id 1> as paid (403, unauthorized). Nothing was changed.
        The API said: "Unauthorized"
        Next: Use an admin token that has the required abilities (invoices, items, customers, addresses) for this organization.
        Account: "Lindenhof Studios" (simulator: nothing is real)"
      `);
    } finally {
      await other.close();
    }
  });
});
