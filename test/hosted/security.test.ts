import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import { connect } from "node:net";
import { generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIssuer, type TestIssuer } from "./authorization-server.ts";
import { answerOf, bearer, call, type Hosted, post, startHosted } from "./setup.ts";

const KEY = `inv_${randomBytes(32).toString("base64url")}`;

let issuer: TestIssuer;
let hosted: Hosted;
let url: string;
let own: string;
let other: string;

beforeAll(async () => {
  issuer = await startIssuer();
  hosted = await startHosted({
    issuer: issuer.issuer,
    keys: [{ name: "agent", sha256: createHash("sha256").update(KEY).digest("hex") }],
    tenants: [
      {
        members: [
          { subject: "jane" },
          { key: "agent", rights: ["read"] },
          { claim: "groups", value: "billing", rights: ["read", "draft"] },
        ],
      },
      { members: [{ subject: "jane" }, { subject: "otto" }] },
      { members: [{ subject: "otto" }] },
    ],
    env: { INVOICES_HTTP_ORIGINS: "https://app.example.com", INVOICES_HTTP_CALLS_PER_MINUTE: "10000" },
  });
  const id = (index: number) => hosted.simulators[index]?.organization_id ?? "";
  url = `${hosted.served.url}/o/${id(0)}`;
  own = `${hosted.served.url}/o/${id(1)}`;
  other = `${hosted.served.url}/o/${id(2)}`;
});
afterAll(async () => {
  await hosted.close();
  await issuer.close();
});

const READ = call("list_invoices", { limit: 1 });

