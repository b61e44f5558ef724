import { systemClock } from "../../../src/domain/clock.ts";
import { NOT_TRACED } from "../../../src/domain/tracing.ts";
import { defaultPolicy } from "../../../src/guard/policy.ts";
import { accessToOne } from "../../../src/hosted/access-source.ts";
import { createApp } from "../../../src/hosted/app.ts";
import { createCheckedTokens } from "../../../src/hosted/checked-tokens.ts";
import { listen } from "../../../src/hosted/listener.ts";
import { createLogger } from "../../../src/hosted/log.ts";
import { createMetrics } from "../../../src/hosted/metrics.ts";
import { placesOf } from "../../../src/hosted/places.ts";
import { loadHostedConfig } from "../../../src/hosted/settings.ts";
import type { ServerParts } from "../../../src/server.ts";
import { mcpEndpoint } from "../../../src/transports/http.ts";
import { fixtureServer } from "./fixture.ts";

/** The suite's fixtures on the HTTP of the hosted server: the same listener, the same checks, the same endpoint. */
export async function startFixture(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const config = loadHostedConfig(
    {},
    { INVOICES_HTTP_LISTEN: "127.0.0.1:0", INVOICES_HTTP_CALLS_PER_MINUTE: "100000" },
  );
  let app: ReturnType<typeof createApp> | null = null;
  const listener = await listen(
    (request, peer) => app?.fetch(request, peer) ?? new Response(null, { status: 503 }),
    config.listen,
  );
  const url = `http://127.0.0.1:${listener.address.port}/mcp`;
  const endpoint = mcpEndpoint(() => {}, fixtureServer);
  const access = () =>
    accessToOne({
      id: null,
      origin: "https://api.test",
      policy: defaultPolicy,
      language: undefined,
      timezone: undefined,
      token: undefined,
    });
  const nothing: ServerParts = {
    tools: [],
    instructions: "",
    callTool: () => Promise.reject(new Error("the fixture has its own tools")),
    resources: async () => ({ fixed: [], templates: [] }),
    readResource: () => Promise.reject(new Error("the fixture has its own resources")),
    prompts: async () => [],
    promptText: async () => "",
    complete: async () => ({ values: [], hasMore: false }),
  };
  app = createApp({
    places: placesOf(url, {
      ...config,
      hosts: [`localhost:${listener.address.port}`],
      origins: [`http://localhost:${listener.address.port}`],
    }),
    access,
    authentication: { local: "local:suite", access, server: null, tokens: createCheckedTokens(systemClock) },
    tenants: {
      partsFor: async () => nothing,
      partsForSeveral: () => nothing,
      recover: async () => {},
      close: async () => {},
    },
    endpoint,
    pages: null,
    limits: { perMinute: config.calls_per_minute, concurrent: 100 },
    clock: systemClock,
    metrics: createMetrics(),
    tracing: NOT_TRACED,
    log: createLogger({ write: () => {} }),
  });
  return {
    url,
    async close() {
      await listener.drain(0);
      await endpoint.close();
    },
  };
}
