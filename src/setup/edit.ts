import { isDeepStrictEqual } from "node:util";
import { isJsonObject, type JsonObject } from "../domain/json.ts";
import { ConfigError } from "../errors.ts";
import * as json from "./edit-json.ts";
import * as toml from "./edit-toml.ts";
import * as yaml from "./edit-yaml.ts";
import type { Slot, Values } from "./slot.ts";

/**
 * One entry in a client's configuration file. The file belongs to the person: only the entry's own characters change. Each
 * format edits the text; here it is proven, by reading both, that nothing else became another value.
 */

export type Format = "json" | "toml" | "yaml";

const EDITORS = { json, toml, yaml };

/** The values in the file. Throws `ConfigError` that says where it cannot be read. */
export function readText(format: Format, text: string): Values {
  if (text.trim() === "") return {};
  const read = EDITORS[format].parse(text);
  if ("problem" in read) {
    throw new ConfigError(`The file is not ${format.toUpperCase()} as it should be: ${read.problem}.`, {
      next: "Correct it with its client or an editor first; nothing was written.",
    });
  }
  if (!isJsonObject(read.value)) {
    throw new ConfigError(`The file does not hold settings by name.`, {
      next: "Correct it with its client or an editor first; nothing was written.",
    });
  }
  return read.value;
}

/** The entries of a file by their names. */
export function entriesOf(values: Values, servers: string): Readonly<Record<string, Values>> {
  const all = values[servers];
  if (!isJsonObject(all)) return {};
  return Object.fromEntries(Object.entries(all).flatMap(([name, one]) => (isJsonObject(one) ? [[name, one]] : [])));
}

/** The text with the entry in it, new or in the place of the one of that name. */
export function withEntry(format: Format, text: string, slot: Slot, entry: JsonObject): string {
  const before = readText(format, text);
  const held = before[slot.servers];
  if (held !== undefined && held !== null && !isJsonObject(held)) throw unsafe(slot);
  const written = EDITORS[format].put(text, slot, entry, entriesOf(before, slot.servers)[slot.name] ?? null);
  const after = written === null ? null : EDITORS[format].parse(written);
  const wanted = { ...before, [slot.servers]: { ...(isJsonObject(held) ? held : {}), [slot.name]: entry } };
  if (
    written === null ||
    after === null ||
    "problem" in after ||
    !isDeepStrictEqual(plain(after.value), plain(wanted))
  ) {
    throw unsafe(slot);
  }
  return written;
}

function unsafe({ servers, name }: Slot): ConfigError {
  return new ConfigError(`The entry ${servers}.${name} cannot be written into this file without touching the rest.`, {
    next: "Nothing was written. Paste what `setup --print` shows into it.",
  });
}

/** Dates and other classes of a format compare by what they are in text. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
