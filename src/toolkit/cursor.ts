import { createHash } from "node:crypto";
import { z } from "zod";
import { canonicalJson, type JsonObject } from "../domain/json.ts";
import { InputError } from "../errors.ts";

/** Where a list goes on: a page of the API and how many of its entries were already looked at. */
export interface Position {
  readonly page: number;
  readonly offset: number;
}

const encoded = z.tuple([z.string(), z.int().min(1).max(1_000_000), z.int().min(0).max(50)]);

/** Opaque to the caller; bound to the filters it was made for. */
export function encodeCursor(filters: JsonObject, position: Position): string {
  const payload = JSON.stringify([fingerprint(filters), position.page, position.offset]);
  return Buffer.from(payload).toString("base64url");
}

export function decodeCursor(filters: JsonObject, cursor: string | undefined): Position {
  if (cursor === undefined) return { page: 1, offset: 0 };
  const parsed = encoded.safeParse(jsonOf(cursor));
  if (!parsed.success) {
    throw new InputError("cursor: not one this server gave.", {
      next: "Leave cursor out to start from the beginning.",
    });
  }
  const [made, page, offset] = parsed.data;
  if (made !== fingerprint(filters)) {
    throw new InputError("cursor: it belongs to a list with other filters.", {
      next: "Use the same filters as before, or leave cursor out.",
    });
  }
  return { page, offset };
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
