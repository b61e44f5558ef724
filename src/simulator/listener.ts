import type { Server } from "node:http";
import { type HttpBindings, serve } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import type { RequestOptions } from "./app.ts";
import type { FaultList } from "./faults.ts";
import { playFault } from "./wire.ts";

/** A request as it arrived; the token is not kept. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  /** Without the question mark, as sent. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** ISO 8601, simulator's clock. */
  readonly at: string;
}

/** Requests kept for looking at; older ones are forgotten. */
const KEPT_REQUESTS = 5_000;

export interface ListenerOptions {
  readonly port: number;
  readonly faults: FaultList;
  readonly control: (request: Request) => Promise<Response>;
  readonly app: (request: Request, options?: RequestOptions) => Promise<Response>;
  now(): number;
  /** Ids created while the work ran become invisible in lists for `ms`. */
  hiding(ms: number, work: () => Promise<Response>): Promise<Response>;
}

export interface Listener {
  readonly port: number;
  requests(): RecordedRequest[];
  close(): Promise<void>;
}

/** Binds the simulator to a port of 127.0.0.1, records what arrives and plays the faults. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const recorded: RecordedRequest[] = [];
  const timers = new Map<NodeJS.Timeout, () => void>();
  const wait = (ms: number) =>
    new Promise<void>((done) => {
      const timer = setTimeout(finish, ms);
      function finish(): void {
        clearTimeout(timer);
        timers.delete(timer);
        done();
      }
      timers.set(timer, finish);
    });

  const outer = new Hono<{ Bindings: HttpBindings }>();
  outer.all("/_simulator/*", (context) => options.control(context.req.raw));
  outer.all("/_simulator", (context) => options.control(context.req.raw));
  outer.all("*", async (context) => {
    const { method, url, headers } = context.req.raw;
    const { pathname, search } = new URL(url);
    const body = new Uint8Array(await context.req.raw.arrayBuffer());
    recorded.push({
      method,
      path: pathname,
      query: search.slice(1),
      headers: redacted(headers),
      // What is sent to sign in is secret.
      body: pathname === "/oauth/token" ? "[redacted]" : new TextDecoder().decode(body),
      at: new Date(options.now()).toISOString(),
    });
    if (recorded.length > KEPT_REQUESTS) recorded.shift();
    const process = (requestOptions: RequestOptions = {}) =>
      options.app(
        new Request(url, { method, headers, ...(method === "GET" || method === "HEAD" ? {} : { body }) }),
        requestOptions,
      );
    const { latency, fault } = options.faults.take(method, pathname.replace(/^\/api\/v1/, ""));
    if (latency > 0) await wait(latency);
    if (fault === null || fault.kind === "latency") return process();
    const response = await playFault(fault, {
      outgoing: context.env.outgoing,
      process,
      wait,
      later: (ms, work) => {
        const timer = setTimeout(() => {
          timers.delete(timer);
          void work();
        }, ms);
        timers.set(timer, () => {
          clearTimeout(timer);
          timers.delete(timer);
        });
      },
      hiding: options.hiding,
      path: pathname,
    });
    return response ?? RESPONSE_ALREADY_SENT;
  });

  const { server, port } = await start(outer.fetch, options.port);
  return {
    port,
    requests: () => [...recorded],
    close: async () => {
      for (const finish of [...timers.values()]) finish();
      await new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      });
    },
  };
}

function redacted(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    [...headers].map(([name, value]) => [name, name === "authorization" ? "[redacted]" : value]),
  );
}

function start(
  fetch: Hono<{ Bindings: HttpBindings }>["fetch"],
  port: number,
): Promise<{ server: Server; port: number }> {
  return new Promise((resolve, reject) => {
    // Several simulators and the product live in one process: its global Request and Response stay as they are.
    const server = serve({ fetch, hostname: "127.0.0.1", port, overrideGlobalObjects: false }, (info) => {
      if (isHttpServer(server)) resolve({ server, port: info.port });
      else reject(new Error("not an HTTP/1.1 server"));
    });
    server.once("error", reject);
  });
}

function isHttpServer(server: ReturnType<typeof serve>): server is Server {
  return "closeAllConnections" in server;
}
