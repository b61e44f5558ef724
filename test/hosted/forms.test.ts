import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from "@modelcontextprotocol/client";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isJsonObject } from "../../src/domain/json.ts";
import { filledIn } from "../harness/mcp-tools.ts";
import { bearer, draftBy, type Hosted, startHosted, staticKey } from "./setup.ts";

const jane = staticKey("jane");
const otto = staticKey("otto");

let hosted: Hosted;

beforeAll(async () => {
  hosted = await startHosted({
    keys: [jane.entry, otto.entry],
    tenants: [{ members: [{ key: "jane" }, { key: "otto" }] }],
    instances: 2,
    env: { INVOICES_HTTP_CALLS_PER_MINUTE: "10000" },
  });
});
afterAll(() => hosted.close());

const at = (index: number) => hosted.instances[index]?.url ?? "";
const sent = () => hosted.simulators[0]?.effects().filter(({ kind }) => kind === "invoice.sent").length ?? 0;

/** Chooses the instance by what a request says; the first takes what is not answered. */
type Route = (message: Record<string, unknown>) => number;

function routed(route: Route) {
  return async (url: string | URL, init?: RequestInit): Promise<Response> => {
    const message: unknown = typeof init?.body === "string" ? JSON.parse(init.body) : {};
    const target = new URL(at(isJsonObject(message) ? route(message) : 0));
    const { pathname } = new URL(url);
    return fetch(new URL(pathname, target), init);
  };
}

const isAnswer = (message: Record<string, unknown>) => !("method" in message) && "id" in message;

interface Seen {
  forms: number;
  session: string | null;
}

async function client1(key: string, route: Route, action: "accept" | "decline", seen?: Seen) {
  const client = new Client1({ name: "test", version: "1" }, { capabilities: { elicitation: { form: {} } } });
  client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
    if (seen !== undefined) seen.forms += 1;
    const properties = "requestedSchema" in params ? params.requestedSchema.properties : {};
    // Nobody says no within the blink of an eye.
    if (action === "decline") await new Promise((resolve) => setTimeout(resolve, 400));
    return { action, content: filledIn(properties) };
  });
  const ask = routed(route);
  await client.connect(
    new Transport1(new URL(at(0)), {
      requestInit: { headers: bearer(key) },
      fetch: async (url, init) => {
        const response = await ask(url, init);
        if (seen !== undefined) seen.session = response.headers.get("mcp-session-id") ?? seen.session;
        return response;
      },
    }),
  );
  return client;
}

interface Calls {
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<{ [key: string]: unknown }>;
}

const by = (client: Calls) => async (name: string, args: Record<string, unknown>) => {
  const answer = await client.callTool({ name, arguments: args });
  return { structuredContent: answer["structuredContent"], isError: answer["isError"], content: answer["content"] };
};

