import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, it } from "vitest";
import { isJsonObject } from "../../src/domain/json.ts";
import { EFFECTS } from "../../src/toolkit/effect.ts";
import { saysOnly } from "../../src/toolkit/listing.ts";
import { tools } from "../../src/tools/index.ts";
import surface from "../../src/tools/surface.json" with { type: "json" };
import { nodes, parameters, violation } from "./schemas.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TOOLS = join(ROOT, "src", "tools");
const fileOf = (name: string) => `${name.replaceAll("_", "-")}.ts`;

/**
 * Parameters whose name is all there is to say. A page's size, its cursor and the form of an answer are among them: the
 * answer itself says what was left out and which cursor goes on.
 */
const NAMES_SAY_IT = [
  "customer_id",
  "item_id",
  "operation_id",
  "approval_id",
  "country_code",
  "limit",
  "cursor",
  "response_format",
  "remove",
  "zip_code",
  "secret",
  "given_name",
  "family_name",
  "company",
  "city",
  "email",
  "vat_number",
  // Beside its neighbour, or by its type, or because an error names the right form at once.
  "currency",
  "locale",
  "quantity",
  "due_date",
  "issued_to",
  "kind",
  "from",
  "to",
  "operator",
  "reference_id",
  "single_net_amount",
  "single_gross_amount",
  "is_quote",
  "street_address",
  "recipient",
  "invoicing_party",
  "number",
  "invoice_id",
];

/**
 * o200k tokens of the whole list, paid for in every conversation: of each tool, the JSON of name, description and input schema,
 * which is what a host passes on. It is never raised without a line here that says for what, and what a conversation saves by it.
 */
const LIST_BUDGET = [{ tokens: 3_800, reason: "28 tools at 135, and some room" }];
/** On average, so that many small tools do not pass what one long one may not; with the one for views, and without. */
const TOKENS_A_TOOL = 135;

/** Names the owner fixed. */
const AGREED = [
  "search_customers",
  "create_customer",
  "create_invoice",
  "add_item",
  "send_invoice",
  "mark_paid",
  "cancel_invoice",
  "change_recipient",
];

describe("the registry", () => {
  it("holds every file of src/tools, and each file is named after its tool", () => {
    const files = readdirSync(TOOLS).filter(
      (file) => file.endsWith(".ts") && file !== "index.ts" && file !== "load.ts",
    );
    expect(files.sort()).toEqual(tools.map(({ name }) => fileOf(name)).sort());
  });

  it("has the agreed names, each once", () => {
    const names = tools.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(AGREED));
  });

  it("is exactly what the server lists without loading a tool (surface.json)", () => {
    expect(tools.map((tool) => JSON.parse(JSON.stringify(tool.listing())))).toEqual(surface);
  });

  it("costs no more o200k tokens of name, description and input schema than its budget says", () => {
    const rows = tools.map((tool) => {
      const { name, description, inputSchema, outputSchema } = tool.listing();
      return {
        name,
        effect: tool.effect,
        tokens: countTokens(JSON.stringify({ name, description, inputSchema })),
        output: countTokens(JSON.stringify(outputSchema)),
      };
    });
    const sum = (some: typeof rows) => some.reduce((tokens, row) => tokens + row.tokens, 0);
    const total = sum(rows);
    const common = rows.filter(({ effect }) => effect !== "answer");
    const table = rows.map((row) => `${row.name.padEnd(20)} ${String(row.tokens).padStart(5)} (output ${row.output})`);
    process.stdout.write(`${table.join("\n")}\n${"total".padEnd(20)} ${String(total).padStart(5)}\n`);
    expect(total).toBeLessThanOrEqual(LIST_BUDGET.reduce((sum, { tokens }) => sum + tokens, 0));
    expect(total / rows.length).toBeLessThanOrEqual(TOKENS_A_TOOL);
    expect(sum(common) / common.length).toBeLessThanOrEqual(TOKENS_A_TOOL);
  });
});

