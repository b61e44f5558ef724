import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, part, startBench, textOf } from "../harness/mcp-tools.ts";
import { freshDraft, openOperation } from "../laws/answers.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

describe("get_operation", () => {
  it("tells what became of a send, without names or addresses", async () => {
    const sent = await bench.ok("send_invoice", { invoice_id: await freshDraft(bench) });
    const operation_id = textOf(sent, "operation_id");
    const answer = await bench.ok("get_operation", { operation_id });
    expect(part(answer, "operation")).toMatchObject({
      operation_id,
      act: "send_invoice",
      state: "done",
      amount: "119.00 EUR",
    });
    expect(answer.text).not.toMatch(/brandt|Sonja/i);
  });

  it("reads the API again for one that is open, and sends nothing", async () => {
    const operation_id = await openOperation(bench);
    const traffic = await bench.traffic(async () => {
      const answer = await bench.ok("get_operation", { operation_id });
      expect(["unknown", "not_done"]).toContain(part(answer, "operation")["state"]);
    });
    expect(traffic.length).toBeGreaterThan(0);
    for (const request of traffic) expect(request).toMatch(/^GET /);
  });

  it.each(["op_0", "x", "../op", "' OR 1=1 --"])("knows no operation %j", async (operation_id) => {
    const answer = await bench.refused("get_operation", { operation_id });
    expect(part(answer, "error")).toMatchObject({ code: "not_found", effect: "none" });
  });
});
