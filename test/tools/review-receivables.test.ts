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

describe("review_receivables over more than one call reads", () => {
  it("says at each part that it is one, and ends in the sum of all", async () => {
    const large = await startBench({ many: 5_000, switches: { rate_limits: "on" } });
    try {
      let answer = await large.ok("review_receivables", { limit: 2 });
      let calls = 1;
      let former = 0;
      for (; answer.structured["cursor"] !== undefined; calls += 1) {
        expect(calls).toBeLessThan(40);
        expect(answer.structured["part"]).toBe(true);
        expect(answer.text).toContain("NOT ALL");
        expect(String(answer.structured["next"])).toContain("Call again with cursor");
        expect(Number(answer.structured["covers"])).toBeGreaterThanOrEqual(former);
        former = Number(answer.structured["covers"]);
        large.clock.advance(60_000);
        answer = await large.ok("review_receivables", { limit: 2, cursor: answer.structured["cursor"] });
      }
      expect(answer.structured["part"]).toBeUndefined();
      expect(answer.text).not.toContain("NOT ALL");
      const open = await large.deps.api.listInvoices({ status: "sent", page_size: 1 });
      const covers = Number(answer.structured["covers"]);
      expect(covers).toBeGreaterThan(1_200);
      expect(covers).toBeLessThanOrEqual(open.total ?? 0);
    } finally {
      await large.close();
    }
  }, 60_000);
});
