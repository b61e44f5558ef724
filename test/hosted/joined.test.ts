import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from "@modelcontextprotocol/client";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filledIn } from "../harness/mcp-tools.ts";
import { freshSchema } from "../harness/postgres.ts";
import { startIssuer, type TestIssuer } from "./authorization-server.ts";
import { type Balancer, startBalancer } from "./balancer.ts";
import { browserOf } from "./browser.ts";
import { answerOf, bearer, call, draftBy, type Hosted, post, startHosted } from "./setup.ts";
import { PAGE } from "./with-page.ts";

/** Equal calls of one moment at two instances ask their person once, on either database. */

interface Caller {
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<{ [key: string]: unknown }>;
  close(): Promise<void>;
}

describe.each(["a file", "PostgreSQL"])("two instances on %s", (kept) => {
  let issuer: TestIssuer;
  let hosted: Hosted;
  let balancer: Balancer;
  let origin: string;
  let token: string;
  let forms = 0;

  beforeAll(async () => {
    // One after the other goes to the next instance: of two at once, each has one.
    balancer = await startBalancer();
    origin = new URL(balancer.url).origin;
    issuer = await startIssuer([{ ...PAGE, redirect_uris: [`${origin}/approve/callback`] }]);
    const database = kept === "PostgreSQL" ? (await freshSchema()).app : null;
    hosted = await startHosted({
      issuer: issuer.issuer,
      tenants: [{ members: [{ subject: "jane" }] }],
      instances: 2,
      env: {
        INVOICES_HTTP_URL: balancer.url,
        INVOICES_HTTP_CLIENT_ID: PAGE.client_id,
        INVOICES_HTTP_CLIENT_SECRET: PAGE.client_secret,
        INVOICES_HTTP_CALLS_PER_MINUTE: "10000",
      },
      ...(database === null ? {} : { database: { ...database, owner_url: null, keys: [new Uint8Array(32)] } }),
    });
    const ports = [...hosted.logs().matchAll(/"event":"started".*"port":(\d+)/g)].map(([, port]) => port);
    expect(ports).toHaveLength(2);
    balancer.to(ports.map((port) => `http://127.0.0.1:${port}`));
    token = await issuer.mint({ aud: balancer.url });
  }, 60_000);
  afterAll(async () => {
    await balancer?.close();
    await hosted?.close();
    await issuer?.close();
  });

  const sent = () => hosted.simulators[0]?.effects().filter(({ kind }) => kind === "invoice.sent").length ?? 0;

  /** A person who takes a moment to read. */
  async function filled(properties: Parameters<typeof filledIn>[0]) {
    forms += 1;
    await new Promise((resolve) => setTimeout(resolve, 500));
    return { action: "accept" as const, content: filledIn(properties) };
  }

  async function client1(): Promise<Caller> {
    const client = new Client1({ name: "test", version: "1" }, { capabilities: { elicitation: { form: {} } } });
    client.setRequestHandler(ElicitRequestSchema, ({ params }) =>
      filled("requestedSchema" in params ? params.requestedSchema.properties : {}),
    );
    await client.connect(new Transport1(new URL(balancer.url), { requestInit: { headers: bearer(token) } }));
    return client;
  }

  async function client2(): Promise<Caller> {
    const client = new Client2(
      { name: "test", version: "1" },
      { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: "auto" } },
    );
    client.setRequestHandler("elicitation/create", ({ params }) =>
      filled("requestedSchema" in params ? params.requestedSchema.properties : {}),
    );
    await client.connect(new Transport2(new URL(balancer.url), { requestInit: { headers: bearer(token) } }));
    return client;
  }

  const plain = async (name: string, args: Record<string, unknown>) => {
    const { result } = await answerOf(await post(balancer.url, call(name, args), bearer(token)));
    return { structuredContent: result?.structuredContent, isError: result?.isError };
  };

  it.each([
    ["2025-11-25", client1],
    ["2026-07-28", client2],
  ] as const)(
    "show one form to clients of %s, and do it once",
    async (_revision, connect) => {
      const clients = await Promise.all([connect(), connect()]);
      const invoice_id = await draftBy(plain);
      const before = { sent: sent(), forms };
      const answers = await Promise.all(
        clients.map((client) => client.callTool({ name: "send_invoice", arguments: { invoice_id } })),
      );
      expect(forms - before.forms, JSON.stringify(answers)).toBe(1);
      expect(sent() - before.sent).toBe(1);
      const outcomes = answers.map(({ structuredContent }) => Object(structuredContent).outcome).sort();
      expect(outcomes, JSON.stringify(answers)).toEqual(["already_done", "done"]);
      await Promise.all(clients.map((client) => client.close()));
    },
    60_000,
  );

  it("show one form for eight calls of one client, and each is told what became of it", async () => {
    const client = await client2();
    const invoice_id = await draftBy(plain);
    const before = { sent: sent(), forms };
    const send = () => client.callTool({ name: "send_invoice", arguments: { invoice_id } });
    const answers = await Promise.all(Array.from({ length: 8 }, send));
    expect(forms - before.forms, JSON.stringify(answers)).toBe(1);
    expect(sent() - before.sent).toBe(1);
    const told = answers.map(({ content, structuredContent }) => ({
      outcome: Object(structuredContent).outcome,
      operation: Object(structuredContent).operation_id,
      text: JSON.stringify(content),
    }));
    expect(told.map(({ outcome }) => outcome).sort(), JSON.stringify(told)).toEqual([
      ...Array.from({ length: 7 }, () => "already_done"),
      "done",
    ]);
    expect(new Set(told.map(({ operation }) => operation)).size).toBe(1);
    for (const { text } of told) expect(text).not.toContain("not by this server");
    await client.close();
  }, 60_000);

  it("put one question on the page", async () => {
    const jane = browserOf({ issuer, origin }, "jane");
    const csrf = await jane.signIn();
    const known = new Set((await jane.list(csrf)).map(({ id }) => id));
    const invoice_id = await draftBy(plain);
    const asked = await Promise.all([1, 2, 3, 4].map(() => plain("send_invoice", { invoice_id })));
    for (const { structuredContent } of asked)
      expect(structuredContent).toMatchObject({ outcome: "approval_required" });
    const questions = (await jane.list(csrf)).filter(({ id }) => !known.has(id));
    expect(questions).toHaveLength(1);
    expect(await (await jane.decide(questions[0]?.id ?? "", csrf)).json()).toMatchObject({ ok: true });
    const before = sent();
    const done = await Promise.all([1, 2].map(() => plain("send_invoice", { invoice_id })));
    expect(done.map(({ structuredContent }) => structuredContent?.["outcome"]).sort()).toEqual([
      "already_done",
      "done",
    ]);
    expect(sent() - before).toBe(1);
  });
});
