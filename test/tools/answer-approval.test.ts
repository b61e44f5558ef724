import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tools } from "../../src/tools/index.ts";
import { type Bench, startBench, toolNamed } from "../harness/mcp-tools.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

describe("answer_approval", () => {
  it("is marked as a view's tool, and no other tool is", () => {
    const marked = tools.filter((tool) => JSON.stringify(tool.listing()._meta ?? {}).includes('"app"'));
    expect(marked.map(({ name }) => name)).toEqual(["answer_approval"]);
    expect(toolNamed("answer_approval").effect).toBe("answer");
  });

  it("says the same for every wrong secret and id, and tells nothing", async () => {
    const answers = await Promise.all(
      [
        { approval_id: "none", secret: "none", decision: "approve" },
        { approval_id: "../x", secret: "x".repeat(128), decision: "approve", typed: "1,785.00" },
        { approval_id: "none", secret: "other", decision: "decline" },
      ].map((args) => bench.ok("answer_approval", args)),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    for (const answer of answers) expect(answer.structured).toMatchObject({ ok: false });
  });
});
