import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, part, startBench, textOf } from "../harness/mcp-tools.ts";
import { freshDraft, openOperation } from "../laws/answers.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

describe("resolve_operation", () => {
  it("records a person's verdict and sends nothing", async () => {
    const operation_id = await openOperation(bench);
    const before = bench.simulator.effects().length;
    const requests = await bench.recorded(async () => {
      const answer = await bench.ok("resolve_operation", { operation_id, verdict: "not_done" });
      expect(part(answer, "operation")).toMatchObject({ operation_id, state: "not_done" });
    });
    for (const { method } of requests) expect(method).toBe("GET");
    expect(bench.simulator.effects().length).toBe(before);
  });

  it("does not touch what is settled", async () => {
    const sent = await bench.ok("send_invoice", { invoice_id: await freshDraft(bench) });
    const answer = await bench.refused("resolve_operation", {
      operation_id: textOf(sent, "operation_id"),
      verdict: "not_done",
    });
    expect(part(answer, "error")["code"]).toBe("wrong_state");
  });

  it("takes a document only for what was done", async () => {
    const answer = await bench.refused("resolve_operation", {
      operation_id: "op_x",
      verdict: "not_done",
      resource_id: "1",
    });
    expect(answer.text).toContain("resource_id goes with verdict done only");
  });

  it("knows no other verdicts and no other operations", async () => {
    expect((await bench.refused("resolve_operation", { operation_id: "op_x", verdict: "maybe" })).text).toContain(
      "verdict",
    );
    const answer = await bench.refused("resolve_operation", { operation_id: "op_x", verdict: "done" });
    expect(part(answer, "error")["code"]).toBe("not_found");
  });
});
