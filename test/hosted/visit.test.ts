import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from "@modelcontextprotocol/client";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestIssuer } from "./authorization-server.ts";
import { browserOf } from "./browser.ts";
import { bearer, draftBy, type Hosted } from "./setup.ts";
import { type HostedWithPage, startWithPage } from "./with-page.ts";

/** Clients that take their person to an address (`elicitation`, mode `url`): the page approves, and never their answer. */

let scene: HostedWithPage;
let issuer: TestIssuer;
let hosted: Hosted;
let origin: string;
let token: string;

beforeAll(async () => {
  scene = await startWithPage({
    tenants: [{ members: [{ subject: "jane" }] }],
    env: {
      INVOICES_HTTP_CALLS_PER_MINUTE: "10000",
    },
  });
  ({ hosted, issuer, origin } = scene);
  token = await issuer.mint({ aud: hosted.served.url });
});
afterAll(async () => {
  await scene?.close();
});

const sent = () => hosted.simulators[0]?.effects().filter(({ kind }) => kind === "invoice.sent").length ?? 0;

/** What the person does when the client asks to open an address; what the client then answers. */
type Visited = (url: string, message: string) => Promise<"accept" | "decline" | "cancel">;

interface Caller {
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<{ [key: string]: unknown }>;
  close(): Promise<void>;
}

async function client1(visited: Visited): Promise<Caller> {
  const client = new Client1({ name: "test", version: "1" }, { capabilities: { elicitation: { url: {} } } });
  client.setRequestHandler(ElicitRequestSchema, async ({ params }) => ({
    action: await visited("url" in params ? params.url : "no address", params.message),
  }));
  await client.connect(new Transport1(new URL(hosted.served.url), { requestInit: { headers: bearer(token) } }));
  return client;
}

async function client2(visited: Visited): Promise<Caller> {
  const client = new Client2(
    { name: "test", version: "1" },
    { capabilities: { elicitation: { url: {} } }, versionNegotiation: { mode: "auto" } },
  );
  client.setRequestHandler("elicitation/create", async ({ params }) => ({
    action: await visited("url" in params ? params.url : "no address", params.message),
  }));
  await client.connect(new Transport2(new URL(hosted.served.url), { requestInit: { headers: bearer(token) } }));
  return client;
}

const by = (client: Caller) => async (name: string, args: Record<string, unknown>) => {
  const answer = await client.callTool({ name, arguments: args });
  return { structuredContent: answer["structuredContent"], isError: answer["isError"] };
};

/** As the person on the page: signs in, and approves what is there. */
async function approveAll(): Promise<void> {
  const jane = browserOf({ issuer, origin }, "jane");
  const csrf = await jane.signIn();
  for (const { id } of await jane.list(csrf)) {
    expect(await (await jane.decide(id, csrf)).json()).toMatchObject({ ok: true });
  }
}

describe.each([
  ["2025-11-25", client1],
  ["2026-07-28", client2],
] as const)("a client of %s that takes people to addresses", (_revision, connect) => {
  it("is given the page, once, without a secret; what the page says counts", async () => {
    const visits: string[] = [];
    const client = await connect(async (url, message) => {
      visits.push(url);
      expect(message).toContain("approve or decline it there");
      await approveAll();
      return "accept";
    });
    const invoice_id = await draftBy(by(client));
    const before = sent();
    const first = await by(client)("send_invoice", { invoice_id });
    const last = JSON.stringify(first.structuredContent).includes('"done"')
      ? first
      : await by(client)("send_invoice", { invoice_id });
    expect(last.structuredContent).toMatchObject({ outcome: "done" });
    expect(visits).toEqual([`${origin}/approve`]);
    expect(sent() - before).toBe(1);
    await client.close();
  }, 30_000);

  it.each(["accept", "decline", "cancel"] as const)(
    "approves nothing by answering %s itself",
    async (action) => {
      const client = await connect(async () => action);
      const invoice_id = await draftBy(by(client));
      const before = sent();
      const signal = AbortSignal.timeout(1_500);
      const asked = by(client)("send_invoice", { invoice_id });
      const answer = await Promise.race([
        asked,
        new Promise<null>((resolve) => signal.addEventListener("abort", () => resolve(null))),
      ]);
      // A call that waits for the page is waiting; one that ended says that it is not approved.
      if (answer !== null) expect(answer.structuredContent).toMatchObject({ outcome: "approval_required" });
      expect(sent() - before).toBe(0);
      await client.close();
      await asked.catch(() => undefined);
    },
    30_000,
  );
});
