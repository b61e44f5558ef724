import { afterEach, describe, expect, it } from "vitest";
import { parsePolicy } from "../../src/guard/policy.ts";
import { approves, type Bench, part, startBench } from "../harness/mcp-tools.ts";
import { freshDraft } from "../laws/answers.ts";

let bench: Bench;
afterEach(() => bench.close());

const sent = () => bench.simulator.effects().filter(({ kind }) => kind === "invoice.sent").length;

/** Drafts of one customer that differ in nothing but their id, their notes and their line's title. */
async function drafts(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 0; number < count; number += 1) ids.push(await freshDraft(bench));
  return ids;
}

describe("calls at the same time", () => {
  it.each([
    ["count", { max_sent_per_day: { count: 1 } }],
    ["sum", { max_sent_per_day: { gross: { EUR: "200.00" } } }],
  ])("do not send more than the day's %s allows, each with its approval", async (_name, limits) => {
    bench = await startBench({ policy: parsePolicy({ version: 1, limits }) });
    const ids = await drafts(3);
    const before = sent();
    let asked = 0;
    let open = () => {};
    const all = new Promise<void>((resolve) => {
      open = resolve;
    });
    const together = await Promise.all(
      ids.map((invoice_id) =>
        bench.call("send_invoice", { invoice_id }, async (form, clock) => {
          asked += 1;
          if (asked === ids.length) open();
          await all;
          return approves(form, clock);
        }),
      ),
    );
    expect(asked).toBe(3);
    expect(sent() - before).toBe(1);
    const refused = together.filter(({ isError }) => isError);
    expect(refused.map((answer) => part(answer, "error")["code"])).toEqual(["policy", "policy"]);
    expect(refused[0]?.text).toContain("max_sent_per_day");
  });

  it("send one of several equal drafts without a person, and ask for the others", async () => {
    const unattended = { enabled: true, acts: ["send_invoice"], below: { EUR: "1000.00" } };
    bench = await startBench({ policy: parsePolicy({ version: 1, unattended }) });
    const ids = await drafts(4);
    const before = sent();
    const send = () => Promise.all(ids.map((invoice_id) => bench.call("send_invoice", { invoice_id }, null)));
    await send();
    expect(sent() - before).toBe(1);
    const again = await send();
    expect(sent() - before).toBe(1);
    expect(again.filter(({ isError }) => isError)).toHaveLength(3);
  });

  it("send drafts of different customers over one amount without a person", async () => {
    const unattended = { enabled: true, acts: ["send_invoice"], below: { EUR: "1000.00" } };
    const levels = { first_invoice: "approve" };
    bench = await startBench({ policy: parsePolicy({ version: 1, unattended, levels }) });
    const ids = [await freshDraft(bench, 1, "181227"), await freshDraft(bench, 1, "181240")];
    const before = sent();
    const answers = await Promise.all(ids.map((invoice_id) => bench.call("send_invoice", { invoice_id }, null)));
    expect(answers.map(({ text }) => text.split("\n")[0])).toEqual([
      expect.stringContaining("Sent invoice"),
      expect.stringContaining("Sent invoice"),
    ]);
    expect(sent() - before).toBe(2);
  });
});
