import {
  Client as Client2,
  StreamableHTTPClientTransport as Transport2,
  UnauthorizedError as Unauthorized2,
} from "@modelcontextprotocol/client";
import { UnauthorizedError as Unauthorized1 } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startIssuer, type TestIssuer } from "./authorization-server.ts";
import { type Hosted, startHosted } from "./setup.ts";

const BACK = "http://127.0.0.1:1/callback";

let issuer: TestIssuer;
let hosted: Hosted;

beforeAll(async () => {
  issuer = await startIssuer([{ client_id: "registered", redirect_uris: [BACK] }]);
  hosted = await startHosted({ issuer: issuer.issuer, tenants: [{ members: [{ subject: "jane" }] }] });
});
afterAll(async () => {
  await hosted.close();
  await issuer.close();
});

/** What a client keeps of its sign-in. `known`: it was registered by hand. */
function memory(known: boolean) {
  let client: { client_id: string } | undefined = known ? { client_id: "registered" } : undefined;
  let tokens: { access_token: string; token_type: string } | undefined;
  let verifier = "";
  const sent: URL[] = [];
  return {
    sent,
    token: () => tokens?.access_token ?? "",
    provider: {
      redirectUrl: BACK,
      clientMetadata: {
        client_name: "test",
        redirect_uris: [BACK],
        token_endpoint_auth_method: "none",
        grant_types: ["authorization_code"],
      },
      clientInformation: () => client,
      saveClientInformation: (given: { client_id: string }) => {
        client = given;
      },
      tokens: () => tokens,
      saveTokens: (given: { access_token: string; token_type: string }) => {
        tokens = given;
      },
      redirectToAuthorization: (url: URL) => {
        sent.push(url);
      },
      saveCodeVerifier: (given: string) => {
        verifier = given;
      },
      codeVerifier: () => verifier,
    },
  };
}

for (const known of [false, true]) {
  const how = known ? "registered by hand" : "that registers itself";
  it(`lets a 2.x client ${how} in, from the first 401 to a call`, async () => {
    const { provider, sent, token } = memory(known);
    const url = new URL(hosted.served.url);
    const first = new Transport2(url, { authProvider: provider });
    const client = new Client2({ name: "test", version: "2" }, { versionNegotiation: { mode: "auto" } });
    await expect(client.connect(first)).rejects.toThrow(Unauthorized2);
    const [asked] = sent;
    if (asked === undefined) throw new Error("nobody was sent to sign in");
    expect(asked.searchParams.get("scope")?.split(" ").sort()).toEqual([
      "invoices:cancel",
      "invoices:draft",
      "invoices:read",
      "invoices:send",
    ]);
    expect(asked.searchParams.get("resource")).toBe(hosted.served.url);
    const back = await issuer.signIn(asked);
    await first.finishAuth(back.searchParams);
    const again = new Client2({ name: "test", version: "2" }, { versionNegotiation: { mode: "auto" } });
    await again.connect(new Transport2(url, { authProvider: provider }));
    expect(again.getProtocolEra()).toBe("modern");
    const answer = await again.callTool({ name: "list_invoices", arguments: { limit: 1 } });
    expect(answer.isError).not.toBe(true);
    await again.close();
    expect(hosted.logs()).not.toContain(token());
  });
}

it("lets a 1.x client in, from the first 401 to a call", async () => {
  const { provider, sent } = memory(false);
  const url = new URL(hosted.served.url);
  const first = new Transport1(url, { authProvider: provider });
  await expect(new Client1({ name: "test", version: "1" }).connect(first)).rejects.toThrow(Unauthorized1);
  const [asked] = sent;
  if (asked === undefined) throw new Error("nobody was sent to sign in");
  const back = await issuer.signIn(asked);
  await first.finishAuth(back.searchParams.get("code") ?? "");
  const client = new Client1({ name: "test", version: "1" });
  await client.connect(new Transport1(url, { authProvider: provider }));
  const answer = await client.callTool({ name: "list_invoices", arguments: { limit: 1 } });
  expect(answer.isError).not.toBe(true);
  await client.close();
});

it("says to somebody who is nobody's member that access is given by the owner", async () => {
  const token = await issuer.mint({ aud: hosted.served.url, sub: "stranger" });
  const response = await fetch(hosted.served.url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: "{}",
  });
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ error: { data: { error: "access_denied" } } });
});
