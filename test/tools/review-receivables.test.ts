import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, listOf, part, startBench } from "../harness/mcp-tools.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

describe("review_receivables", () => {
  it("sums what is open per currency, never across", async () => {
    const answer = await bench.ok("review_receivables", {});
    expect(listOf(answer, "totals")).toMatchObject([
      { currency: "EUR", open: "7174.18", overdue: "5829.57" },
      { currency: "CHF", open: "1556.64" },
    ]);
    // Quotes and credit notes are sent too, but nobody owes them.
    expect(answer.text).not.toMatch(/AN-2026|ST-2026/);
  });

  it("looks at one customer", async () => {
    const answer = await bench.ok("review_receivables", { customer_id: "181227" });
    expect(listOf(answer, "totals")).toMatchObject([{ currency: "EUR", open: "899.64", overdue: "899.64" }]);
  });

  it("changes nothing and refuses a cursor it never gave", async () => {
    expect(bench.simulator.effects()).toEqual([]);
    const answer = await bench.refused("review_receivables", { cursor: "AAAA" });
    expect(part(answer, "error")["code"]).toBe("invalid_input");
  });
});
