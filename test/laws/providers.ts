import { isJsonObject } from "../../src/domain/json.ts";
import type { ListedTool } from "../../src/toolkit/listed-tool.ts";
import { nodes } from "./schemas.ts";

type Given = Pick<ListedTool, "name" | "description"> & { readonly inputSchema: unknown };
type Schema = Readonly<Record<string, unknown>>;

/** Longest name a host puts in front of a tool's: `mcp__invoicing__`. Names are checked with it. */
const PREFIX = "mcp__invoicing__";

const properties = (schema: Schema): Schema => (isJsonObject(schema["properties"]) ? schema["properties"] : {});
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const depth = (schema: unknown): number =>
  isJsonObject(schema)
    ? Math.max(
        schema["type"] === "object" ? 1 + Math.max(0, ...Object.values(properties(schema)).map(depth)) : 0,
        depth(schema["items"]),
      )
    : 0;

/**
 * Function calling and strict mode, by developers.openai.com (function calling, structured outputs). Strict mode is what SDKs
 * make of a list: each optional argument becomes one that may be null.
 */
export function openAiFindings({ name, description, inputSchema }: Given): string[] {
  const found: string[] = [];
  const no = (is: boolean, what: string) => is && found.push(`${name}: ${what}`);
  no(!/^[\w-]{1,64}$/.test(name), "the name has other signs than letters, digits, _ and -, or more than 64");
  no(description.length > 1_024, "the description is longer than 1,024");
  no(!isJsonObject(inputSchema) || inputSchema["type"] !== "object", "the arguments are no object");
  const all = nodes(strict(inputSchema));
  const enums = all.map(({ schema }) => texts(schema["enum"]));
  const names = all.flatMap(({ schema }) => Object.keys(properties(schema)));
  for (const { path, schema } of all) {
    const missing = ["allOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas"];
    for (const key of missing) no(key in schema, `${path} has ${key}`);
    no(path === "#" && ("anyOf" in schema || "oneOf" in schema), "the root is a union");
    no("oneOf" in schema || "patternProperties" in schema, `${path} has oneOf or patternProperties`);
    if (!texts([schema["type"]].flat()).includes("object")) continue;
    no(schema["additionalProperties"] !== false, `${path} is open`);
    no(!isJsonObject(schema["properties"]), `${path} names no properties`);
    const required = texts(schema["required"]);
    no(!Object.keys(properties(schema)).every((key) => required.includes(key)), `${path} has optional properties`);
  }
  no(names.length > 5_000, "more than 5,000 properties");
  no(depth(inputSchema) > 10, "more than 10 levels");
  no(enums.flat().length > 1_000, "more than 1,000 enum values");
  no([...names, ...enums.flat()].join("").length > 120_000, "more than 120,000 characters of names and values");
  return found;
}

/** As SDKs convert a schema for strict mode. */
function strict(schema: unknown): Record<string, unknown> {
  if (!isJsonObject(schema)) return {};
  const required = texts(schema["required"]);
  const own = Object.entries(properties(schema)).map(([name, one]) => {
    const inner = strict(one);
    const nullable = required.includes(name) ? {} : { type: [inner["type"], "null"].flat() };
    return [name, { ...inner, ...nullable }] as const;
  });
  return {
    ...schema,
    ...(isJsonObject(schema["properties"])
      ? { properties: Object.fromEntries(own), required: own.map(([name]) => name) }
      : {}),
    ...(isJsonObject(schema["items"]) ? { items: strict(schema["items"]) } : {}),
  };
}

/** Tool use, by docs.claude.com: names and argument names of the Messages API, and no union at the root. */
export function anthropicFindings({ name, description, inputSchema }: Given): string[] {
  const found: string[] = [];
  const no = (is: boolean, what: string) => is && found.push(`${name}: ${what}`);
  no(!/^[\w-]{1,64}$/.test(`${PREFIX}${name}`), "the name, with the host's prefix, has other signs or more than 64");
  no(description.trim() === "", "there is no description");
  no(!isJsonObject(inputSchema) || inputSchema["type"] !== "object", "the arguments are no object");
  for (const { path, schema } of nodes(inputSchema)) {
    if (path === "#") {
      for (const key of ["anyOf", "oneOf", "allOf"]) no(key in schema, `the root has ${key}`);
    }
    no(typeof schema["$ref"] === "string" && !schema["$ref"].startsWith("#"), `${path} refers to somewhere else`);
    for (const key of Object.keys(properties(schema))) {
      no(!/^[\w.-]{1,64}$/.test(key), `${path} has an argument named ${key}`);
    }
  }
  return found;
}

const GEMINI_KEYS = new Set([
  ...["type", "format", "title", "description", "nullable", "enum", "default", "items", "minItems", "maxItems"],
  ...["properties", "propertyOrdering", "required", "minProperties", "maxProperties", "minimum", "maximum"],
  ...["minLength", "maxLength", "pattern", "example", "anyOf"],
]);
const GEMINI_FORMATS: Readonly<Record<string, readonly string[]>> = {
  string: ["enum", "date-time"],
  number: ["float", "double"],
  integer: ["int32", "int64"],
};

/**
 * Function declarations, by ai.google.dev and cloud.google.com: the subset of OpenAPI that `parameters` takes, which is the
 * stricter of its two forms. `additionalProperties` is left out there by every SDK, and is known to `parametersJsonSchema`.
 */
export function geminiFindings({ name, description, inputSchema }: Given): string[] {
  const found: string[] = [];
  const no = (is: boolean, what: string) => is && found.push(`${name}: ${what}`);
  no(
    !/^[A-Za-z_][\w.-]{0,63}$/.test(`${PREFIX}${name}`),
    "the name, with the host's prefix, is too long or has other signs",
  );
  no(description.trim() === "", "there is no description");
  for (const { path, schema } of nodes(inputSchema)) {
    const { type, format } = schema;
    for (const key of Object.keys(schema)) {
      no(!GEMINI_KEYS.has(key) && key !== "additionalProperties", `${path} has ${key}`);
    }
    no(typeof type !== "string", `${path} has not one type`);
    no(type === "object" && Object.keys(properties(schema)).length === 0, `${path} is an object without properties`);
    no(type === "array" && !isJsonObject(schema["items"]), `${path} is a list of nothing named`);
    no(format !== undefined && !GEMINI_FORMATS[String(type)]?.includes(String(format)), `${path} has a format`);
    no("enum" in schema && type !== "string", `${path} has values that are no texts`);
    no(texts(schema["enum"]).includes(""), `${path} has an empty value`);
    const own = Object.keys(properties(schema));
    for (const key of own) no(!/^[A-Za-z_]\w{0,63}$/.test(key), `${path} has an argument named ${key}`);
    no(!texts(schema["required"]).every((key) => own.includes(key)), `${path} requires what it does not have`);
    no(Array.isArray(schema["required"]) && schema["required"].length === 0, `${path} has an empty required`);
  }
  return found;
}
