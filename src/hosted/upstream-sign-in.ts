import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { systemClock } from "../domain/clock.ts";
import type { UpstreamSecret } from "../store/vault-port.ts";
import { tokensIn } from "./renewal.ts";
import { askForTokens, type UpstreamClient } from "./token-endpoint.ts";

export interface UpstreamSignInOptions {
  readonly client: UpstreamClient;
  readonly authorize_url: string;
  readonly scopes: string;
  /** Where the API sends the person back to: exactly this. */
  readonly redirect_uri: string;
}

/** What the browser keeps, sealed, until the person comes back. */
export type Begun = Readonly<Record<"state" | "verifier", string>>;

/** A person's sign-in at the invoices API itself: authorization code with PKCE (RFC 7636, S256). */
export interface UpstreamSignIn {
  begin(): { readonly location: string; readonly begun: Begun };
  /** The tokens of who came back; `null`: it was not begun like this, the person or the API said no, or nothing came. */
  finish(query: URLSearchParams, begun: Begun): Promise<UpstreamSecret | null>;
}

export function createUpstreamSignIn(options: UpstreamSignInOptions): UpstreamSignIn {
  const { client, authorize_url, scopes, redirect_uri } = options;
  return {
    begin() {
      const begun = { state: randomBytes(32).toString("base64url"), verifier: randomBytes(32).toString("base64url") };
      const location = new URL(authorize_url);
      location.search = new URLSearchParams({
        response_type: "code",
        client_id: client.client_id,
        redirect_uri,
        scope: scopes,
        state: begun.state,
        code_challenge: createHash("sha256").update(begun.verifier).digest("base64url"),
        code_challenge_method: "S256",
      }).toString();
      return { location: location.href, begun };
    },
    async finish(query, { state, verifier }) {
      const [given, wanted] = [Buffer.from(query.get("state") ?? ""), Buffer.from(state)];
      const code = query.get("code");
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted) || code === null) return null;
      const fields = { grant_type: "authorization_code", code, redirect_uri, code_verifier: verifier };
      const answer = await askForTokens(client, fields);
      return answer.kind === "answered" && answer.status === 200 ? tokensIn(answer.json, systemClock.now()) : null;
    },
  };
}
