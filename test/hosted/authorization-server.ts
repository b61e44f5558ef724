import { createServer } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { Provider } from "oidc-provider";

/** A real authorization server on loopback: every person who comes is signed in as the one named, and allows all that is asked. */
export interface TestIssuer {
  readonly issuer: string;
  /** Who the next person is. */
  person: string;
  /** A token with the issuer's own signature, whatever is in it. */
  mint(claims: Readonly<Record<string, unknown>>, expires?: string): Promise<string>;
  /** Follows a sign-in to its end, as a browser with nobody in front of it; the address it is sent back to. */
  signIn(address: URL): Promise<URL>;
  close(): Promise<void>;
}

export const SCOPES = "invoices:read invoices:draft invoices:send invoices:cancel";

export async function startIssuer(
  clients: readonly {
    readonly client_id: string;
    readonly redirect_uris: string[];
    readonly client_secret?: string;
  }[] = [],
): Promise<TestIssuer> {
  const http = createServer();
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const issuer = `http://127.0.0.1:${address.port}`;
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: "one", alg: "RS256", use: "sig" };
  const provider = new Provider(issuer, {
    jwks: { keys: [jwk] },
    clients: clients.map((client) => ({
      ...client,
      token_endpoint_auth_method:
        client.client_secret === undefined ? ("none" as const) : ("client_secret_basic" as const),
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code" as const],
    })),
    scopes: ["openid", "offline_access", ...SCOPES.split(" ")],
    pkce: { required: () => true },
    cookies: { keys: ["test"] },
    findAccount: async (_context, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: async (_context, resource) => ({
          scope: SCOPES,
          audience: resource,
          accessTokenFormat: "jwt" as const,
          accessTokenTTL: 600,
          jwt: { sign: { alg: "RS256" as const } },
        }),
        useGrantedResource: async () => true,
      },
    },
  });
  const handle = provider.callback();
  const self: TestIssuer = {
    issuer,
    person: "jane",
    async mint(claims, expires = "5m") {
      return new SignJWT({ scope: SCOPES, sub: "jane", ...claims })
        .setProtectedHeader({ alg: "RS256", kid: "one", typ: "at+jwt" })
        .setIssuer(typeof claims["iss"] === "string" ? claims["iss"] : issuer)
        .setIssuedAt()
        .setExpirationTime(expires)
        .sign(privateKey);
    },
    async signIn(address) {
      const jar = new Map<string, string>();
      let next = address;
      for (let hop = 0; hop < 10; hop += 1) {
        const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
        const response = await fetch(next, { redirect: "manual", headers: { cookie } });
        await response.arrayBuffer();
        for (const line of response.headers.getSetCookie()) {
          const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=");
          jar.set(name, value);
        }
        const location = response.headers.get("location");
        if (location === null) throw new Error(`sign-in stopped at ${next.pathname} with ${response.status}`);
        next = new URL(location, next);
        if (next.origin !== issuer) return next;
      }
      throw new Error("sign-in went in circles");
    },
    close: () =>
      new Promise((resolve) => {
        http.closeAllConnections();
        http.close(() => resolve());
      }),
  };
  http.on("request", (request, response) => {
    if (request.url?.startsWith("/interaction/") !== true) return void handle(request, response);
    void (async () => {
      const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
      if (prompt.name === "login") {
        return provider.interactionFinished(request, response, { login: { accountId: self.person } });
      }
      const known = grantId === undefined ? undefined : await provider.Grant.find(grantId);
      const grant =
        known ?? new provider.Grant({ accountId: session?.accountId ?? "", clientId: String(params["client_id"]) });
      grant.addOIDCScope(String(params["scope"] ?? ""));
      if (typeof params["resource"] === "string") grant.addResourceScope(params["resource"], SCOPES);
      return provider.interactionFinished(
        request,
        response,
        { consent: { grantId: await grant.save() } },
        { mergeWithLastSubmission: true },
      );
    })().catch(() => response.writeHead(500).end());
  });
  return self;
}
