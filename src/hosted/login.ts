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
  /** Where the browser goes, and what it has to bring back. */
  begin(): Promise<{ readonly location: URL; readonly attempt: string }>;
  /** Who came back; `null` when this browser did not begin it, or it was refused. */
  finish(address: URL, attempt: string | undefined): Promise<SignedIn | null>;
}

/** What the issuer says of a person. */
export interface SignedIn {
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** How long a sign-in may take. */
export const ATTEMPT_SECONDS = 10 * 60;

export function createLogin({ issuer, clientId, clientSecret, redirectUri, cookies }: LoginOptions): Login {
  const configured = once((): Promise<Configuration> => {
    const options = new URL(issuer).protocol === "http:" ? { execute: [allowInsecureRequests] } : {};
    const method = clientSecret === undefined ? None() : undefined;
    return discovery(new URL(issuer), clientId, clientSecret, method, options);
  });
  return {
    async begin() {
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
      });
      return { location, attempt: await cookies.seal("attempt", { verifier, state, nonce }, ATTEMPT_SECONDS) };
    },
    async finish(address, attempt) {
      const { verifier, state, nonce } = (await cookies.open("attempt", attempt)) ?? {};
      if (verifier === undefined || state === undefined || nonce === undefined) return null;
      try {
        const tokens = await authorizationCodeGrant(await configured(), address, {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        return claims === undefined ? null : { subject: claims.sub, claims };
      } catch {
        return null;
      }
    },
  };
}
