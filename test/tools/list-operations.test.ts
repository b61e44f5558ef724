import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, listOf, startBench, TODAY } from "../harness/mcp-tools.ts";
import { freshDraft, openOperation } from "../laws/answers.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

describe("list_operations", () => {
  it("says when nothing was done", async () => {
    const answer = await bench.ok("list_operations", {});
    expect(answer.structured).toMatchObject({ operations: [] });
    expect(answer.text).toContain("No operations.");
  });

  it("tells what was done today, newest first, with sums per act", async () => {
    await bench.ok("send_invoice", { invoice_id: await freshDraft(bench) });
    await bench.ok("mark_paid", { invoice_id: "#RE-2026-0012" });
    const answer = await bench.ok("list_operations", {});
    expect(listOf(answer, "operations").map((one) => one["act"])).toEqual([
      "mark_paid",
      "send_invoice",
      "add_item",
      "create_invoice",
    ]);
    expect(answer.structured["sums"]).toEqual(["send_invoice: 1 done, 119.00 EUR", "mark_paid: 1 done, 1,149.61 EUR"]);
    const traffic = await bench.traffic(() => bench.ok("list_operations", { since: TODAY, until: TODAY }));
    expect(traffic).toEqual([]);
  });

  it("has nothing for another day", async () => {
    const answer = await bench.ok("list_operations", { since: "2026-01-01", until: "2026-01-31" });
    expect(listOf(answer, "operations")).toEqual([]);
  });

  it("lists what is open apart", async () => {
    const operation_id = await openOperation(bench);
    const answer = await bench.ok("list_operations", { only_open: true });
    expect(listOf(answer, "operations").map((one) => one["operation_id"])).toEqual([operation_id]);
    // Every later write says that something is still open.
    const next = await bench.ok("create_customer", { email: "next@example.com", locale: "de" });
    expect(next.text).toContain(`Still open: ${operation_id}`);
  });
});
