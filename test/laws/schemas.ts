import { AjvJsonSchemaValidator } from "@modelcontextprotocol/client/validators/ajv";
import { isJsonObject } from "../../src/domain/json.ts";
import type { ObjectSchema } from "../../src/toolkit/listed-tool.ts";

/** One schema inside a schema, with the way to it. */
export interface Node {
  readonly path: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** Every schema in a schema, itself first: properties, items and whatever else holds schemas. */
export function nodes(schema: unknown, path = "#"): Node[] {
  if (!isJsonObject(schema)) return [];
  const inner = Object.entries(schema).flatMap(([key, value]) => {
    if (key === "properties" || key === "$defs" || key === "definitions" || key === "patternProperties") {
      return isJsonObject(value) ? Object.entries(value).flatMap(([name, one]) => nodes(one, `${path}/${name}`)) : [];
    }
    if (Array.isArray(value)) return value.flatMap((one, at) => nodes(one, `${path}/${key}[${at}]`));
    return nodes(value, `${path}/${key}`);
  });
  return [{ path, schema }, ...inner];
}

/** The parameters of a schema at every depth. */
export function parameters(schema: unknown, path = ""): Node[] {
  if (!isJsonObject(schema)) return [];
  const own = isJsonObject(schema["properties"]) ? Object.entries(schema["properties"]) : [];
  return [
    ...own.flatMap(([name, one]) => {
      const at = path === "" ? name : `${path}.${name}`;
      return isJsonObject(one) ? [{ path: at, schema: one }, ...parameters(one, at)] : [];
    }),
    ...parameters(schema["items"], `${path}[]`),
  ];
}

const validator = new AjvJsonSchemaValidator();
const compiled = new Map<string, ReturnType<typeof validator.getValidator>>();

/** What a client's validator says about a value: `null` when it is valid. Compiling costs more than checking. */
export function violation(schema: ObjectSchema, value: unknown): string | null {
  const key = JSON.stringify(schema);
  const check = compiled.get(key) ?? validator.getValidator({ ...schema });
  compiled.set(key, check);
  const checked = check(value);
  return checked.valid ? null : checked.errorMessage;
}
