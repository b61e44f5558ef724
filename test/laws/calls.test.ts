import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isJsonObject } from "../../src/domain/json.ts";
import type { Tool } from "../../src/toolkit/tool.ts";
import { tools } from "../../src/tools/index.ts";
import { type Bench, part, startBench } from "../harness/mcp-tools.ts";
import { expectWellFormed, runnable } from "./answers.ts";
import { parameters } from "./schemas.ts";

/** What holds for a call of any tool, driven by the registry: a new tool is tested here the day it is listed. */
let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

const named = tools.map((tool) => [tool.name, tool] as const);

function optionalOf(tool: Tool): string[] {
  const required = tool.listing().inputSchema["required"];
  return tool.properties.filter((name) => !Array.isArray(required) || !required.includes(name));
}

describe.each(named)("%s", (name, tool) => {
  it("does every example, in text and structure alike", { timeout: 20_000 }, async () => {
    for (const example of tool.examples) {
      const fresh = await startBench();
      try {
        const answer = await fresh.ok(name, await runnable(fresh, example));
        expectWellFormed(tool, answer);
      } finally {
        await fresh.close();
      }
    }
  });

  it("takes null for every optional argument as absent", async () => {
    const fresh = await startBench();
    try {
      const [example] = tool.examples;
      if (example === undefined) throw new Error("no example");
      const args = await runnable(fresh, example);
      const nulls = Object.fromEntries(optionalOf(tool).map((key) => [key, null]));
      expectWellFormed(tool, await fresh.ok(name, { ...nulls, ...args }));
    } finally {
      await fresh.close();
    }
  });

  it("names the expected arguments when one is unknown, and does nothing", async () => {
    const answer = await unharmed(() => bench.refused(name, { ...tool.examples[0], invoiceId: "1", "a\u202eb": 2 }));
    expectWellFormed(tool, answer);
    expect(part(answer, "error")["code"]).toBe("invalid_input");
    expect(answer.text).toContain('Unknown argument "invoiceId", "ab"');
    expect(answer.text).toContain(`Expected: ${tool.properties.join(", ")}.`);
  });

  it.each([["text"], [7], [true], [["a"]]])("refuses %j instead of arguments", async (raw) => {
    const answer = await unharmed(() => bench.refused(name, raw));
    expectWellFormed(tool, answer);
    expect(part(answer, "error")["code"]).toBe("invalid_input");
  });

  it("refuses ten megabytes of text at once, without repeating them", async () => {
    const [key = "x"] = tool.properties;
    const answer = await unharmed(() => bench.refused(name, { ...tool.examples[0], [key]: "ß".repeat(5_000_000) }));
    expectWellFormed(tool, answer);
    expect(answer.text.length).toBeLessThan(1_500);
  });

  it("says what is missing when nothing is given", async () => {
    const required = tool.listing().inputSchema["required"];
    const answer = await bench.call(name, undefined);
    expectWellFormed(tool, answer);
    expect(answer.isError).toBe(Array.isArray(required) && required.length > 0);
    if (!Array.isArray(required)) return;
    for (const key of required.slice(0, 5)) expect(answer.text).toContain(`${String(key)} is required.`);
  });

  const hostile = parameters(tool.listing().inputSchema)
    .filter(({ path }) => !path.includes(".") && !path.includes("[]"))
    .flatMap(({ path, schema }) => badValues(schema).map((bad) => [path, bad.name, bad.value] as const));
  it.each(hostile)("refuses %s: %s", async (key, _name, value) => {
    const answer = await unharmed(() => bench.refused(name, { ...tool.examples[0], [key]: value }));
    expectWellFormed(tool, answer);
    expect(part(answer, "error")["code"]).toBe("invalid_input");
    expect(answer.text.length).toBeLessThan(1_500);
    // A statement of payments is read line by line.
    expect(answer.text).toMatch(key === "statement" ? /statement|^Line \d/ : new RegExp(key));
    expect(answer.text).not.toContain(`${key} is required`);
  });
});

/** Runs a call and checks that it changed nothing at the API, and asked it for nothing. */
async function unharmed<T>(work: () => Promise<T>): Promise<T> {
  const before = bench.simulator.effects().length;
  let result: T | undefined;
  const traffic = await bench.traffic(async () => {
    result = await work();
  });
  expect(traffic).toEqual([]);
  expect(bench.simulator.effects().length).toBe(before);
  if (result === undefined) throw new Error("no result");
  return result;
}

interface Bad {
  readonly name: string;
  readonly value: unknown;
}

function badValues(schema: Readonly<Record<string, unknown>>): Bad[] {
  switch (schema["type"]) {
    case "string":
      return [
        { name: "far too long", value: "x".repeat(100_000) },
        { name: "half a character", value: "a\ud800b" },
        { name: "a control character", value: "a\u0000b" },
        { name: "an escape sequence", value: "\u001b[2Ja" },
        { name: "a number that is no id", value: 5.5 },
        { name: "an object", value: { toString: "x" } },
        { name: "a list", value: ["a"] },
        ...(Array.isArray(schema["enum"]) ? [{ name: "another word", value: "constructor" }] : []),
      ];
    case "number":
    case "integer":
      return [
        { name: "1e308", value: 1e308 },
        { name: "-1e308", value: -1e308 },
        { name: "not a number", value: Number.NaN },
        { name: "infinity", value: Number.POSITIVE_INFINITY },
        { name: "text", value: "five" },
        { name: "a comma", value: "1,50" },
        { name: "true", value: true },
      ];
    case "boolean":
      return [
        { name: "text", value: "certainly" },
        { name: "a number", value: 1 },
      ];
    case "array":
      return [
        { name: "text", value: "a" },
        { name: "wrong entries", value: [1] },
        { name: "an empty entry", value: [{}] },
        { name: "far too many", value: Array.from({ length: 10_000 }, () => ({})) },
      ];
    case "object":
      return [
        { name: "text", value: "a" },
        { name: "a list", value: [] },
        { name: "an unknown field", value: { surprise: 1 } },
      ];
    default:
      throw new Error(`no bad values for ${JSON.stringify(schema)}`);
  }
}

describe("an answer", () => {
  it("never holds a field the schema does not name", async () => {
    for (const [name, tool] of named) {
      const answer = await bench.call(name, {});
      const known = tool.listing().outputSchema["properties"];
      expect(Object.keys(isJsonObject(known) ? known : {})).toEqual(
        expect.arrayContaining(Object.keys(answer.structured)),
      );
    }
  });
});
