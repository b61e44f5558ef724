import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import { once } from "../once.ts";
import type { SealedCookies } from "./cookies.ts";
import { createPatience } from "./patience.ts";
import { refuse } from "./refusal.ts";

export interface LoginOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  /** Where the issuer sends the person back to. */
  readonly redirectUri: string;
  readonly cookies: SealedCookies;
}

/** Signs people in at the issuer of the tokens: authorization code, PKCE, nonce. */
export interface Login {
  /**
   * Where the browser goes, and what it has to bring back. `purpose` comes back with it; `isFresh`: the issuer asks the
   * person anew, whoever is signed in there.
   */
  begin(purpose: string, isFresh: boolean): Promise<{ readonly location: URL; readonly attempt: string }>;
  /** Who came back; `null` when this browser did not begin it, or it was refused. */
  finish(address: URL, attempt: string | undefined): Promise<SignedIn | null>;
}

/** What the issuer says of a person. */
export interface SignedIn {
  readonly purpose: string;
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** How long the issuer may take for an answer, and how long nobody waits for it when it took longer. */
const TIMEOUT_S = 5;
const REST_MS = 10_000;

/** The issuer's clock and ours. */
const CLOCK_TOLERANCE_S = 5;

/** How long a sign-in may take. */
export const ATTEMPT_SECONDS = 10 * 60;

export function createLogin({ issuer, clientId, clientSecret, redirectUri, cookies }: LoginOptions): Login {
  const patience = createPatience({ hang_ms: TIMEOUT_S * 500, rest_ms: REST_MS });
  const discovered = once(
    (): Promise<Configuration> =>
      patience(() => {
        const execute = new URL(issuer).protocol === "http:" ? [allowInsecureRequests] : [];
        const method = clientSecret === undefined ? None() : undefined;
        return discovery(new URL(issuer), clientId, clientSecret, method, { execute, timeout: TIMEOUT_S });
      }),
  );
  const configured = () =>
    discovered().catch(() => {
      const sentence = "The sign-in server cannot be reached, so nobody can sign in. Try again in a moment.";
      throw refuse(503, "temporarily_unavailable", sentence, 10);
    });
  return {
    async begin(purpose, isFresh) {
      const config = await configured();
      const verifier = randomPKCECodeVerifier();
      const state = randomState();
      const nonce = randomNonce();
      const location = buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: "openid",
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        state,
        nonce,
        ...(isFresh ? { prompt: "login", max_age: "0" } : {}),
      });
      const began = isFresh ? { began: String(Math.floor(Date.now() / 1000)) } : {};
      const content = { purpose, verifier, state, nonce, ...began };
      return { location, attempt: await cookies.seal("attempt", content, ATTEMPT_SECONDS) };
    },
    async finish(address, attempt) {
      const { purpose, verifier, state, nonce, began } = (await cookies.open("attempt", attempt)) ?? {};
      if (purpose === undefined || verifier === undefined || state === undefined || nonce === undefined) return null;
      try {
        const tokens = await authorizationCodeGrant(await configured(), address, {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined) return null;
        // An issuer that does not say when it asked has not shown that it did.
        const isAskedSince = began === undefined || (claims.auth_time ?? 0) >= Number(began) - CLOCK_TOLERANCE_S;
        return isAskedSince ? { purpose, subject: claims.sub, claims } : null;
      } catch {
        return null;
      }
    },
  };
}
