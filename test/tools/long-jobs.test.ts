import { describe, expect, it } from "vitest";
import { type Bench, listOf, startBench } from "../harness/mcp-tools.ts";

async function withBench(speed: number, work: (bench: Bench) => Promise<void>): Promise<void> {
  const bench = await startBench({ speed });
  try {
    await work(bench);
  } finally {
    await bench.close();
  }
}

/** An API that takes about four seconds for every answer, in the bench's time. */
function slowed(bench: Bench): void {
  bench.simulator.faults.add({ kind: "latency", ms: 80, times: 10_000, path: "/**" });
}
const SLOW_SPEED = 50;

async function customerOf(bench: Bench): Promise<string> {
  return (await bench.deps.api.listCustomers({})).items.find(({ address }) => address)?.id ?? "";
}

const items = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    title: `Line ${index + 1}`,
    quantity: 1,
    tax_rate: 19,
    single_net_amount: index + 1,
  }));

/** Calls until it is complete; how often it was partial. */
async function untilDone(bench: Bench, tool: string, args: object, pause: () => void): Promise<number> {
  for (let partial = 0; partial < 10; partial += 1) {
    const answer = await bench.ok(tool, args);
    if (answer.structured["outcome"] !== "partial") return partial;
    expect(answer.text).toContain("goes on where it stopped");
    pause();
  }
  throw new Error("it never ends");
}

function made(bench: Bench, kind: string): number {
  return bench.simulator.effects().filter((effect) => effect.kind === kind).length;
}

describe("a job that is longer than a call", () => {
  it("of more lines than the API takes writes in a minute: goes on in the next, and repeats none", async () => {
    await withBench(1, async (bench) => {
      const args = { customer: await customerOf(bench), currency: "EUR", items: items(100) };
      const partial = await untilDone(bench, "prepare_invoice", args, () => bench.clock.advance(61_000));
      expect(partial).toBe(1);
      expect([made(bench, "invoice.created"), made(bench, "item.created")]).toEqual([1, 100]);
    });
  });

  it("on a slow API: answers before a client gives up, goes on, and repeats no line", async () => {
    await withBench(SLOW_SPEED, async (bench) => {
      const args = { customer: await customerOf(bench), currency: "EUR", items: items(16) };
      slowed(bench);
      const partial = await untilDone(bench, "prepare_invoice", args, () => {});
      expect(partial).toBeGreaterThan(0);
      expect([made(bench, "invoice.created"), made(bench, "item.created")]).toEqual([1, 16]);
    });
  });

  it("of payments on a slow API: pays a part, names the rest, and pays none twice", async () => {
    await withBench(SLOW_SPEED, async (bench) => {
      const open = (await bench.deps.api.listInvoices({ status: "sent" })).items.filter(
        ({ is_quote, is_cancellation, is_credit, total }) =>
          !is_quote && !is_cancellation && !is_credit && total?.gt(0),
      );
      const payments = open.slice(0, 9).map(({ id, total }) => ({ invoice_id: id, amount: Number(total?.toFixed()) }));
      slowed(bench);
      let left = payments.length;
      for (let call = 0; left > 0 && call < 10; call += 1) {
        const rows = listOf(await bench.ok("settle_payments", { payments }), "payments");
        left = rows.filter(({ result }) => result === "not_started").length;
        expect(rows.filter(({ result }) => result === "failed" || result === "unknown")).toEqual([]);
        if (call === 0) expect(left).toBeGreaterThan(0);
      }
      expect([left, made(bench, "invoice.paid")]).toEqual([0, payments.length]);
    });
  });
});
