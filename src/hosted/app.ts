import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import type { Clock } from "../domain/clock.ts";
import { type SpanStart, type Tracing, traceIdOf } from "../domain/tracing.ts";
import { quoted } from "../domain/untrusted.ts";
import { InvoicingError } from "../errors.ts";
import type { ServerParts } from "../server.ts";
import type { McpEndpoint } from "../transports/http.ts";
import { whenSent } from "../transports/when-sent.ts";
import {
  type Access,
  type Identity,
  type Membership,
  membershipsOf,
  presentMembership,
  type Tenant,
} from "./access.ts";
import { type Authentication, authenticate } from "./authenticate.ts";
import { jsonBody } from "./body.ts";
import type { Peer } from "./listener.ts";
import { callerMark, type Logger } from "./log.ts";
import { type Metrics, type Outcome, outcomeOf } from "./metrics.ts";
import { addressOf, checkPlace, metadataUrlOf, type Places, remoteOf } from "./places.ts";
import { createRates, type RateLimits } from "./rates.ts";
import { pageRefusal, RefusedRequest, refusalOf, refusalResponse, refuse } from "./refusal.ts";
import { ALL_SCOPES } from "./scopes.ts";
import { APPROVE_PATH } from "./sign-in.ts";
import type { Tenants } from "./tenants.ts";

export interface AppOptions {
  readonly places: Places;
  readonly access: () => Access;
  readonly authentication: Authentication;
  readonly tenants: Tenants;
  readonly endpoint: McpEndpoint;
  /** Where people approve; `null` where nobody can sign in. */
  readonly pages: App | null;
  readonly limits: RateLimits;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly tracing: Tracing;
}

export type App = Hono<{ Bindings: Peer }>;

interface Arrived {
  readonly request: Request;
  readonly peer: Peer;
  readonly requestId: string;
  readonly address: string;
  /** The organization that the path names. */
  readonly organization: string | null;
  /** Whether a person's browser asks, and no client of the protocol. */
  readonly isPage: boolean;
}

const CALL_FAILED = "The server met an error of its own; list_operations shows whether anything was done.";
const PAGE_FAILED = "The server met an error of its own. Open the page again: it shows what still waits for an answer.";