describe.each(tools.map((tool) => [tool.name, tool] as const))("%s", (name, tool) => {
  const listed = tool.listing();
  const source = readFileSync(join(TOOLS, fileOf(name)), "utf8");

  it("has a portable name and a short title", () => {
    expect(name).toMatch(/^[a-z_]{1,40}$/);
    expect(tool.title).toMatch(/^[A-Z][^.]{2,40}$/);
    expect(listed).toMatchObject({ name, title: tool.title });
  });

  it("is annotated by its effect and by nothing else", () => {
    const { title, ...hints } = listed.annotations;
    expect(title).toBe(tool.title);
    expect(hints).toEqual(EFFECTS[tool.effect].annotations);
    expect(Object.values(hints).every((hint) => typeof hint === "boolean")).toBe(true);
    expect(hints.readOnlyHint && hints.destructiveHint).toBe(false);
  });

  it("lists the same on every call", () => {
    expect(JSON.stringify(tool.listing())).toBe(JSON.stringify(listed));
  });

  it("describes itself in one to four short sentences without addresses or shouting", () => {
    expect(tool.description.length).toBeGreaterThanOrEqual(20);
    expect(tool.description.length).toBeLessThanOrEqual(300);
    expect(tool.description).toMatch(/[.]$/);
    const words = [
      tool.description,
      ...nodes(listed.inputSchema).map(({ schema }) => String(schema["description"] ?? "")),
    ];
    for (const text of words) {
      expect(text).not.toMatch(/https?:|www\./i);
      expect(text).not.toMatch(/\b(MUST|NEVER|ALWAYS|IMPORTANT|CRITICAL|WARNING|DO NOT)\b|!/);
      expect(text).not.toMatch(/ignore (all|previous|other)/i);
      expect(text.normalize("NFC")).toBe(text);
    }
  });

  it("describes every parameter, at every depth, in a few words, and none by its name alone", () => {
    for (const { path, schema } of parameters(listed.inputSchema)) {
      const description = schema["description"];
      const name = path.split(".").at(-1) ?? "";
      expect(saysOnly(name, description), path).toBe(false);
      if (description === undefined && NAMES_SAY_IT.includes(name)) continue;
      expect(description, path).toBeTypeOf("string");
      expect(String(description).length, path).toBeGreaterThan(2);
      expect(String(description).length, path).toBeLessThanOrEqual(120);
      expect(schema["type"], path).toBeTypeOf("string");
    }
  });

  it("takes arguments in a form every host accepts", () => {
    expect(listed.inputSchema.type).toBe("object");
    expect(isJsonObject(listed.inputSchema["properties"])).toBe(true);
    for (const { path, schema } of nodes(listed.inputSchema)) {
      for (const key of FORBIDDEN) expect(Object.hasOwn(schema, key), `${path} has ${key}`).toBe(false);
      expect(Array.isArray(schema["items"]), `${path} is a tuple`).toBe(false);
      expect(Array.isArray(schema["type"]), `${path} has several types`).toBe(false);
      if (schema["type"] === "object") expect(schema["additionalProperties"], path).toBe(false);
      if (schema["type"] === "array") expect(isJsonObject(schema["items"]), path).toBe(true);
      if (Array.isArray(schema["enum"])) {
        expect(schema["type"], path).toBe("string");
        expect(
          schema["enum"].every((one) => typeof one === "string"),
          path,
        ).toBe(true);
      }
    }
    const required = listed.inputSchema["required"] ?? [];
    const names = Object.keys(isJsonObject(listed.inputSchema["properties"]) ? listed.inputSchema["properties"] : {});
    expect(Array.isArray(required) && required.every((key) => names.includes(String(key)))).toBe(true);
    expect(names).toEqual([...tool.properties]);
  });

  it("answers in one schema for success and failure", () => {
    const { outputSchema } = listed;
    expect(outputSchema.type).toBe("object");
    for (const key of ["required", "anyOf", "oneOf", "allOf", "not", "$ref", "additionalProperties"]) {
      expect(Object.hasOwn(outputSchema, key), key).toBe(false);
    }
    const own = isJsonObject(outputSchema["properties"]) ? Object.keys(outputSchema["properties"]) : [];
    expect(own).toEqual(expect.arrayContaining(["account", "next", "outcome", "operation_id", "tell_user", "error"]));
    for (const { path, schema } of nodes(outputSchema)) {
      for (const key of ["$ref", "anyOf", "oneOf", "allOf", "not", "prefixItems"]) {
        expect(Object.hasOwn(schema, key), `${path} has ${key}`).toBe(false);
      }
    }
  });

  it("has examples that its own schema accepts", () => {
    expect(tool.examples.length).toBeGreaterThan(0);
    for (const example of tool.examples) expect(violation(listed.inputSchema, example)).toBeNull();
  });

  it("has a schema that rejects an unknown argument", () => {
    expect(violation(listed.inputSchema, { ...tool.examples[0], surprise: 1 })).not.toBeNull();
  });

  it("stands on the toolkit alone: no other tool, no guard's insides, no journal, no node", () => {
    const imports = [...source.matchAll(/from "([^"]+)"/g)].map((match) => match[1] ?? "");
    for (const from of imports) {
      expect(from).not.toMatch(
        /^\.\/|^\.\.\/tools\/|^\.\.\/journal\/(?!port)|^\.\.\/api\/(?!port)|^node:|modelcontextprotocol/,
      );
      expect(from).not.toMatch(/^\.\.\/guard\/(?!plan)/);
    }
    expect(source.split("\n").length).toBeLessThanOrEqual(300);
  });

  it("has a test file", () => {
    expect(readdirSync(join(ROOT, "test", "tools"))).toContain(fileOf(name).replace(/\.ts$/, ".test.ts"));
  });
});

/** Constructs that some host rejects, rewrites, or drops out of strict mode for. */
const FORBIDDEN = [
  "anyOf",
  "oneOf",
  "allOf",
  "not",
  "if",
  "then",
  "else",
  "$ref",
  "$defs",
  "$schema",
  "definitions",
  "nullable",
  "pattern",
  "patternProperties",
  "propertyNames",
  "const",
  "prefixItems",
  "dependentRequired",
  "unevaluatedProperties",
];
