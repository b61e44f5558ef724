import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { loadHostedConfig } from "../../src/hosted/settings.ts";
import { type OpenTracing, openTracing } from "../../src/hosted/tracing.ts";
import { answerOf, bearer, call, post, startHosted } from "./setup.ts";

const value = z.object({ stringValue: z.string().optional(), intValue: z.union([z.string(), z.number()]).optional() });
const exported = z.object({
  resourceSpans: z.array(
    z.object({
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              name: z.string(),
              kind: z.number(),
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              status: z.object({ code: z.number().optional() }),
              attributes: z.array(z.object({ key: z.string(), value })),
            }),
          ),
        }),
      ),
    }),
  ),
});

type Received = z.infer<typeof exported>["resourceSpans"][number]["scopeSpans"][number]["spans"][number];

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A collector on loopback; `status` is what it answers. */
async function collector(status = 200) {
  const spans: Received[] = [];
  const keys: unknown[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(chunk);
    const body = exported.parse(JSON.parse(Buffer.concat(chunks).toString()));
    spans.push(...body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
    keys.push(request.headers["x-key"]);
    response.writeHead(status, { "content-type": "application/json" }).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}/v1/traces`, spans, keys };
}

function traced(url: string): OpenTracing {
  return openTracing({ url, headers: { "x-key": "collector key" }, version: "0.0.0", instance: "one" });
}

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const OTHER = "1af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";

describe("the hosted server", () => {
  it("traces a call, its act and the requests to the API as one, from the message's or the request's context", async () => {
    const { url, spans } = await collector();
    const key = `inv_${"k".repeat(43)}`;
    const hosted = await startHosted({
      keys: [{ name: "team", sha256: createHash("sha256").update(key).digest("hex") }],
      tenants: [{ members: [{ key: "team" }] }],
      env: { INVOICES_HTTP_TRACES: url, INVOICES_HTTP_TRACES_HEADERS: "x-key=collector key" },
    });
    const customer = { company: "Secret Weavers", email: "weavers@example.com", locale: "en" };
    const message = call("create_customer", customer);
    const params = { ...message.params, _meta: { traceparent: `00-${TRACE}-${PARENT}-01` } };
    await answerOf(await post(hosted.served.url, { ...message, params }, bearer(key)));
    const other = { ...bearer(key), traceparent: `00-${OTHER}-${PARENT}-01` };
    await answerOf(await post(hosted.served.url, call("list_operations", {}, 2), other));
    await hosted.close();

    const ofCall = spans.filter(({ traceId }) => traceId === TRACE);
    const tool = ofCall.find(({ name }) => name === "tools/call create_customer");
    const act = ofCall.find(({ name }) => name === "act create_customer");
    const requests = ofCall.filter(({ name }) => name.startsWith("POST /api/v1/"));
    expect([tool?.parentSpanId, act?.parentSpanId]).toEqual([PARENT, tool?.spanId]);
    expect(requests.map(({ parentSpanId }) => parentSpanId)).toEqual([act?.spanId]);
    const facts = new Map(tool?.attributes.map(({ key, value: { stringValue } }) => [key, stringValue]));
    expect(facts.get("gen_ai.operation.name")).toBe("execute_tool");
    expect(facts.get("invoicing.outcome")).toBe("ok");
    expect(facts.get("invoicing.operation.id")).toMatch(/^op_/);
    expect(spans.find(({ name }) => name === "tools/call list_operations")?.traceId).toBe(OTHER);
    const everything = JSON.stringify(spans);
    for (const said of ["Weavers", "weavers", key, "collector key", hosted.simulators[0]?.token ?? "?"]) {
      expect(everything).not.toContain(said);
    }
  });

  it("sends no header openly", () => {
    const env = { INVOICES_HTTP_TRACES: "http://collector.example/v1/traces", INVOICES_HTTP_TRACES_HEADERS: "k=v" };
    expect(() => loadHostedConfig({}, env)).toThrow("would travel open");
  });
});

describe("spans", () => {
  it("are children of what they run in, and of the caller", async () => {
    const { url, spans, keys } = await collector();
    const tracing = traced(url);
    const traceOf = (name: string, traceparent?: string) =>
      tracing.span(
        { name, kind: "server", facts: { "gen_ai.tool.name": "send_invoice" }, traceparent },
        async (span) => {
          span.set({ "invoicing.outcome": "done" });
          await tracing.span({ name: "act send_invoice", kind: "internal", facts: {} }, () =>
            tracing.span({ name: "PUT /api/v1/invoices/{id}/send", kind: "client", facts: {} }, async (request) => {
              request.set({ "http.response.status_code": 200 });
            }),
          );
        },
      );
    await Promise.all([traceOf("tools/call a", `00-${TRACE}-${PARENT}-01`), traceOf("tools/call b")]);
    await tracing.close();
    expect(keys).toContain("collector key");
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    for (const request of spans.filter(({ kind }) => kind === 3)) {
      const act = byId.get(request.parentSpanId ?? "");
      const tool = byId.get(act?.parentSpanId ?? "");
      expect([request.name, act?.name]).toEqual(["PUT /api/v1/invoices/{id}/send", "act send_invoice"]);
      expect(tool?.traceId).toBe(request.traceId);
    }
    const [a, b] = ["tools/call a", "tools/call b"].map((name) => spans.find((span) => span.name === name));
    expect([a?.traceId, a?.parentSpanId]).toEqual([TRACE, PARENT]);
    expect(b?.traceId).not.toBe(TRACE);
    expect(a?.attributes.map(({ key, value }) => [key, value.stringValue])).toEqual([
      ["gen_ai.tool.name", "send_invoice"],
      ["invoicing.outcome", "done"],
    ]);
  });

  it("say that something failed, without its words, and let the error pass", async () => {
    const { url, spans } = await collector();
    const tracing = traced(url);
    const failing = tracing.span({ name: "x", kind: "internal", facts: {} }, async () => {
      throw new TypeError("Anna Berger owes 5 EUR");
    });
    await expect(failing).rejects.toThrow("Anna Berger");
    await tracing.close();
    expect(spans).toMatchObject([{ status: { code: 2 }, attributes: [{ key: "error.type" }] }]);
    expect(JSON.stringify(spans)).not.toContain("Berger");
  });

  it.each(["", "no trace", `00-${"0".repeat(32)}-${PARENT}-01`])(
    "a caller's context %j that is none begins a trace",
    async (traceparent) => {
      const { url, spans } = await collector();
      const tracing = traced(url);
      await tracing.span({ name: "x", kind: "server", facts: {}, traceparent }, async () => {});
      await tracing.close();
      expect(spans[0]?.traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(spans[0]?.parentSpanId ?? "").toBe("");
    },
  );

  it("a collector that fails or is away changes nothing", async () => {
    for (const url of [(await collector(500)).url, "http://127.0.0.1:9/v1/traces"]) {
      const tracing = traced(url);
      expect(await tracing.span({ name: "x", kind: "server", facts: {} }, async () => 7)).toBe(7);
      await tracing.close();
    }
  });
});
