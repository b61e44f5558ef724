import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { z } from "zod";
import { printTable } from "./table.ts";

/**
 * What the tools cost a model, in o200k tokens: the list (name, description, input schema; output schemas and
 * annotations are not shown to models), and typical answers of the demo, as text and as structure.
 */
const ROOT = new URL("..", import.meta.url);
const SURFACE = new URL("src/tools/surface.json", ROOT);

const Surface = z.array(
  z.object({
    name: z.string(),
    description: z.string(),
    inputSchema: z.record(z.string(), z.unknown()),
    outputSchema: z.unknown(),
  }),
);

const tools = Surface.parse(JSON.parse(await readFile(SURFACE, "utf8")));
const costs = tools.map(({ name, description, inputSchema, outputSchema }) => ({
  name,
  description: countTokens(description),
  input: countTokens(JSON.stringify(inputSchema)),
  total: countTokens(JSON.stringify({ name, description, inputSchema })),
  output: countTokens(JSON.stringify(outputSchema ?? {})),
}));
type Cost = (typeof costs)[number];
const PICKS: readonly ((cost: Cost) => number)[] = [
  (c) => c.description,
  (c) => c.input,
  (c) => c.total,
  (c) => c.output,
];
const sums = (some: readonly Cost[]) =>
  PICKS.map((pick) => String(some.reduce((total, cost) => total + pick(cost), 0)));
const withoutViews = costs.filter(({ name }) => name !== "answer_approval");

printTable(
  "tools/list in tokens (o200k)",
  ["tool", "description", "input", "total", "(output schema)"],
  [
    ...costs.map((cost) => [cost.name, ...[cost.description, cost.input, cost.total, cost.output].map(String)]),
    [`all ${withoutViews.length} of most hosts`, ...sums(withoutViews)],
    [`all ${costs.length}, with the one for cards`, ...sums(costs)],
  ],
);

const ANSWERS: readonly (readonly [tool: string, args: Record<string, unknown>])[] = [
  ["search_customers", {}],
  ["search_customers", { response_format: "detailed" }],
  ["list_invoices", {}],
  ["list_invoices", { response_format: "detailed" }],
  ["list_invoices", { status: "overdue" }],
];

const client = new Client({ name: "bench", version: "0" });
await client.connect(
  new StdioClientTransport({
    command: process.execPath,
    args: [fileURLToPath(new URL("dist/cli.js", ROOT)), "--demo"],
  }),
);
const rows: string[][] = [];
for (const [tool, args] of ANSWERS) {
  const answer = await client.callTool({ name: tool, arguments: args });
  const text = answer.content.map((block) => (block.type === "text" ? block.text : "")).join("\n");
  if (answer.isError === true) throw new Error(`${tool}: ${text}`);
  rows.push([
    `${tool} ${JSON.stringify(args)}`,
    String(countTokens(text)),
    String(countTokens(JSON.stringify(answer.structuredContent ?? {}))),
  ]);
}
await client.close();
printTable("Answers of the demo in tokens (o200k)", ["call", "text", "structure"], rows);
