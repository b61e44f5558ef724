import { createHash } from "node:crypto";
import { canonicalJson, type JsonObject } from "../domain/json.ts";
import { InputError } from "../errors.ts";

/**
 * Where a list goes on. A page number alone would be wrong as soon as an entry comes or goes, so the last entries that
 * were looked at are remembered, too.
 */
export interface Position {
  /** Page of the API on which the last entry stood. */
  readonly page: number;
  /** How many of the page's entries were looked at. */
  readonly offset: number;
  /** Marks of the last entries looked at, in their order. */
  readonly seen: readonly string[];
  /** Sort key of the last one; `null` where the list has no known order. */
  readonly key: string | null;
}

export const BEGINNING: Position = { page: 1, offset: 0, seen: [], key: null };

/** Length of a mark and of the filters' fingerprint. */
const MARK = 5;
const FINGERPRINT = 6;
/** Everything of it in one line, in as few characters as it takes: a model pays for each of them twice. */
const CURSOR = /^([\w-]{6})\.([1-9]\d{0,5})\.(\d{1,2})\.((?:[\w-]{5}){0,20})\.([\da-z]{0,9})$/;

/** Opaque to the caller; bound to the filters it was made for. */
export function encodeCursor(filters: JsonObject, { page, offset, seen, key }: Position): string {
  const at = key === null ? Number.NaN : Date.parse(key);
  return [fingerprint(filters), page, offset, seen.join(""), at >= 0 ? at.toString(36) : ""].join(".");
}

export function decodeCursor(filters: JsonObject, cursor: string | undefined): Position {
  if (cursor === undefined) return BEGINNING;
  const [, made, page, offset, seen = "", at = ""] = CURSOR.exec(cursor) ?? [];
  if (made === undefined || Number(offset) > 50) {
    throw new InputError("cursor: not one this server gave.", {
      next: "Leave cursor out to start from the beginning.",
    });
  }
  if (made !== fingerprint(filters)) {
    throw new InputError("cursor: it belongs to a list with other filters.", {
      next: "Use the same filters as before, or leave cursor out.",
    });
  }
  const key = at === "" ? null : new Date(Number.parseInt(at, 36));
  return {
    page: Number(page),
    offset: Number(offset),
    seen: Array.from({ length: seen.length / MARK }, (_, index) => seen.slice(index * MARK, (index + 1) * MARK)),
    key: key === null || Number.isNaN(key.getTime()) ? null : key.toISOString(),
  };
}

/** A short mark of an entry: enough to find it again on a page. */
export function markOf(id: string): string {
  return createHash("sha256").update(id).digest("base64url").slice(0, MARK);
}

function fingerprint(filters: JsonObject): string {
  return createHash("sha256").update(canonicalJson(filters)).digest("base64url").slice(0, FINGERPRINT);
}
