import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jsonBody } from "../../src/hosted/body.ts";
import { sealedCookies } from "../../src/hosted/cookies.ts";
import { createRates } from "../../src/hosted/rates.ts";
import { RefusedRequest } from "../../src/hosted/refusal.ts";
import { startIssuer, type TestIssuer } from "./authorization-server.ts";
import { browserOf } from "./browser.ts";
import { bearer, call, freePort, type Hosted, post, startHosted } from "./setup.ts";

/** What arrives otherwise than clients send it: from other languages, through proxies, with clocks that are set. */

let issuer: TestIssuer;
let hosted: Hosted;
let origin: string;
let port: number;
let token: string;

beforeAll(async () => {
  port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  issuer = await startIssuer([{ client_id: "approvals", redirect_uris: [`${origin}/approve/callback`] }]);
  hosted = await startHosted({
    issuer: issuer.issuer,
    tenants: [{ members: [{ subject: "jane" }] }],
    env: {
      INVOICES_HTTP_LISTEN: `127.0.0.1:${port}`,
      INVOICES_HTTP_CLIENT_ID: "approvals",
      INVOICES_HTTP_CALLS_PER_MINUTE: "10000",
    },
  });
  token = await issuer.mint({ aud: hosted.served.url });
});
afterAll(async () => {
  await hosted?.close();
  await issuer?.close();
});

const READ = JSON.stringify(call("list_invoices", { limit: 1 }));

/** A request as it stands on the line; its status and all that came back. */
async function sent(target: string, host: string, method = "POST", version = "1.1") {
  const head = [
    `${method} ${target} HTTP/${version}`,
    `Host: ${host}`,
    `Authorization: Bearer ${token}`,
    "Content-Type: application/json",
    "Accept: application/json, text/event-stream",
    `Content-Length: ${READ.length}`,
    "Connection: close",
  ];
  const socket = connect(port, "127.0.0.1");
  socket.write(`${head.join("\r\n")}\r\n\r\n${READ}`);
  let text = "";
  for await (const chunk of socket.setEncoding("utf8")) text += chunk;
  return { status: Number(text.split(" ")[1]), text };
}

describe("the place a request names", () => {
  it("is any name of this computer, where the server is on it", async () => {
    for (const name of ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"]) {
      expect((await sent("/mcp", `${name}:${port}`)).status, name).toBe(200);
    }
    for (const host of ["localhost", `localhost:${port + 1}`, `localhost.evil.example:${port}`, `127.0.0.2:${port}`]) {
      const { status, text } = await sent("/mcp", host);
      expect(status, host).toBe(421);
      expect(text).toContain(`(${host})`);
    }
  });

  it("is the one in the target before the one in Host", async () => {
    expect((await sent(`${origin}/mcp`, `127.0.0.1:${port}`)).status).toBe(200);
    expect((await sent("http://evil.example/mcp", `127.0.0.1:${port}`)).status).toBe(421);
  });

  it("may have the port that goes without saying", async () => {
    const named = await startHosted({
      issuer: issuer.issuer,
      tenants: [{ members: [{ subject: "jane" }] }],
      env: { INVOICES_HTTP_URL: "https://invoices.example.com/mcp" },
    });
    const at = new URL(named.instances[0]?.adminUrl ?? "");
    expect(at.hostname).toBe("127.0.0.1");
    const listening = Number(/"port":(\d+)/.exec(named.logs())?.[1]);
    const status = (host: string) =>
      new Promise<number>((resolve) => {
        const socket = connect(listening, "127.0.0.1");
        socket.once("data", (data) => {
          resolve(Number(String(data).split(" ")[1]));
          socket.destroy();
        });
        socket.write(`POST /mcp HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 0\r\n\r\n`);
      });
    expect(await status("invoices.example.com")).toBe(401);
    expect(await status("invoices.example.com:443")).toBe(401);
    expect(await status("invoices.example.com:80")).toBe(421);
    expect(await status("localhost:443")).toBe(421);
    await named.close();
  });

  it("gets its answer to the end over a connection that ends with it, as proxies without a setting ask", async () => {
    for (const version of ["1.0", "1.1"]) {
      // `sent` reads until the server closes; an idle connection would stay open for a minute.
      const { status, text } = await sent("/mcp", `127.0.0.1:${port}`, "POST", version);
      expect(status).toBe(200);
      expect(text).toContain("event: message");
      expect(text.toLowerCase()).toContain("\r\nconnection: close\r\n");
    }
  });

  it("says which method is taken", async () => {
    const { status, text } = await sent("/mcp", `127.0.0.1:${port}`, "DELETE");
    expect(status).toBe(405);
    expect(text.toLowerCase()).toContain("\r\nallow: post\r\n");
  });
});

