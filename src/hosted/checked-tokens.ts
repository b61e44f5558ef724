import { hash } from "node:crypto";
import type { Clock } from "../domain/clock.ts";
import type { Identity } from "./access.ts";

export interface Checked {
  readonly identity: Identity;
  /** Milliseconds since the epoch. */
  readonly expires_at: number;
}

/**
 * Whom tokens were found to be from a moment ago, so that a client's calls are not each a check of a signature. Kept by the
 * digest of the token and what it was checked for: one byte more, or another address, is checked anew. Refusals are not kept.
 */
export interface CheckedTokens {
  /** `check` throws for a token that does not count; what it returns holds until the token is over, a minute at most. */
  identityOf(token: string, audiences: readonly string[], check: () => Promise<Checked>): Promise<Identity>;
}

/** How much longer than at the check itself a key counts that the issuer withdrew. */
const KEPT_MS = 60_000;
const MOST_KEPT = 5_000;

export function createCheckedTokens(clock: Clock): CheckedTokens {
  const checked = new Map<string, { readonly identity: Identity; readonly at: number; readonly until: number }>();
  return {
    async identityOf(token, audiences, check) {
      const name = `${hash("sha256", token, "base64url")}\n${audiences.join("\n")}`;
      const known = checked.get(name);
      const now = clock.now();
      // A clock that was set back proves nothing.
      if (known !== undefined && known.at <= now && now < known.until) return known.identity;
      checked.delete(name);
      const { identity, expires_at } = await check();
      const until = Math.min(expires_at, now + KEPT_MS);
      if (until <= now) return identity;
      for (const oldest of checked.keys()) {
        if (checked.size < MOST_KEPT) break;
        checked.delete(oldest);
      }
      checked.set(name, { identity, at: now, until });
      return identity;
    },
  };
}
