import { parse as parseToml, stringify, TomlError } from "smol-toml";
import type { JsonObject } from "../domain/json.ts";
import { lineEnd } from "./lines.ts";
import type { Parsed, Slot, Values } from "./slot.ts";

/**
 * TOML, where an entry is a table with a header of its own: its lines are taken out and the new ones put in their place, or
 * at the end. Whatever this misreads (a header inside a text of several lines) the comparison in `edit.ts` refuses.
 */

export function parse(text: string): Parsed {
  try {
    return { value: parseToml(text) };
  } catch (error) {
    return { problem: error instanceof TomlError ? `line ${error.line}` : "it cannot be read" };
  }
}

export function put(text: string, { servers, name }: Slot, entry: JsonObject, old: Values | null): string | null {
  const eol = lineEnd(text);
  const table = stringify({ [servers]: { [name]: entry } })
    .trim()
    .replaceAll("\n", eol);
  // The writer opens the table above, too, which may be there already.
  const block = table.replace(new RegExp(`^\\[${servers}\\]\\s*`), "");
  if (old === null) {
    const body = text.trimEnd();
    return body === "" ? `${block}${eol}` : `${body}${eol}${eol}${block}${eol}`;
  }
  const lines = text.split(/\r?\n/);
  const own = lines.map(() => false);
  let inside = false;
  for (const [index, line] of lines.entries()) {
    const header = /^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$/.exec(line)?.[1];
    if (header !== undefined) inside = isOwn(keysOf(header), servers, name);
    own[index] = inside;
  }
  const first = own.indexOf(true);
  if (first < 0) return null;
  // Comments and blank lines before the next table belong to that one.
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    if (own[index] && own[index + 1] !== true) {
      for (let back = index; back > first && /^\s*(#.*)?$/.test(lines[back] ?? ""); back -= 1) own[back] = false;
    }
  }
  const kept = lines.flatMap((line, index) => (index === first ? block.split(eol) : own[index] ? [] : [line]));
  return kept.join(eol);
}

function isOwn(keys: readonly string[], servers: string, name: string): boolean {
  return keys[0] === servers && keys[1] === name;
}

/** `mcp_servers."a.b".env` as its parts. */
function keysOf(header: string): readonly string[] {
  return (header.match(/"[^"]*"|'[^']*'|[^.\s]+/g) ?? []).map((key) => key.replace(/^(["'])(.*)\1$/, "$2"));
}
