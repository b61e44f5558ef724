import { isJsonObject } from "../domain/json.ts";
import { CARD_MEDIA_TYPE } from "../ui/names.ts";

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

/** Whether a client declared that it shows MCP Apps of our media type. */
export function showsApps(capabilities: unknown): boolean {
  const extensions = isJsonObject(capabilities) ? capabilities["extensions"] : undefined;
  const ui = isJsonObject(extensions) ? extensions["io.modelcontextprotocol/ui"] : undefined;
  const types = isJsonObject(ui) ? ui["mimeTypes"] : undefined;
  return Array.isArray(types) && types.includes(CARD_MEDIA_TYPE);
}

/** What this kind of client is told of, and may call: a view's own tool only where views are shown. */
export function listedFor(tools: readonly ListedTool[], capabilities: unknown): readonly ListedTool[] {
  return showsApps(capabilities) ? tools : tools.filter((tool) => !isForViews(tool));
}

/** A tool that only views call (MCP Apps, `visibility`). */
export function isForViews({ _meta }: Pick<ListedTool, "_meta">): boolean {
  const { ui } = _meta;
  const visibility = isJsonObject(ui) ? ui["visibility"] : undefined;
  return Array.isArray(visibility) && !visibility.includes("model");
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