/** What clients can reach: the protocol, and what they need to sign in. */
export function createApp(options: AppOptions): App {
  const { places, access, authentication, tenants, endpoint, metrics, log, clock, tracing } = options;
  const rates = createRates(options.limits, clock);
  const isOpen = authentication.local !== null;

  async function answer(arrived: Arrived): Promise<Response> {
    const { request, peer, requestId, organization } = arrived;
    if (request.method !== "POST") {
      throw refuse(405, "method_not_allowed", "Messages are sent by POST; there is no stream to listen to.");
    }
    if (access().isLapsed) {
      throw refuse(503, "temporarily_unavailable", "Who may do what cannot be read here. Nothing was done.", 60);
    }
    const resource = organization === null ? places.canonical : addressOf(places, organization);
    const identity = await authenticate(
      request.headers.get("authorization") ?? undefined,
      organization === null ? [resource] : [resource, places.canonical],
      authentication,
    );
    const caller = callerMark(identity.principal);
    const { parts, place } = await offeredTo(identity, organization);
    const free = rates.enter(`${identity.principal}\n${place}`);
    metrics.underWay(1);
    // Until the last byte is out: an answer that is streamed begins long before it ends.
    const leave = onlyOnce(() => {
      free();
      metrics.underWay(-1);
    });
    try {
      const body = await jsonBody(request, peer);
      const watched = watch(parts, {
        requestId,
        caller,
        organization: place,
        traceparent: request.headers.get("traceparent") ?? undefined,
      });
      return whenSent(
        await endpoint.handle({ request, body, caller: `${identity.principal}\n${place}`, parts: watched }),
        leave,
      );
    } catch (error) {
      leave();
      throw error;
    }
  }

  async function offeredTo(
    identity: Identity,
    organization: string | null,
  ): Promise<{ parts: ServerParts; place: string }> {
    const all = access().tenants;
    const [only, ...more] = membershipsOf(
      organization === null ? all : all.filter(({ id }) => id === organization),
      identity,
    );
    if (only === undefined) throw noAccess(all, identity, organization);
    if (more.length > 0) return { parts: tenants.partsForSeveral([only, ...more].map(addressOfOne)), place: "" };
    const { principal } = identity;
    const caller = { principal, membership: () => presentMembership(access(), only.tenant, identity) };
    return { parts: await tenants.partsFor(only, caller), place: only.tenant.id ?? "" };
  }

  function noAccess(all: readonly Tenant[], identity: Identity, organization: string | null): RefusedRequest {
    return organization !== null && membershipsOf(all, identity).length > 0
      ? refuse(403, "access_denied", "You are signed in, but have no access to this organization.")
      : refuse(
          403,
          "access_denied",
          "You are signed in, but have no access to any organization here. Whoever runs this server gives it.",
        );
  }

  function addressOfOne({ tenant: { id, name } }: Membership): string {
    const address = addressOf(places, id ?? "");
    return name === undefined ? address : `${address} (${quoted(name, 80)})`;
  }

  /** Counts, logs and traces the calls of a request: ids, names and durations, nothing that was said. */
  function watch(
    parts: ServerParts,
    fields: {
      readonly requestId: string;
      readonly caller: string;
      readonly organization: string;
      readonly traceparent: string | undefined;
    },
  ): ServerParts {
    return {
      ...parts,
      callTool: (name, args, call) =>
        tracing.span(toolSpan(name, fields.requestId, call.traceparent ?? fields.traceparent), async (span) => {
          const began = clock.now();
          const traceparent = call.traceparent ?? fields.traceparent;
          const request = { request_id: fields.requestId, trace_id: span.trace_id ?? traceIdOf(traceparent) };
          const answered = await parts.callTool(name, args, { ...call, request });
          const outcome = outcomeOf(answered);
          const operation = answered.kind === "result" ? answered.structured["operation_id"] : undefined;
          span.set({ "invoicing.outcome": outcome });
          if (typeof operation === "string") span.set({ "invoicing.operation.id": operation });
          if (FAILURES.includes(outcome)) span.fail(outcome === "failed" ? "tool_error" : outcome);
          metrics.called(name, outcome, (clock.now() - began) / 1000);
          log.info(
            {
              event: "tool_called",
              request_id: fields.requestId,
              caller: fields.caller,
              organization: fields.organization,
              tool: name,
              outcome,
              operation_id: operation,
              ms: clock.now() - began,
            },
            "tool called",
          );
          return answered;
        }),
    };
  }

  function refused(error: unknown, { request, requestId, organization, address, isPage }: Arrived): Response {
    const refusal = refusalOf(error, isPage ? PAGE_FAILED : CALL_FAILED);
    if (!(error instanceof RefusedRequest)) {
      log.error({ event: "request_failed", request_id: requestId, error: failureText(error) }, "request failed");
    }
    metrics.turnedAway(refusal.error);
    log.warn(
      { event: "request_refused", request_id: requestId, address, status: refusal.status, reason: refusal.error },
      refusal.description,
    );
    if (isPage) return pageRefusal(refusal, request.headers.get("accept") === "application/json");
    const resource = organization === null ? places.canonical : addressOf(places, organization);
    return refusalResponse(refusal, requestId, {
      metadataUrl: authentication.server === null ? null : metadataUrlOf(places, resource),
      scopes: authentication.server === null ? [] : ALL_SCOPES,
    });
  }

  const app = new Hono<{ Bindings: Peer }>();
  app.use(async (context, next) => {
    const began = clock.now();
    const remote = remoteOf(context.env, places.isProxy);
    const given = remote.isProxy ? context.req.header("x-request-id") : undefined;
    const requestId = given !== undefined && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
    const organization = organizationIn(context.req.path, places.path);
    const isPage = options.pages !== null && isBelow(context.req.path, APPROVE_PATH);
    const { address } = remote;
    const arrived = { request: context.req.raw, peer: context.env, requestId, address, organization, isPage };
    try {
      checkPlace(context.req.raw, places);
      if (context.req.method === "OPTIONS") context.res = new Response(null, { status: 204 });
      else if (isOurs(context.req.path, places.path)) context.res = await answer(arrived);
      else await next();
    } catch (error) {
      context.res = refused(error, arrived);
    }
    // Whether the connection goes on is between it and whoever it is with: the SDK says so for everybody, and one that waits
    // for its end (HTTP/1.0, `Connection: close`, as many proxies ask) would have no answer until it is idle for too long.
    context.res.headers.delete("connection");
    context.res.headers.set("x-request-id", requestId);
    const origin = context.req.header("origin");
    if (origin !== undefined && places.origins.includes(origin)) allowOrigin(context.res.headers, origin);
    metrics.answered(context.res.status, (clock.now() - began) / 1000);
  });
  app.get("/.well-known/oauth-protected-resource/*", (context) => {
    const path = context.req.path.slice("/.well-known/oauth-protected-resource".length);
    if (authentication.server === null || !isOurs(path, places.path)) return context.notFound();
    const organization = organizationIn(path, places.path);
    return context.json({
      resource: organization === null ? places.canonical : addressOf(places, organization),
      authorization_servers: [authentication.server.issuer],
      scopes_supported: ALL_SCOPES,
      bearer_methods_supported: ["header"],
      resource_name: "invoicing-mcp",
    });
  });
  if (options.pages !== null) app.route("/", options.pages);
  // To be answered above: the library's own way prints it to stderr, whatever is in it.
  app.onError((error) => {
    throw error;
  });
  app.notFound(() => new Response("Not found", { status: 404, headers: { "content-type": "text/plain" } }));
  if (isOpen) log.info({ event: "open" }, "whoever reaches this port is let in: it is on this computer alone");
  return app;
}

