import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, listOf, part, startBench } from "../harness/mcp-tools.ts";
import { firstItem, freshDraft } from "../laws/answers.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

const effects = () => bench.simulator.effects().length;
const titles = (answer: Awaited<ReturnType<Bench["ok"]>>) =>
  listOf({ ...answer, structured: part(answer, "invoice") }, "items").map(({ title }) => title);

describe("remove_item", () => {
  it("takes one line off and shows what is left; a repeat removes no other", async () => {
    const invoice_id = await freshDraft(bench, 3);
    const item_id = await firstItem(bench, invoice_id);
    const before = effects();
    const answer = await bench.ok("remove_item", { invoice_id, item_id });
    expect(titles(answer)).toEqual([expect.stringMatching(/\.2$/), expect.stringMatching(/\.3$/)]);
    expect(part(answer, "invoice")["total"]).toBe("238.00");
    const again = await bench.ok("remove_item", { invoice_id, item_id });
    expect(again.structured["outcome"]).toBe("already_done");
    expect(titles(again)).toHaveLength(2);
    expect(effects()).toBe(before + 1);
  });

  it("is not done twice when the answer is lost", async () => {
    const invoice_id = await freshDraft(bench, 2);
    const item_id = await firstItem(bench, invoice_id);
    const before = effects();
    bench.simulator.faults.add({ kind: "reset_after", method: "DELETE" });
    const answer = await bench.ok("remove_item", { invoice_id, item_id });
    expect(answer.structured["outcome"]).toBe("done");
    expect(titles(answer)).toHaveLength(1);
    expect(effects()).toBe(before + 1);
  });

  it("leaves a draft that somebody else made", async () => {
    const listed = await bench.ok("list_invoices", { status: "draft", response_format: "detailed", limit: 50 });
    const [seeded] = listOf(listed, "invoices").filter(
      ({ notes, total }) => !String(notes).startsWith("Entwurf") && total !== "0.00",
    );
    const invoice_id = String(seeded?.["id"]);
    const item_id = await firstItem(bench, invoice_id);
    const before = effects();
    const answer = await bench.refused("remove_item", { invoice_id, item_id });
    expect(part(answer, "error")).toMatchObject({ code: "wrong_state", effect: "none" });
    expect(answer.text).toMatch(/dashboard/);
    expect(effects()).toBe(before);
  });

  it("says when the line is not on the draft, and removes none", async () => {
    const invoice_id = await freshDraft(bench);
    const before = effects();
    const answer = await bench.ok("remove_item", { invoice_id, item_id: "another" });
    expect(answer.structured["done"]).toContain("is not on the draft. Nothing was changed.");
    expect(effects()).toBe(before);
  });

  it.each(["404", "405"] as const)(
    "a route that answers %s: nothing changed, and the ways that remain",
    async (route) => {
      const fresh = await startBench({ switches: { item_routes: route } });
      try {
        const invoice_id = await freshDraft(fresh);
        const item_id = await firstItem(fresh, invoice_id);
        const before = fresh.simulator.effects().length;
        for (let time = 0; time < 2; time += 1) {
          const answer = await fresh.refused("remove_item", { invoice_id, item_id });
          expect(part(answer, "error")).toMatchObject({ code: "route_missing", effect: "none" });
          expect(answer.text).toMatch(/copy_invoice.*dashboard/);
        }
        expect(fresh.simulator.effects().length).toBe(before);
        expect(fresh.simulator.requests().filter(({ method }) => method === "DELETE")).toHaveLength(1);
      } finally {
        await fresh.close();
      }
    },
  );
});