describe("a form of the 2025 revision", () => {
  it("is asked in the middle of a call and counts where it is answered", async () => {
    const seen = { forms: 0, session: null };
    const client = await client1(jane.key, () => 0, "accept", seen);
    const invoice_id = await draftBy(by(client));
    const before = sent();
    const answer = await by(client)("send_invoice", { invoice_id });
    expect(answer.isError, JSON.stringify(answer)).not.toBe(true);
    expect(answer.structuredContent).toMatchObject({ outcome: "done" });
    expect([seen.forms, sent() - before]).toEqual([1, 1]);
    await client.close();
  });

  it("counts when its answer comes to another instance than the call that waits", async () => {
    const client = await client1(jane.key, (message) => (isAnswer(message) ? 1 : 0), "accept");
    const invoice_id = await draftBy(by(client));
    const before = sent();
    const answer = await by(client)("send_invoice", { invoice_id });
    expect(answer.structuredContent, JSON.stringify(answer)).toMatchObject({ outcome: "done" });
    expect(sent() - before).toBe(1);
    await client.close();
  });

  it("is answered with no by nobody but whom was asked", async () => {
    let state: unknown;
    const client = await client1(
      jane.key,
      (message) => {
        if (!isAnswer(message)) return 0;
        state = message["id"];
        return 1;
      },
      "decline",
    );
    const invoice_id = await draftBy(by(client));
    const before = sent();
    const asking = by(client)("send_invoice", { invoice_id });
    const answer = await asking;
    expect(JSON.stringify(answer)).toContain("declined");
    // The same answer again, as a yes, from the same one and from another, at both instances.
    for (const key of [jane.key, otto.key]) {
      for (const instance of [0, 1]) {
        const body = JSON.stringify({
          jsonrpc: "2.0",
          id: state,
          result: { action: "accept", content: { decision: "approve" } },
        });
        const headers = {
          ...bearer(key),
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
        };
        expect((await fetch(at(instance), { method: "POST", headers, body })).status).toBe(202);
      }
    }
    expect(sent() - before).toBe(0);
    await client.close();
  });

  it("needs no session to be kept: each request may go elsewhere, and one without is served too", async () => {
    let turn = 0;
    const seen = { forms: 0, session: null };
    const client = await client1(jane.key, () => turn++ % 2, "accept", seen);
    for (let round = 0; round < 6; round += 1) expect((await by(client)("list_operations", {})).isError).not.toBe(true);
    const headers = {
      ...bearer(jane.key),
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    };
    const body = JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "list_operations", arguments: {} },
    });
    for (const session of [{}, { "mcp-session-id": "from-another-server" }, { "mcp-session-id": seen.session ?? "" }]) {
      const response = await fetch(at(1), { method: "POST", headers: { ...headers, ...session }, body });
      expect(response.status).toBe(200);
      expect(await response.text()).toContain("structuredContent");
    }
    await client.close();
  });

  it("lets a session speak for nobody: who it is says the credential alone", async () => {
    const seen = { forms: 0, session: null };
    const client = await client1(jane.key, () => 0, "accept", seen);
    await draftBy(by(client));
    const headers = {
      ...bearer("x".repeat(50)),
      "content-type": "application/json",
      "mcp-session-id": seen.session ?? "",
    };
    expect((await fetch(at(0), { method: "POST", headers, body: "{}" })).status).toBe(401);
    await client.close();
  });
});

describe("a form of the 2026 revision", () => {
  async function client2(key: string, route: Route) {
    const client = new Client2(
      { name: "test", version: "2" },
      { versionNegotiation: { mode: "auto" }, capabilities: { elicitation: { form: {} } } },
    );
    client.setRequestHandler("elicitation/create", async ({ params }) => {
      const properties = "requestedSchema" in params ? params.requestedSchema.properties : {};
      return { action: "accept", content: filledIn(properties) };
    });
    await client.connect(
      new Transport2(new URL(at(0)), { requestInit: { headers: bearer(key) }, fetch: routed(route) }),
    );
    expect(client.getProtocolEra()).toBe("modern");
    return client;
  }

  it("is answered at another instance than it was asked at", async () => {
    const client = await client2(jane.key, ({ params }) =>
      isJsonObject(params) && "inputResponses" in params ? 1 : 0,
    );
    const invoice_id = await draftBy(by(client));
    const before = sent();
    const answer = await by(client)("send_invoice", { invoice_id });
    expect(answer.structuredContent, JSON.stringify(answer)).toMatchObject({ outcome: "done" });
    expect(sent() - before).toBe(1);
    await client.close();
  });

  it("is void with another's credential, and with a state of another start's keys", async () => {
    let stolen: Record<string, unknown> = {};
    const client = await client2(jane.key, (message) => {
      const { params } = message;
      if (isJsonObject(params) && "inputResponses" in params) stolen = message;
      return 0;
    });
    const invoice_id = await draftBy(by(client));
    await by(client)("send_invoice", { invoice_id });
    const before = sent();
    const other = await draftBy(by(client));
    for (const key of [otto.key, jane.key]) {
      const params = isJsonObject(stolen["params"]) ? stolen["params"] : {};
      const body = JSON.stringify({ ...stolen, params: { ...params, arguments: { invoice_id: other } } });
      const headers = {
        ...bearer(key),
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": "send_invoice",
      };
      const response = await fetch(at(1), { method: "POST", headers, body });
      expect(response.status).toBe(200);
      expect(await response.text()).not.toContain('"outcome":"done"');
    }
    expect(sent() - before).toBe(0);
    await client.close();
  });
});
