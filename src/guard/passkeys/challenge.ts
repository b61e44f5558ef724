import { createHash } from "node:crypto";
import { canonicalJson } from "../../domain/json.ts";
import type { Approval } from "../port.ts";

export interface Challenge {
  readonly approval: Pick<Approval, "id" | "act" | "digest" | "shown_hash" | "expires_at">;
  /** Fresh random text of one attempt. */
  readonly nonce: string;
  /** Of the page that asks, e.g. `http://localhost:49152`. */
  readonly origin: string;
}

/**
 * What the passkey signs, base64url: a digest of exactly what was shown, for this approval, this attempt and this page. An
 * answer for another content, approval, attempt or page has another challenge and does not verify.
 */
export function challengeOf({ approval, nonce, origin }: Challenge): string {
  const { id, act, digest, shown_hash, expires_at } = approval;
  const bound = { purpose: "invoicing-mcp approval 1", id, act, digest, shown_hash, expires_at, nonce, origin };
  return createHash("sha256").update(canonicalJson(bound)).digest("base64url");
}
