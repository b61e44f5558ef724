import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isJsonObject } from "../../src/domain/json.ts";
import { tools } from "../../src/tools/index.ts";
import { type Bench, startBench } from "../harness/mcp-tools.ts";
import { runnable } from "./answers.ts";
import { argumentsFor } from "./arguments.ts";

/** A line break of the data is shown as ⏎; a model that writes back what it read must not put that sign into the books. */
const SIGN = "A ⏎ B";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

/** The arguments once for each text in them, with the sign in its place. */
function signed(value: unknown): unknown[] {
  if (typeof value === "string") return [SIGN];
  if (Array.isArray(value)) {
    return value.flatMap((item, at) => signed(item).map((one) => value.with(at, one)));
  }
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, item]) => signed(item).map((one) => ({ ...value, [name]: one })));
}

/** Every argument there is, once each. */
const always = { chance: (part: number) => part <= 0.5, between: (least: number) => least };

describe("what is shown as a line break is never written as its sign", () => {
  const writing = tools.filter(({ effect }) => effect !== "read" && effect !== "save" && effect !== "answer");
  it.each(writing.map((tool) => [tool.name, tool] as const))("%s", { timeout: 60_000 }, async (name, tool) => {
    const [example] = tool.examples;
    const given = await runnable(bench, example ?? {});
    const full = { ...argumentsFor(tool.listing().inputSchema, always, NOTHING), ...given };
    const requests = await bench.recorded(async () => {
      for (const args of [...signed(given), ...signed(full)]) await bench.call(name, args);
    });
    expect(requests.filter(({ method, body }) => method !== "GET" && JSON.stringify(body).includes("⏎"))).toEqual([]);
  });
});

const NOTHING = { invoices: ["1"], customers: ["1"], others: ["x"] };
