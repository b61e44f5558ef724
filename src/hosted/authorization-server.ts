import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from "jose";
import { z } from "zod";
import { oneLine } from "../domain/untrusted.ts";
import { once } from "../once.ts";
import { jsonIn } from "./json-text.ts";
import { boundedText, createPatience, createWaitingRoom } from "./patience.ts";

/** What is read of an authorization server's own description (RFC 8414, OpenID Connect Discovery). */
const metadataSchema = z.object({
  issuer: z.string(),
  jwks_uri: z.url(),
  authorization_endpoint: z.url().optional(),
  token_endpoint: z.url().optional(),
  registration_endpoint: z.url().optional(),
  scopes_supported: z.array(z.string()).optional(),
  code_challenge_methods_supported: z.array(z.string()).optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  client_id_metadata_document_supported: z.boolean().optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
});
export type ServerMetadata = z.infer<typeof metadataSchema>;

export interface AuthorizationServer {
  readonly issuer: string;
  /** Asked once, and again after a failure. */
  metadata(): Promise<ServerMetadata>;
  /** Throws at once where nobody should wait: `NotAnswering`. */
  keys(): Promise<JWTVerifyGetKey>;
}

const TIMEOUT_MS = 5_000;
/** How long nobody waits for it after a time-out. */
const REST_MS = 10_000;
/** Requests that wait for its description or its keys. */
const MOST_WAITING = 200;
const MOST_BYTES = 1_048_576;

/** Reads nothing before it is asked. Follows no redirect: the issuer is where the setting says. */
export function authorizationServer(issuer: string): AuthorizationServer {
  const patience = { hang_ms: TIMEOUT_MS / 2, rest_ms: REST_MS };
  const [described, listed] = [createPatience(patience), createPatience(patience)];
  const waiting = createWaitingRoom(MOST_WAITING);
  const metadata = once(() => described(() => discover(issuer, AbortSignal.timeout(TIMEOUT_MS))));
  const read = async (url: string, init: RequestInit) => {
    const response = await fetch(url, { ...init, redirect: "error" });
    const { status, headers } = response;
    return new Response(await boundedText(response, MOST_BYTES), { status, headers });
  };
  const set = once(async () =>
    createRemoteJWKSet(new URL((await metadata()).jwks_uri), {
      timeoutDuration: TIMEOUT_MS,
      [customFetch]: (url: string, init: RequestInit) => listed(() => read(url, init)),
    }),
  );
  return {
    issuer,
    metadata,
    async keys() {
      const keys = await waiting(set);
      return (header, token) => waiting(() => keys(header, token));
    },
  };
}

/** `signal`: for all places together. */
async function discover(issuer: string, signal: AbortSignal): Promise<ServerMetadata> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, "");
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/openid-configuration${path}`,
  ];
  let why = `${origin} does not describe itself`;
  for (const place of new Set(places)) {
    const response = await fetch(place, { redirect: "error", signal });
    const text = await boundedText(response, MOST_BYTES);
    if (!response.ok) continue;
    // Some answer every address with a page of theirs, and describe themselves at another of these.
    const described = metadataSchema.safeParse(jsonIn(text)).data;
    if (described?.issuer === issuer) return described;
    why =
      described === undefined
        ? `${place} does not describe an authorization server`
        : `${place} describes the issuer ${oneLine(described.issuer, 200)}, and INVOICES_HTTP_ISSUER has to be exactly that`;
  }
  throw new Error(why);
}

/** Who will not get in, one sentence each; empty when everybody can. */
export function missedClients(metadata: ServerMetadata): readonly string[] {
  const says: string[] = [];
  if (!metadata.code_challenge_methods_supported?.includes("S256")) {
    says.push("It does not announce PKCE with S256: MCP clients refuse to sign in there.");
  }
  const isPublic = metadata.token_endpoint_auth_methods_supported?.includes("none") === true;
  const byDocument = metadata.client_id_metadata_document_supported === true && isPublic;
  if (!byDocument && metadata.registration_endpoint === undefined) {
    says.push(
      "It takes neither client id metadata documents (with the method none) nor registration: claude.ai, ChatGPT and other clients get in only with a client id that was registered by hand and typed in there.",
    );
  }
  return says;
}
