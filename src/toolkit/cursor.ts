import { createHash } from "node:crypto";
import { z } from "zod";
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

const encoded = z.tuple([
  z.string(),
  z.int().min(1).max(1_000_000),
  z.int().min(0).max(50),
  z.array(z.string().max(8)).max(20),
  z.string().max(40).nullable(),
]);

/** Opaque to the caller; bound to the filters it was made for. */
export function encodeCursor(filters: JsonObject, position: Position): string {
  const payload = [fingerprint(filters), position.page, position.offset, position.seen, position.key];
  return Buffer.from(JSON.stringify(payload)).toString("base64url");
}

export function decodeCursor(filters: JsonObject, cursor: string | undefined): Position {
  if (cursor === undefined) return BEGINNING;
  const parsed = encoded.safeParse(jsonOf(cursor));
  if (!parsed.success) {
    throw new InputError("cursor: not one this server gave.", {
      next: "Leave cursor out to start from the beginning.",
    });
  }
  const [made, page, offset, seen, key] = parsed.data;
  if (made !== fingerprint(filters)) {
    throw new InputError("cursor: it belongs to a list with other filters.", {
      next: "Use the same filters as before, or leave cursor out.",
    });
  }
  return { page, offset, seen, key };
}

/** A short mark of an entry: enough to find it again on a page. */
export function markOf(id: string): string {
  return createHash("sha256").update(id).digest("base64url").slice(0, 5);
}

function fingerprint(filters: JsonObject): string {
  return createHash("sha256").update(canonicalJson(filters)).digest("base64url").slice(0, 8);
}

function jsonOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}
