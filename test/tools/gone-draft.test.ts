import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, startBench, textOf } from "../harness/mcp-tools.ts";

let bench: Bench;
let args: Record<string, unknown>;
beforeEach(async () => {
  bench = await startBench();
  const { items } = await bench.deps.api.listCustomers({});
  args = {
    customer: items.find(({ address }) => address)?.id,
    currency: "EUR",
    items: [1, 2].map((line) => ({ title: `Line ${line}`, quantity: 1, tax_rate: 19, single_net_amount: line })),
  };
});
afterEach(() => bench.close());

const drafts = () => bench.simulator.effects().filter(({ kind }) => kind === "invoice.created").length;
const missing = (id: string, times: number) =>
  bench.simulator.faults.add({ kind: "status_before", status: 404, method: "GET", path: `/invoices/${id}`, times });

describe("a draft that an equal call had made", () => {
  it("is not gone because one reading did not find it", async () => {
    const id = textOf(await bench.ok("prepare_invoice", args), "invoice_id");
    missing(id, 1);
    expect(textOf(await bench.ok("prepare_invoice", args), "invoice_id")).toBe(id);
    expect(drafts()).toBe(1);
  });

  it("is replaced when two readings do not find it, and that is said with its id", async () => {
    const id = textOf(await bench.ok("prepare_invoice", args), "invoice_id");
    missing(id, 2);
    const again = await bench.ok("prepare_invoice", args);
    expect(textOf(again, "invoice_id")).not.toBe(id);
    expect(again.text).toContain(`The earlier draft ${id} is gone`);
    expect(drafts()).toBe(2);
  });
});
