import { isJsonObject } from "../domain/json.ts";

export type SchemaValue = null | boolean | number | string | SchemaValue[] | { [key: string]: SchemaValue };

/** A JSON Schema whose root is an object, as the protocol demands. */
export interface ObjectSchema {
  type: "object";
  [key: string]: SchemaValue;
}

/** One entry of `tools/list`. */
export interface ListedTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: ObjectSchema;
  readonly outputSchema: ObjectSchema;
  readonly annotations: {
    readonly title: string;
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly idempotentHint: boolean;
    readonly openWorldHint: boolean;
  };
  readonly _meta: { readonly [key: string]: unknown };
}

/** Checks a stored listing (`tools/surface.json`) as far as the server relies on it. */
export function isListing(value: unknown): value is readonly ListedTool[] {
  return (
    Array.isArray(value) &&
    value.every(
      (tool) =>
        isJsonObject(tool) &&
        typeof tool["name"] === "string" &&
        typeof tool["description"] === "string" &&
        isJsonObject(tool["annotations"]) &&
        isJsonObject(tool["_meta"]) &&
        [tool["inputSchema"], tool["outputSchema"]].every(
          (schema) => isJsonObject(schema) && schema["type"] === "object",
        ),
    )
  );
}