describe("a body", () => {
  const company = (bytes: Buffer) => {
    const args = { email: "m@example.com", locale: "de", company: "M#ller GmbH" };
    const [before = "", after = ""] = JSON.stringify(call("create_customer", args)).split("#");
    return Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]);
  };
  const answered = (body: Buffer, headers: Record<string, string> = {}) =>
    fetch(hosted.served.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...bearer(token),
        ...headers,
      },
      body: new Uint8Array(body),
    });

  it("that is not UTF-8 is refused, and nothing with a wrong letter is made of it", async () => {
    const before = hosted.simulators[0]?.effects().length;
    // Latin-1, cut in the middle of a letter, and a letter spelt longer than it is.
    for (const wrong of [[0xfc], [0xc3], [0xc0, 0xaf], [0xed, 0xa0, 0x80]]) {
      const response = await answered(company(Buffer.from(wrong)));
      expect(response.status, String(wrong)).toBe(400);
      expect(await response.text()).toContain("The body is not UTF-8. Nothing was done.");
    }
    for (const charset of ["iso-8859-1", "utf-16", '"latin1"']) {
      const response = await answered(Buffer.from(READ), { "content-type": `application/json; charset=${charset}` });
      expect(response.status, charset).toBe(415);
    }
    for (const encoding of ["gzip", "br", "identity, gzip"]) {
      expect((await answered(Buffer.from(READ), { "content-encoding": encoding })).status, encoding).toBe(415);
    }
    expect(hosted.simulators[0]?.effects().length).toBe(before);
    for (const type of ["application/json; charset=UTF-8", 'application/json;charset="utf-8"', "Application/JSON"]) {
      expect((await answered(Buffer.from(READ), { "content-type": type })).status, type).toBe(200);
    }
    expect((await answered(Buffer.from(READ), { "content-encoding": "identity" })).status).toBe(200);
  });

  it("whose sender has gone before it is read does not keep a place", async () => {
    const body = Readable.from(["{"]);
    body.destroy();
    await new Promise((resolve) => body.once("close", resolve));
    const request = new Request("http://x/mcp", { method: "POST", headers: { "content-type": "application/json" } });
    await expect(jsonBody(request, { body, remoteAddress: "", forwardedFor: "" })).rejects.toThrow(RefusedRequest);
  });
});

describe("a clock that is set", () => {
  it("back, takes no request away", () => {
    let now = Date.parse("2026-03-10T09:00:00Z");
    const rates = createRates({ perMinute: 3, concurrent: 100 }, { now: () => now, sleep: async () => {} });
    rates.enter("jane");
    now -= 24 * 60 * 60_000;
    rates.enter("jane");
    rates.enter("jane");
    expect(() => rates.enter("jane")).toThrow(RefusedRequest);
    now += 20_000;
    rates.enter("jane");
  });
});

describe("keys that are being changed", () => {
  it("let a page go on that another instance began, whichever key is in front", async () => {
    const [older, newer] = [randomBytes(32), randomBytes(32)];
    const [first, second] = [sealedCookies([newer, older]), sealedCookies([older, newer])];
    for (const [here, there] of [
      [first, second],
      [second, first],
    ]) {
      const sealed = (await here?.seal("session", { subject: "jane" }, 60)) ?? "";
      expect(await there?.open("session", sealed)).toEqual({ subject: "jane" });
      expect(there?.isCsrf(sealed, here?.csrf(sealed) ?? "")).toBe(true);
      const alone = sealedCookies([randomBytes(32)]);
      expect(alone.isCsrf(sealed, here?.csrf(sealed) ?? "")).toBe(false);
      expect(there?.isCsrf(`${sealed}x`, here?.csrf(sealed) ?? "")).toBe(false);
      expect(there?.isCsrf(sealed, "")).toBe(false);
    }
  });
});

describe("the approval page", () => {
  it("says in words what is wrong with a request, and the log has it", async () => {
    const jane = browserOf({ issuer, origin }, "jane");
    const csrf = await jane.signIn();
    const asked = (body: string, type: string) =>
      jane.send(`${origin}/approve/approvals/some`, {
        method: "POST",
        headers: { origin, accept: "application/json", "content-type": type, "x-csrf": csrf },
        body,
      });
    for (const [body, type, status] of [
      ["{", "application/json", 400],
      ["{}", "text/plain", 415],
      [JSON.stringify("x".repeat(300_000)), "application/json", 413],
    ] as const) {
      const response = await asked(body, type);
      expect(response.status).toBe(status);
      expect(await response.json()).toEqual({ ok: false, message: expect.stringMatching(/Nothing was done\.$/) });
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(hosted.logs()).toContain(response.headers.get("x-request-id") ?? "-");
    }
  });

  it("tells a person when the sign-in server is away, as text", async () => {
    const lonely = await freePort();
    const nobody = await startHosted({
      issuer: `http://127.0.0.1:${await freePort()}`,
      tenants: [{ members: [{ subject: "jane" }] }],
      env: { INVOICES_HTTP_LISTEN: `127.0.0.1:${lonely}`, INVOICES_HTTP_CLIENT_ID: "approvals" },
    });
    const response = await fetch(`http://127.0.0.1:${lonely}/approve`, { redirect: "manual" });
    expect(response.status).toBe(503);
    expect(response.headers.get("content-type")).toContain("text/plain");
    expect(await response.text()).toContain("so nobody can sign in. Try again in a moment.");
    expect(nobody.logs()).toContain("temporarily_unavailable");
    const called = await post(nobody.served.url, READ, bearer(token));
    expect(called.status).toBe(503);
    await nobody.close();
  });
});
