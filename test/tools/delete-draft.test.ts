import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, listOf, part, startBench, textOf } from "../harness/mcp-tools.ts";
import { anyInvoice, freshDraft } from "../laws/answers.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

const effects = () => bench.simulator.effects().length;

describe("delete_draft", () => {
  it("deletes a draft that was made here, once", async () => {
    const invoice_id = await freshDraft(bench, 2);
    const before = effects();
    const answer = await bench.ok("delete_draft", { invoice_id });
    expect(answer.structured["done"]).toContain("(2 lines, 238.00 EUR). It billed nobody.");
    const gone = await bench.refused("get_invoice", { invoice_id });
    expect(part(gone, "error")["code"]).toBe("not_found");
    const again = await bench.ok("delete_draft", { invoice_id });
    expect(again.structured["outcome"]).toBe("already_done");
    expect(again.structured["done"]).toContain("This call changed nothing");
    expect(effects()).toBe(before + 1);
  });

  it("is not done twice when the answer is lost", async () => {
    const invoice_id = await freshDraft(bench);
    const before = effects();
    bench.simulator.faults.add({ kind: "reset_after", method: "DELETE" });
    const answer = await bench.ok("delete_draft", { invoice_id });
    expect(answer.structured["outcome"]).toBe("done");
    expect(effects()).toBe(before + 1);
  });

  it("makes room for an equal draft, as often as it is deleted", async () => {
    const wanted = { currency: "EUR", calculate_from_net: true, customer_id: "181227", notes: "Noch einmal" };
    const ids = new Set<string>();
    for (let time = 0; time < 3; time += 1) {
      const made = await bench.ok("create_invoice", wanted);
      expect(made.structured["outcome"]).toBe("done");
      ids.add(textOf(made, "invoice_id"));
      const repeated = await bench.ok("create_invoice", wanted);
      expect(repeated.structured["outcome"]).toBe("already_done");
      ids.add(textOf(repeated, "invoice_id"));
      await bench.ok("delete_draft", { invoice_id: textOf(made, "invoice_id") });
    }
    expect(ids.size).toBe(3);
  });

  it("leaves drafts that somebody else made", async () => {
    const listed = await bench.ok("list_invoices", { status: "draft", response_format: "detailed", limit: 50 });
    const seeded = listOf(listed, "invoices").filter(({ notes }) => !String(notes).startsWith("Entwurf"));
    expect(seeded.length).toBeGreaterThan(0);
    const before = effects();
    for (const { id } of seeded) {
      const answer = await bench.refused("delete_draft", { invoice_id: String(id) });
      expect(part(answer, "error")).toMatchObject({ code: "wrong_state", effect: "none" });
      expect(answer.text).toMatch(/bookings.*dashboard/s);
    }
    expect(effects()).toBe(before);
  });

  it("leaves a draft that has a number", async () => {
    const made = await bench.ok("create_invoice", {
      currency: "EUR",
      calculate_from_net: true,
      customer_id: "181227",
      number: "X-77",
    });
    const answer = await bench.refused("delete_draft", { invoice_id: textOf(made, "invoice_id") });
    expect(part(answer, "error")).toMatchObject({ code: "wrong_state", effect: "none" });
    expect(answer.text).toContain("leave a gap");
  });

  it("leaves what was made here and left the house", async () => {
    const invoice_id = await freshDraft(bench);
    await bench.ok("send_invoice", { invoice_id });
    const answer = await bench.refused("delete_draft", { invoice_id });
    expect(part(answer, "error")).toMatchObject({ code: "wrong_state", effect: "none" });
    const other = await anyInvoice(bench, { status: "sent", kind: "invoice" });
    await bench.refused("delete_draft", { invoice_id: other });
  });

  it.each(["404", "405"] as const)(
    "a route that answers %s: nothing changed, and the ways that remain",
    async (route) => {
      const fresh = await startBench({ switches: { delete_draft_route: route } });
      try {
        const invoice_id = await freshDraft(fresh);
        const before = fresh.simulator.effects().length;
        for (let time = 0; time < 2; time += 1) {
          const answer = await fresh.refused("delete_draft", { invoice_id });
          expect(part(answer, "error")).toMatchObject({ code: "route_missing", effect: "none" });
          expect(answer.text).toMatch(/unsent.*dashboard/);
        }
        expect(fresh.simulator.effects().length).toBe(before);
        expect(fresh.simulator.requests().filter(({ method }) => method === "DELETE")).toHaveLength(1);
      } finally {
        await fresh.close();
      }
    },
  );
});