/** A question to the person and a refusal that is right are no failures. */
const FAILURES: readonly Outcome[] = ["upstream", "unknown", "failed"];

/** Named by the OpenTelemetry conventions for MCP. Only names of our own tools get here. */
function toolSpan(tool: string, requestId: string, traceparent: string | undefined): SpanStart {
  return {
    name: `tools/call ${tool}`,
    kind: "server",
    facts: {
      "mcp.method.name": "tools/call",
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": tool,
      "invoicing.request.id": requestId,
    },
    traceparent,
  };
}

function failureText(error: unknown): string {
  if (error instanceof InvoicingError) return `${error.message} ${error.next}`;
  return error instanceof Error ? (error.stack ?? error.message) : "";
}

function isBelow(path: string, base: string): boolean {
  return path === base || path.startsWith(`${base}/`);
}

function isOurs(path: string, base: string): boolean {
  return path === base || path === `${base}/` || organizationIn(path, base) !== null;
}

function organizationIn(path: string, base: string): string | null {
  if (!path.startsWith(`${base}/o/`)) return null;
  return /^([A-Za-z0-9-]{1,64})\/?$/.exec(path.slice(base.length + 3))?.[1] ?? null;
}

const CORS_HEADERS = [
  "authorization, content-type, accept, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name, last-event-id",
  "www-authenticate, mcp-session-id, mcp-protocol-version, x-request-id, retry-after",
] as const;

function allowOrigin(headers: Headers, origin: string): void {
  headers.set("access-control-allow-origin", origin);
  headers.append("vary", "origin");
  headers.set("access-control-allow-methods", "POST, GET, DELETE, OPTIONS");
  headers.set("access-control-allow-headers", CORS_HEADERS[0]);
  headers.set("access-control-expose-headers", CORS_HEADERS[1]);
  headers.set("access-control-max-age", "600");
}

function onlyOnce(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}
