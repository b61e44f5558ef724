import { createServer as createHttpServer } from "node:http";
import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { openPostgres } from "../../src/store/postgres/open.ts";
import { freshSchema } from "../harness/postgres.ts";
import {
  answerOf,
  bearer,
  call,
  freePort,
  type Hosted,
  organizationId,
  post,
  startHosted,
  staticKey,
} from "./setup.ts";

/** Servers of others that take every connection and never answer, with 200 requests at once that need them. */
const CROWD = 200;
const vaultKeys = [Buffer.alloc(32, 7)] as const;
const jane = staticKey("jane");

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Accepts, reads, and says nothing. */
async function silence(): Promise<{ readonly url: string; readonly connections: () => number }> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${address.port}`, connections: () => connections };
}

async function start(options: Parameters<typeof startHosted>[0]): Promise<Hosted> {
  const hosted = await startHosted({
    ...options,
    env: { INVOICES_HTTP_CALLS_PER_MINUTE: "100000", INVOICES_HTTP_CONCURRENT: "1000", ...options.env },
  });
  closing.push(() => hosted.close());
  return hosted;
}

const metric = async ({ served }: Hosted, name: string) => {
  const text = await (await fetch(`${served.adminUrl}/metrics`)).text();
  const line = text.split("\n").find((one) => one.startsWith(`${name} `));
  return Number(line?.split(" ").at(-1) ?? 0);
};

/** Answered while the crowd waits: calls with a key, which need nobody else. */
async function served(hosted: Hosted, crowd: Promise<unknown>): Promise<number> {
  let isOver = false;
  void crowd.finally(() => {
    isOver = true;
  });
  let answers = 0;
  while (!isOver) {
    const response = await post(hosted.served.url, call("list_invoices", { limit: 1 }), bearer(jane.key));
    expect((await answerOf(response)).result?.isError).not.toBe(true);
    answers += 1;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return answers;
}

/** Not a token of anybody: enough to ask for the keys it would be checked with. */
const TOKEN = [{ alg: "RS256", kid: "one", typ: "at+jwt" }, { sub: "jane" }, "signature"]
  .map((part) => Buffer.from(typeof part === "string" ? part : JSON.stringify(part)).toString("base64url"))
  .join(".");

/** A sign-in server that describes itself, whose keys never come. */
async function issuerWithout(keys: string): Promise<string> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const server = createHttpServer((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ issuer, jwks_uri: `${keys}/jwks` }));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return issuer;
}

describe("a sign-in server that never answers", () => {
  for (const what of ["description", "keys"]) {
    it(`costs those who need its ${what} a moment, and nobody else anything`, async () => {
      const silent = await silence();
      const hosted = await start({
        issuer: what === "description" ? silent.url : await issuerWithout(silent.url),
        keys: [jane.entry],
        tenants: [{ members: [{ key: "jane" }, { subject: "jane" }] }],
        env: { INVOICES_HTTP_CLIENT_ID: "page" },
      });
      const ask = async () => {
        const response = await post(hosted.served.url, call("list_operations"), bearer(TOKEN));
        return { status: response.status, text: await response.text() };
      };
      const crowd = Promise.all(Array.from({ length: CROWD }, ask));
      expect(await served(hosted, crowd)).toBeGreaterThan(0);
      for (const { status, text } of await crowd) {
        expect(status).toBe(503);
        expect(text).toContain("cannot be reached");
      }
      // For a while nobody waits for it again.
      const before = silent.connections();
      for (const { status } of await Promise.all(Array.from({ length: CROWD }, ask))) expect(status).toBe(503);
      expect(silent.connections() - before).toBeLessThan(3);
      expect(before).toBeLessThan(20);
      const page = await fetch(new URL("/approve", hosted.served.url), { redirect: "manual" });
      expect(page.status).toBeGreaterThanOrEqual(500);
    }, 60_000);
  }
});

describe("a sign-in of the API that never answers", () => {
  it("keeps connections, and those whose credential lives, free of those who wait", async () => {
    const silent = await silence();
    const { app } = await freshSchema();
    const people = Array.from({ length: 20 }, (_person, index) => staticKey(`person-${index}`));
    const hosted = await start({
      keys: [jane.entry, ...people.map(({ entry }) => entry)],
      tenants: [{ members: [{ key: "jane" }, ...people.map(({ entry }) => ({ key: entry.name }))] }],
      withoutTokens: true,
      database: { url: app.url, owner_url: null, schema: app.schema, keys: vaultKeys },
      env: { INVOICES_HTTP_UPSTREAM_TOKEN_URL: silent.url, INVOICES_HTTP_UPSTREAM_CLIENT_ID: "simulator" },
    });
    const database = openPostgres(app);
    closing.push(() => database.close());
    const vault = database.vault(vaultKeys);
    const [simulator] = hosted.simulators;
    if (simulator === undefined) throw new Error("no simulator");
    const scope = { origin: new URL(simulator.url).origin, organization_id: organizationId(0) };
    await vault.put({ ...scope, principal: "key:jane" }, simulator.sign_in.signIn());
    for (const { entry } of people) {
      const lapsed = { ...simulator.sign_in.signIn(), expires_at: 1 };
      await vault.put({ ...scope, principal: `key:${entry.name}` }, lapsed);
    }
    const ask = async (index: number) => {
      const key = people[index % people.length]?.key ?? "";
      const { result } = await answerOf(await post(hosted.served.url, call("list_invoices"), bearer(key)));
      return result?.content[0]?.text ?? "";
    };
    const crowd = Promise.all(Array.from({ length: CROWD }, (_one, index) => ask(index)));
    expect(await served(hosted, crowd)).toBeGreaterThan(0);
    for (const text of await crowd) {
      expect(text).toMatch(/takes too long|could not be renewed/);
      expect(text).toContain("Nothing was changed.");
    }
    // As many as have a connection of their own, however many wait.
    expect(silent.connections()).toBeLessThanOrEqual(4);
    // Somebody enters a new one meanwhile, and works at once.
    await vault.remove({ ...scope, principal: "key:person-19" });
    await vault.put({ ...scope, principal: "key:person-19" }, simulator.sign_in.signIn());
    expect(await ask(19)).not.toContain("Nothing was changed.");
    expect(await metric(hosted, "invoicing_requests_under_way")).toBe(0);
  }, 90_000);
});
