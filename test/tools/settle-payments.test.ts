import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { approves, type Bench, callTool, listOf, startBench, toolDeps } from "../harness/mcp-tools.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

const paid = () => bench.simulator.effects().filter(({ kind }) => kind === "invoice.paid").length;

describe("settle_payments", () => {
  it.each([
    [{ payments: [] }],
    [{ payments: [{ invoice_id: "#RE-2026-0012", amount: 1149.6 }] }],
    [{ payments: [{ invoice_id: "#RE-2026-0009", amount: 1190 }] }],
    [{ payments: [{ invoice_id: "#AN-2026-0001", amount: 5164.6 }] }],
    [{ payments: [{ invoice_id: "#RE-1999-0001", amount: 1 }] }],
    [
      {
        payments: [
          { invoice_id: "#RE-2026-0012", amount: 1149.61 },
          { invoice_id: "RE-2026-0012", amount: 1149.61 },
        ],
      },
    ],
    [{ payments: [{ invoice_id: "#RE-2026-0012", amount: 1149.61, note: "x" }] }],
  ])("marks nothing, and asks nobody, for %j", async (args) => {
    const before = paid();
    await bench.refused("settle_payments", args, () => {
      throw new Error("asked");
    });
    expect(paid()).toBe(before);
  });

  it("marks all that the person approved at once, and tells nobody", async () => {
    let asked = 0;
    const answer = await bench.ok(
      "settle_payments",
      {
        payments: [
          { invoice_id: "#RE-2026-0012", amount: 1149.61 },
          { invoice_id: "#RE-2026-0011", amount: 424.83 },
        ],
      },
      (form, clock) => {
        asked += 1;
        clock.advance(5_000);
        expect(form.message).toContain("1,574.44 EUR");
        return { action: "accept", content: { typed: "1574.44" } };
      },
    );
    expect(asked).toBe(1);
    expect(answer.text).toContain("2 of 2 marked as paid: 1,574.44 EUR.");
    expect(paid()).toBe(2);
    expect(bench.simulator.outbox()).toEqual([]);
  });

  it("stops where an address changed after the first of the acts, and mails nothing there", async () => {
    const own = await startBench();
    try {
      const { api } = own.deps;
      const done = () => own.simulator.effects().filter(({ kind }) => kind === "invoice.paid").length;
      const changing: typeof api = {
        ...api,
        getCustomer: async (...args) => {
          const customer = await api.getCustomer(...args);
          return done() === 0 ? customer : { ...customer, email: "elsewhere@example.net" };
        },
      };
      const { deps, close } = toolDeps({ api: changing, clock: own.clock, confirm: "auto", simulator: true });
      const payments = [
        { invoice_id: "#RE-2026-0012", amount: 1149.61 },
        { invoice_id: "#RE-2026-0011", amount: 424.83 },
      ];
      const answer = await callTool(
        deps,
        own.clock,
        "settle_payments",
        { payments, send_notification: true },
        approves,
      );
      expect(listOf(answer, "payments").map(({ result }) => result)).toEqual(["paid", "failed"]);
      expect(answer.text).toContain("elsewhere@example.net");
      expect(done()).toBe(1);
      expect(own.simulator.outbox()).toHaveLength(1);
      await close();
    } finally {
      await own.close();
    }
  });
});