describe("tokens", () => {
  async function refusedWith(token: string, at = url) {
    const response = await post(at, READ, bearer(token));
    const challenge = response.headers.get("www-authenticate") ?? "";
    return { status: response.status, challenge, body: await response.json() };
  }

  it("takes the canonical address as the audience, with and without its slash, and the organization's own", async () => {
    for (const aud of [
      hosted.served.url,
      `${hosted.served.url}/`,
      url,
      `${url}/`,
      ["https://elsewhere.example", url],
    ]) {
      const response = await post(url, READ, bearer(await issuer.mint({ aud })));
      expect(response.status, String(aud)).toBe(200);
    }
  });

  it("takes no other audience", async () => {
    const origin = new URL(url).origin;
    const wrong = [
      origin,
      `${origin}/`,
      `${hosted.served.url}//`,
      `${hosted.served.url}/x`,
      own,
      hosted.served.url.toUpperCase(),
      "registered",
      "*",
      "",
    ];
    for (const aud of wrong) {
      const { status, challenge } = await refusedWith(await issuer.mint({ aud }));
      expect(status, aud).toBe(401);
      expect(challenge).toContain('error="invalid_token"');
    }
    // The address of none takes no token of one.
    expect((await refusedWith(await issuer.mint({ aud: url }), hosted.served.url)).status).toBe(401);
  });

  it("takes no token of another issuer, none that is over, none not valid yet, none without its claims", async () => {
    const aud = hosted.served.url;
    const later = Math.floor(Date.now() / 1000) + 600;
    const wrong = [
      await issuer.mint({ aud, iss: "https://evil.example" }),
      await issuer.mint({ aud, iss: `${issuer.issuer}/` }),
      await issuer.mint({ aud }, "-5m"),
      await issuer.mint({ aud, nbf: later }),
      await issuer.mint({}),
      await issuer.mint({ aud, sub: undefined }),
      await issuer.mint({ aud, sub: "" }),
      await issuer.mint({ aud, cnf: { jkt: "x" } }),
    ];
    for (const token of wrong) expect((await refusedWith(token)).status).toBe(401);
  });

  it("takes no signature but the issuer's", async () => {
    const claims = {
      aud: hosted.served.url,
      iss: issuer.issuer,
      sub: "jane",
      exp: Math.floor(Date.now() / 1000) + 300,
    };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const { privateKey } = await generateKeyPair("RS256");
    const good = await issuer.mint({ aud: hosted.served.url });
    const [head, , tail] = good.split(".");
    const wrong = [
      `${part({ alg: "none" })}.${part(claims)}.`,
      `${part({ alg: "None", typ: "JWT" })}.${part(claims)}.`,
      await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "one" }).sign(privateKey),
      await new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "one" }).sign(Buffer.from("x".repeat(32))),
      `${head}.${part({ ...claims, sub: "otto" })}.${tail}`,
      good.slice(0, -4),
      "x",
      "a.b.c",
    ];
    for (const token of wrong) expect((await refusedWith(token)).status).toBe(401);
  });

  it("says in every 401 what is wrong, where to sign in, all that may be asked for, and the request's id", async () => {
    const bodies = [
      {},
      bearer("x"),
      { authorization: "Basic eDp5" },
      { authorization: "Bearer a b" },
      { authorization: "" },
    ];
    for (const headers of bodies) {
      const response = await post(url, READ, headers);
      expect(response.status).toBe(401);
      const challenge = response.headers.get("www-authenticate") ?? "";
      expect(challenge).toMatch(/error="invalid_(token|request)", error_description="[^"]{10,}"/);
      expect(challenge).toContain('scope="invoices:read invoices:draft invoices:send invoices:cancel"');
      const [, metadata = ""] = /resource_metadata="([^"]+)"/.exec(challenge) ?? [];
      expect(await (await fetch(metadata)).json()).toMatchObject({
        resource: url,
        authorization_servers: [issuer.issuer],
      });
      expect(challenge).toContain(response.headers.get("x-request-id") ?? "-");
      expect(await response.json()).toMatchObject({ request_id: response.headers.get("x-request-id") });
    }
  });

  it("lets nobody into an organization by its address alone, and tells none from another", async () => {
    const jane = bearer(await issuer.mint({ aud: hosted.served.url }));
    expect((await post(own, READ, jane)).status).toBe(200);
    const foreign = await post(other, READ, jane);
    const unknown = await post(`${hosted.served.url}/o/no-such`, READ, jane);
    expect([foreign.status, unknown.status]).toEqual([403, 403]);
    const words = async (response: Response) =>
      JSON.stringify(await response.json()).replace(/"request_id":"[^"]+"/g, "");
    expect(await words(foreign)).toBe(await words(unknown));
  });

  it("chooses no organization for somebody who has several: every answer says where to go", async () => {
    const jane = bearer(await issuer.mint({ aud: hosted.served.url }));
    const answer = await answerOf(await post(hosted.served.url, READ, jane));
    expect(answer.result?.isError).toBe(true);
    expect(answer.result?.content[0]?.text).toContain(url);
    expect(answer.result?.content[0]?.text).not.toContain(other);
  });

  it("answers a call without its right as the tool, with how to sign in again", async () => {
    const token = await issuer.mint({ aud: hosted.served.url, scope: "openid invoices:read" });
    expect((await answerOf(await post(url, READ, bearer(token)))).result?.isError).not.toBe(true);
    for (const [name, scope] of [
      ["create_customer", "draft"],
      ["send_invoice", "send"],
      ["cancel_invoice", "cancel"],
    ] as const) {
      const answer = await answerOf(await post(url, call(name), bearer(token)));
      expect(answer.result?.isError).toBe(true);
      expect(answer.result?.content[0]?.text).toContain(`without invoices:${scope}`);
      expect(answer.result?.content[0]?.text).toContain("signs in again");
    }
    const none = await issuer.mint({ aud: hosted.served.url, scope: "openid" });
    expect((await answerOf(await post(url, READ, bearer(none)))).result?.content[0]?.text).toContain(
      "without invoices:read",
    );
  });

  it("gives nobody more than the file says, whatever the token holds", async () => {
    const member = await issuer.mint({ aud: hosted.served.url, sub: "anna", groups: ["billing"] });
    const answer = await answerOf(await post(url, call("send_invoice"), bearer(member)));
    expect(answer.result?.content[0]?.text).toContain("without invoices:send");
    expect(answer.result?.content[0]?.text).toContain("to sign in again does not help");
    const key = await answerOf(await post(url, call("create_customer"), bearer(KEY)));
    expect(key.result?.content[0]?.text).toContain("without invoices:draft");
    expect((await answerOf(await post(url, READ, bearer(KEY)))).result?.isError).not.toBe(true);
    expect((await post(own, READ, bearer(KEY))).status).toBe(403);
    expect((await post(url, READ, bearer(`${KEY}x`))).status).toBe(401);
  });

  it("sends the caller's token nowhere and writes no credential into a log", async () => {
    const token = await issuer.mint({ aud: hosted.served.url });
    await answerOf(await post(url, READ, bearer(token)));
    for (const secret of [token, KEY, ...hosted.simulators.map((simulator) => simulator.token)]) {
      expect(hosted.logs()).not.toContain(secret);
    }
    expect(hosted.logs()).toContain('"tool":"list_invoices"');
    expect(hosted.logs()).not.toContain("jane");
  });
});

