import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, part, startBench } from "../harness/mcp-tools.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

describe("copy_invoice", () => {
  it("makes a new draft with the same lines and leaves the original as it is", async () => {
    const answer = await bench.ok("copy_invoice", {
      invoice_id: "#RE-2026-0007",
      replace: [{ from: "ein Monat", to: "März 2026" }],
      due_date: "2026-04-01",
    });
    expect(part(answer, "invoice")).toMatchObject({ status: "draft", total: "899.64", due_date: "2026-04-01" });
    expect(answer.text).toContain("März 2026");
    expect(part(answer, "invoice")["number"]).toBeUndefined();
    const original = await bench.ok("get_invoice", { invoice_id: "#RE-2026-0007" });
    expect(part(original, "invoice")).toMatchObject({ status: "overdue", total: "899.64" });
    expect(bench.simulator.effects().every(({ kind }) => kind === "invoice.created" || kind === "item.created")).toBe(
      true,
    );
  });

  it("copies no credit note", async () => {
    const before = bench.simulator.effects().length;
    const answer = await bench.refused("copy_invoice", { invoice_id: "#ST-2026-0001" });
    expect(answer.text).toContain("is a credit note; only invoices and quotes are copied");
    expect(bench.simulator.effects().length).toBe(before);
  });

  it("says when nothing in the lines matches what is to be replaced", async () => {
    const before = bench.simulator.effects().length;
    const answer = await bench.refused("copy_invoice", {
      invoice_id: "#RE-2026-0007",
      replace: [{ from: "no such words", to: "x" }],
    });
    expect(answer.text).toContain("no such words");
    expect(bench.simulator.effects().length).toBe(before);
  });
});
