import { isMap, isScalar, parseDocument, stringify } from "yaml";
import type { JsonObject } from "../domain/json.ts";
import { lineEnd } from "./lines.ts";
import type { Parsed, Slot, Values } from "./slot.ts";

/** YAML: the parser says at which characters the entry stands, and only those are replaced. */

export function parse(text: string): Parsed {
  const document = parseDocument(text);
  const [first] = document.errors;
  if (first !== undefined) return { problem: `line ${first.linePos?.[0].line ?? 1}` };
  const value: unknown = document.toJS();
  return { value: value ?? {} };
}

export function put(text: string, { servers, name }: Slot, entry: JsonObject, old: Values | null): string | null {
  const eol = lineEnd(text);
  const { contents } = parseDocument(text);
  const block = (indent: string, step: number) =>
    stringify({ [name]: entry }, { indent: step, lineWidth: 0 })
      .trimEnd()
      .split("\n")
      .map((line) => indent + line)
      .join(eol);
  const held = isMap(contents) ? contents.items.find(({ key }) => isScalar(key) && key.value === servers) : undefined;
  if (held === undefined) {
    const body = text.trimEnd();
    return `${body === "" ? "" : body + eol}${servers}:${eol}${block("  ", 2)}${eol}`;
  }
  if (!isMap(held.value) || held.value.flow === true || held.value.items.length === 0) return null;
  const [first] = held.value.items;
  if (!isScalar(first?.key) || !first.key.range) return null;
  const column = first.key.range[0] - (text.lastIndexOf("\n", first.key.range[0] - 1) + 1);
  const indent = " ".repeat(column);
  const step = column === 0 ? 2 : column;
  if (old === null) {
    const at = first.key.range[0] - column;
    return `${text.slice(0, at)}${block(indent, step)}${eol}${text.slice(at)}`;
  }
  const own = held.value.items.find(({ key }) => isScalar(key) && key.value === name);
  const value = own?.value;
  if (!isScalar(own?.key) || !own.key.range || !isMap(value) || !value.range) return null;
  const from = own.key.range[0] - column;
  // Up to the end of its last value; what follows on later lines belongs to what comes next.
  const end = from + text.slice(from, value.range[1]).trimEnd().length;
  return `${text.slice(0, from)}${block(indent, step)}${text.slice(end)}`;
}
