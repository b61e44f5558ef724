import { describe, expect, it } from "vitest";
import { assemble } from "../../src/assemble.ts";
import { loadConfig } from "../../src/config.ts";
import { anthropicFindings, geminiFindings, openAiFindings } from "./providers.ts";

/** The list as it goes to models, in each way of approval; a host hands it to whichever model it works with. */
const lists = (["auto", "token"] as const).map((confirm) => {
  const { parts } = assemble({
    config: loadConfig({ language: "en", confirm }, {}, true),
    demo: true,
    policy: null,
    report: () => {},
    terminalCommand: "invoicing-mcp approve",
    desktop: { platform: "linux", display: false, remote: false },
  });
  return [confirm, parts.tools] as const;
});

const PROVIDERS = { OpenAI: openAiFindings, Anthropic: anthropicFindings, Gemini: geminiFindings } as const;

describe.each(lists)("the tool list with --confirm %s", (_, tools) => {
  it.each(Object.entries(PROVIDERS))("is taken by %s", (_name, findings) => {
    expect(tools.length).toBeGreaterThan(20);
    expect(tools.flatMap(findings)).toEqual([]);
  });

  it("is one that each provider takes at once", () => {
    expect(tools.length).toBeLessThanOrEqual(128);
  });
});

const closed = (properties: object, more: object = {}) => ({
  type: "object",
  properties,
  additionalProperties: false,
  ...more,
});
const text = { type: "string" };
const tool = (inputSchema: unknown, name = "list_invoices") => ({ name, description: "Lists.", inputSchema });
const deep = (levels: number): object => closed(levels === 0 ? { a: text } : { a: deep(levels - 1) });

describe("what a provider does not take is found", () => {
  it.each([
    ["OpenAI", tool(closed({ a: text }), "list.invoices"), "the name"],
    ["OpenAI", tool(closed({ a: text }), "x".repeat(65)), "the name"],
    ["OpenAI", { ...tool(closed({ a: text })), description: "x".repeat(1_025) }, "the description"],
    ["OpenAI", tool(text), "no object"],
    ["OpenAI", tool({ ...closed({ a: text }), anyOf: [] }), "union"],
    ["OpenAI", tool(closed({ a: { type: "object", properties: {} } })), "open"],
    ["OpenAI", tool(closed({ a: { type: "object", additionalProperties: false } })), "names no properties"],
    ["OpenAI", tool(closed({ a: { allOf: [text] } })), "allOf"],
    ["OpenAI", tool(closed({ a: { type: "array", items: { not: text } } })), "not"],
    ["OpenAI", tool(closed({ a: { oneOf: [text] } })), "oneOf"],
    ["OpenAI", tool(deep(10)), "10 levels"],
    ["OpenAI", tool(closed({ a: { ...text, enum: Array.from({ length: 1_001 }, (_, at) => `${at}`) } })), "1,000"],
    ["Anthropic", tool(closed({ a: text }), "x".repeat(49)), "the name"],
    ["Anthropic", { ...tool(closed({ a: text })), description: " " }, "no description"],
    ["Anthropic", tool({ oneOf: [closed({ a: text })] }), "no object"],
    ["Anthropic", tool({ ...closed({ a: text }), oneOf: [] }), "root has oneOf"],
    ["Anthropic", tool(closed({ "a b": text })), "argument named"],
    ["Anthropic", tool(closed({ a: { $ref: "https://example.com/a" } })), "somewhere else"],
    ["Gemini", tool(closed({ a: text }), "x".repeat(49)), "the name"],
    ["Gemini", tool(closed({ a: { ...text, const: "b" } })), "has const"],
    ["Gemini", tool(closed({ a: { type: ["string", "null"] } })), "not one type"],
    ["Gemini", tool(closed({})), "without properties"],
    ["Gemini", tool(closed({ a: { type: "array" } })), "list of nothing"],
    ["Gemini", tool(closed({ a: { ...text, format: "email" } })), "format"],
    ["Gemini", tool(closed({ a: { type: "integer", enum: [1] } })), "no texts"],
    ["Gemini", tool(closed({ a: { ...text, enum: [""] } })), "empty value"],
    ["Gemini", tool(closed({ "a-b": text })), "argument named"],
    ["Gemini", tool(closed({ a: text }, { required: ["b"] })), "requires"],
    ["Gemini", tool(closed({ a: text }, { required: [] })), "empty required"],
  ] as const)("%s: %j", (provider, given, what) => {
    const findings = PROVIDERS[provider](given).filter((finding) => finding.includes(what));
    expect(findings).toHaveLength(1);
  });
});
