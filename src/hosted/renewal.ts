import { z } from "zod";
import { claimsOf } from "../api/token.ts";
import { tokenProblem } from "../config-values.ts";
import { UnavailableError } from "../errors.ts";
import type { Renewal, UpstreamSecret } from "../store/vault-port.ts";
import { createPatience, NotAnswering } from "./patience.ts";
import { askForTokens, type UpstreamClient } from "./token-endpoint.ts";

/** Asks for a new pair, once. Throws where it is not known what became of it. */
export type Renew = Renewal["renew"];

export type RenewalResult = "renewed" | "over" | "failed" | "skipped";

/** A request that took this long had no answer; how long then nobody waits for another. */
const PATIENCE = { hang_ms: 2_500, rest_ms: 10_000 };

/**
 * How the API renews is not shown, so the fields are those of RFC 6749. Whether a refresh token counts whose answer was lost
 * the issuer says, when it is sent again.
 */
export function createRenewal(client: UpstreamClient, told: (result: RenewalResult, seconds: number) => void): Renew {
  const patience = createPatience(PATIENCE);
  async function ask(refresh_token: string | null): ReturnType<Renew> {
    const answer = await askForTokens(client, { grant_type: "refresh_token", refresh_token });
    if (answer.kind !== "answered") {
      const error = notRenewed(`its sign-in server could not be reached: ${answer.reason}`);
      if (answer.isSent) throw error;
      return { unused: error };
    }
    const { status, json, problem } = answer;
    if (status === 200) {
      const pair = tokensIn(json, Date.now());
      if (pair === null) throw notRenewed("its sign-in server answered without a token");
      // A server that hands out no new one means that the old one goes on.
      return { ...pair, refresh_token: pair.refresh_token ?? refresh_token };
    }
    if (problem === "invalid_grant") return { dead: "The sign-in at the invoices API is over." };
    const error = notRenewed(`its sign-in server answered ${status}${problem === undefined ? "" : ` (${problem})`}`);
    if (status >= 500) throw error;
    return { unused: error };
  }
  return async ({ refresh_token }) => {
    const began = performance.now();
    const ended = (result: RenewalResult) => told(result, (performance.now() - began) / 1000);
    try {
      const brought = await patience(() => ask(refresh_token));
      ended("dead" in brought ? "over" : "unused" in brought ? "failed" : "renewed");
      return brought;
    } catch (error) {
      ended(error instanceof NotAnswering ? "skipped" : "failed");
      if (error instanceof NotAnswering) {
        return { unused: notRenewed("its sign-in server did not answer a moment ago") };
      }
      throw error;
    }
  };
}

const pairSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string().nullish(),
  /** Seconds (RFC 6749). */
  expires_in: z.number().positive().nullish(),
  /** As the API's own documents show it; the unit of its `expiresIn` is not known, so that one is not read. */
  expiresAt: z.iso.datetime({ offset: true }).nullish(),
});

/** The pair in the answer of a token endpoint, in both notations; `null` when it is none. `now` in milliseconds. */
export function tokensIn(json: unknown, now: number): UpstreamSecret | null {
  const parsed = pairSchema.safeParse(json);
  if (!parsed.success) return null;
  const { access_token, refresh_token, expires_in, expiresAt } = parsed.data;
  const given = [access_token, ...(refresh_token ? [refresh_token] : [])];
  if (given.some((token) => tokenProblem(token) !== null)) return null;
  const told = expiresAt ? Date.parse(expiresAt) : expires_in ? now + expires_in * 1000 : null;
  return {
    access_token,
    refresh_token: refresh_token ?? null,
    expires_at: told ?? claimsOf(access_token).expires,
  };
}

function notRenewed(why: string): UnavailableError {
  return new UnavailableError(
    `The credential for the invoices API has lapsed and could not be renewed: ${why}. Nothing was changed.`,
    { next: "Make the same call again in a minute." },
  );
}
