import { applyEdits, modify, type ParseError, parse as parseJsonc, printParseErrorCode } from "jsonc-parser";
import type { JsonObject } from "../domain/json.ts";
import { lineEnd } from "./lines.ts";
import type { Parsed, Slot, Values } from "./slot.ts";

/** JSON with comments and trailing commas, as editors allow it. */

const BOM = "\uFEFF";

export function parse(text: string): Parsed {
  const errors: ParseError[] = [];
  const body = withoutBom(text);
  const value: unknown = parseJsonc(body, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const [first] = errors;
  if (first === undefined) return { value };
  const line = body.slice(0, first.offset).split("\n").length;
  return { problem: `${printParseErrorCode(first.error)} in line ${line}` };
}

export function put(text: string, slot: Slot, entry: JsonObject, old: Values | null): string {
  const bom = text.startsWith(BOM) ? BOM : "";
  const body = withoutBom(text);
  const path = [slot.servers, slot.name];
  // Key by key where the entry is there, so that comments inside it stay.
  const changes =
    old === null
      ? [{ path, value: entry }]
      : [...new Set([...Object.keys(old), ...Object.keys(entry)])]
          .filter((key) => JSON.stringify(old[key]) !== JSON.stringify(entry[key]))
          .map((key) => ({ path: [...path, key], value: entry[key] }));
  const eol = lineEnd(body);
  const formattingOptions = { ...indentation(body), eol };
  // A new one comes first: behind the last, the line above it would need another comma.
  const options = old === null ? { formattingOptions, getInsertionIndex: () => 0 } : { formattingOptions };
  const start = body.trim() === "" ? `{}${eol}` : body;
  const written = changes.reduce(
    (now, change) => applyEdits(now, modify(now, change.path, change.value, options)),
    start,
  );
  return bom + written;
}

function indentation(text: string): { readonly insertSpaces: boolean; readonly tabSize: number } {
  const first = /\n([ \t]+)["/]/.exec(text)?.[1] ?? "  ";
  return first.startsWith("\t") ? { insertSpaces: false, tabSize: 1 } : { insertSpaces: true, tabSize: first.length };
}

function withoutBom(text: string): string {
  return text.startsWith(BOM) ? text.slice(BOM.length) : text;
}