describe("requests", () => {
  let jane: Record<string, string>;
  beforeAll(async () => {
    jane = bearer(await issuer.mint({ aud: hosted.served.url }));
  });

  it("takes no other host and no other page's origin", async () => {
    const { hostname, port, pathname } = new URL(url);
    for (const host of ["evil.example", `evil.example:${port}`, `${hostname}:1`]) {
      const status = await new Promise((resolve, reject) => {
        const sent = request({
          hostname,
          port,
          path: pathname,
          method: "POST",
          headers: { ...jane, host, "content-type": "application/json" },
        });
        sent.on("response", (response) => resolve(response.resume().statusCode)).on("error", reject);
        sent.end(JSON.stringify(READ));
      });
      expect(status, host).toBeOneOf([400, 421]);
    }
    for (const origin of [
      "https://evil.example",
      "null",
      "https://app.example.com.evil.example",
      "http://app.example.com",
    ]) {
      const response = await post(url, READ, { ...jane, origin });
      expect(response.status, origin).toBe(403);
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
    }
    const allowed = await post(url, READ, { ...jane, origin: "https://app.example.com" });
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
  });

  it("reads no large, deep, crooked or many-headed body", async () => {
    const deep = `${"[".repeat(50)}${"]".repeat(50)}`;
    const nested = { ...READ, params: { ...READ.params, arguments: { x: JSON.parse(deep) } } };
    const cases: readonly [unknown, number][] = [
      ["x".repeat(20 * 1024 * 1024), 413],
      [{ ...READ, pad: "x".repeat(256 * 1024) }, 413],
      [nested, 400],
      [JSON.stringify(nested).replace("{", '{"a":"\\\\\\"[[[",'), 400],
      [[READ, READ], 400],
      ["[]", 400],
      ["{", 400],
      ["", 400],
      ["null", 400],
      ["1", 400],
    ];
    for (const [body, status] of cases) {
      // A server that has said no may close before all of it was sent.
      const response = await post(url, body, jane).catch(() => null);
      expect(response?.status ?? 413).toBe(status);
    }
    expect((await post(url, READ, { ...jane, "content-type": "text/plain" })).status).toBe(415);
    expect((await post(url, call("list_invoices", { pad: "[".repeat(100) }), jane)).status).toBe(200);
  });

  it("stops reading a body without a length at the limit", async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(0x20));
        if (sent > 20 * 1024 * 1024) controller.close();
      },
    });
    const init = {
      method: "POST",
      headers: { ...jane, "content-type": "application/json" },
      body,
      duplex: "half" as const,
    };
    const response = await fetch(url, init).catch(() => null);
    expect(response?.status ?? 413).toBe(413);
    expect(sent).toBeLessThan(10 * 1024 * 1024);
  });

  it("refuses what header and body say differently", async () => {
    const meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "t", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    const message = { ...READ, params: { ...READ.params, _meta: meta } };
    const headers = {
      ...jane,
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": "list_invoices",
    };
    expect((await answerOf(await post(url, message, headers))).result?.isError).not.toBe(true);
    for (const wrong of [
      { "mcp-name": "get_customer" },
      { "mcp-method": "tools/list" },
      { "mcp-protocol-version": "2025-11-25" },
    ]) {
      const response = await post(url, message, { ...headers, ...wrong });
      expect(response.status, JSON.stringify(wrong)).toBe(400);
      expect((await answerOf(response)).result).toBeUndefined();
    }
  });

  it("believes no proxy that it does not know", async () => {
    const response = await post(url, READ, {
      ...jane,
      "x-request-id": "mine",
      "x-forwarded-for": "1.2.3.4",
      "x-forwarded-host": "evil.example",
      forwarded: "host=evil.example",
    });
    expect(response.headers.get("x-request-id")).not.toBe("mine");
    expect(hosted.logs()).not.toContain("1.2.3.4");
    const { challenge } = {
      challenge: (
        await post(url, READ, { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" })
      ).headers.get("www-authenticate"),
    };
    expect(challenge).not.toContain("evil.example");
  });

  it("lets others work while somebody sends a body slowly", async () => {
    const { hostname, port, pathname, host } = new URL(url);
    const slow = connect(Number(port), hostname);
    slow.on("error", () => {});
    slow.write(
      `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${jane["authorization"]}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`,
    );
    const response = await post(url, READ, jane);
    expect(response.status).toBe(200);
    slow.destroy();
  });

  it("has nothing at other paths and other methods", async () => {
    const { origin } = new URL(url);
    for (const path of [
      "/",
      "/metrics",
      "/healthz",
      "/readyz",
      "/mcpx",
      "/mcp/o/",
      "/mcp/o/a/b",
      "/mcp/../metrics",
      "/.well-known/oauth-protected-resource/elsewhere",
    ]) {
      expect((await fetch(`${origin}${path}`)).status, path).toBe(404);
    }
    for (const method of ["GET", "DELETE", "PUT"])
      expect((await fetch(url, { method, headers: jane })).status).toBe(405);
  });
});
