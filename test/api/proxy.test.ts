import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createHttpApi } from "../../src/api/http.ts";
import { type ProxySettings, proxyOf, usesProxy } from "../../src/api/proxy.ts";

/** A real CONNECT proxy that answers as the test says; `target`: where tunnels really lead. */
async function startProxy(status: number, target?: number) {
  const asked: { readonly path: string; readonly login: string | undefined }[] = [];
  let bytes = 0;
  const server: Server = createServer();
  server.on("connect", (request, socket) => {
    asked.push({ path: request.url ?? "", login: request.headers["proxy-authorization"] });
    socket.on("error", () => {});
    if (status !== 200 || target === undefined) {
      socket.end(`HTTP/1.1 ${status} Answer\r\n\r\n`);
      return;
    }
    const up = connect(target, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      socket.pipe(up).pipe(socket);
    });
    up.on("error", () => socket.destroy());
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  opened.push(server);
  return { url: `http://127.0.0.1:${address.port}`, port: address.port, asked, bytes: () => bytes };
}

const opened: Server[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

function apiOver(proxy: ProxySettings) {
  return createHttpApi({
    base_url: "https://b.example.com",
    token: "secret-token-1",
    organization_id: "1",
    clock: { now: () => Date.now(), sleep: async () => {} },
    user_agent: "invoicing-mcp/test",
    timeouts: { connect_ms: 2_000, response_ms: 500, body_ms: 500 },
    proxy,
  });
}

describe("through a proxy", () => {
  it.each([
    [403, "refused to connect"],
    [502, "refused to connect"],
    [407, "wants a login"],
  ])("a CONNECT answered %i: nothing was sent", async (status, why) => {
    const proxy = await startProxy(status);
    const evidence = await apiOver({ url: proxy.url, except: "" }).sendInvoice("7");
    expect(evidence).toMatchObject({ kind: "not_sent", error: { code: "unavailable", effect: "none" } });
    expect(evidence.kind === "not_sent" && evidence.error.message).toContain(why);
    expect(proxy.asked).toHaveLength(3);
    expect(proxy.asked[0]?.path).toBe("b.example.com:443");
  });

  it("a tunnel in which TLS fails has sent nothing to the API", async () => {
    const inner = createServer();
    await new Promise<void>((done) => inner.listen(0, "127.0.0.1", done));
    opened.push(inner);
    let requests = 0;
    inner.on("request", () => {
      requests += 1;
    });
    const address = inner.address();
    const port = address !== null && typeof address !== "string" ? address.port : 0;
    const proxy = await startProxy(200, port);
    expect(await apiOver({ url: proxy.url, except: "" }).sendInvoice("7")).toMatchObject({ kind: "not_sent" });
    expect(requests).toBe(0);
    // The TLS greeting went into the tunnel, and no request did.
    expect(proxy.bytes()).toBeGreaterThan(0);
  });

  it("an unreachable proxy and one that is no address say so, for reads and writes", async () => {
    for (const [url, why] of [
      ["http://127.0.0.1:9", "could not be reached"],
      ["socks5://127.0.0.1:9", "not the address of an HTTP proxy"],
    ] as const) {
      const api = apiOver({ url, except: "" });
      const evidence = await api.sendInvoice("7");
      expect(evidence.kind === "not_sent" && evidence.error.message).toContain(why);
      await expect(api.listInvoices({})).rejects.toThrow(why);
    }
  });

  it("gives its login to the proxy, never to an error", async () => {
    const proxy = await startProxy(407);
    const url = `http://me:p%40ss@127.0.0.1:${proxy.port}`;
    const evidence = await apiOver({ url, except: "" }).sendInvoice("7");
    expect(proxy.asked[0]?.login).toBe(`Basic ${Buffer.from("me:p@ss").toString("base64")}`);
    expect(JSON.stringify(evidence)).not.toMatch(/p%40ss|p@ss/);
  });
});

describe("whether a proxy is used", () => {
  it.each([
    ["https://b.anny.co", "", true],
    ["https://b.anny.co", "*", false],
    ["https://b.anny.co", "anny.co", false],
    ["https://b.anny.co", ".anny.co,localhost", false],
    ["https://b.anny.co", "*.anny.co", false],
    ["https://b.anny.co", "b.anny.co:443", false],
    ["https://b.anny.co", "b.anny.co:8443", true],
    ["https://b.anny.co", "any.co other.example", true],
    ["https://notanny.co", "anny.co", true],
    ["http://127.0.0.1:80", "", false],
  ])("%s, except %j: %s", (origin, except, expected) => {
    expect(usesProxy({ url: "http://p", except }, new URL(origin))).toBe(expected);
  });

  it("reads the usual variables", () => {
    expect(proxyOf({})).toBeNull();
    expect(proxyOf({ HTTPS_PROXY: " " })).toBeNull();
    expect(proxyOf({ https_proxy: "http://a", HTTPS_PROXY: "http://b", no_proxy: "x" })).toEqual({
      url: "http://a",
      except: "x",
    });
    expect(proxyOf({ ALL_PROXY: "http://c" })?.url).toBe("http://c");
    // Variable of plain http only.
    expect(proxyOf({ HTTP_PROXY: "http://d" })).toBeNull();
  });
});
