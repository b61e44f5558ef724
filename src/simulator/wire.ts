import type { ServerResponse } from "node:http";
import type { RequestOptions } from "./app.ts";
import type { Fault } from "./faults.ts";

/** What a faulty request needs from its surroundings. */
export interface Exchange {
  readonly outgoing: ServerResponse;
  /** Carries the request out; may be called again. */
  process(options?: RequestOptions): Promise<Response>;
  /** Waits in real time; ends early when the simulator closes. */
  wait(ms: number): Promise<void>;
  /** Runs the work after `ms`, whatever became of the answer; dropped when the simulator closes. */
  later(ms: number, work: () => Promise<unknown>): void;
  /** Hides what the work created from lists. */
  hiding(ms: number, work: () => Promise<Response>): Promise<Response>;
  readonly path: string;
}

/** Plays a fault. Gives the answer to write, or `null` when the socket was dealt with (or is left hanging). */
export async function playFault(
  fault: Exclude<Fault, { kind: "latency" }>,
  exchange: Exchange,
): Promise<Response | null> {
  const { outgoing } = exchange;
  switch (fault.kind) {
    case "reset_before":
      return reset(outgoing);
    case "reset_after":
      await exchange.process();
      return reset(outgoing);
    case "fin_after":
      await exchange.process();
      outgoing.socket?.end();
      return null;
    case "status_before":
      return errorResponse(fault);
    case "status_after":
      await exchange.process();
      return errorResponse(fault);
    case "late_processing":
      exchange.later(fault.ms, () => exchange.process());
      return fault.status === undefined ? reset(outgoing) : errorResponse({ status: fault.status });
    case "partial":
      await exchange.process({ only_steps: fault.steps });
      return errorResponse({ status: fault.status ?? 500 });
    case "duplicate":
      await exchange.process();
      return exchange.process();
    case "truncated_body":
      return truncate(outgoing, await exchange.process());
    case "empty_200":
      await exchange.process();
      return new Response(null, { status: 200 });
    case "wrong_content_type": {
      const response = await exchange.process();
      return new Response(await response.text(), {
        status: response.status === 204 ? 200 : response.status,
        headers: { "content-type": fault.content_type ?? "text/html; charset=utf-8" },
      });
    }
    case "bad_json":
      await exchange.process();
      return new Response('{"data": {"type": "invoices", ', {
        headers: { "content-type": "application/vnd.api+json" },
      });
    case "slow_body":
      return slow(exchange, await exchange.process(), fault.ms);
    case "hang_before":
      return null;
    case "hang_after":
      await exchange.process();
      return null;
    case "redirect":
      return new Response(null, {
        status: 307,
        headers: { location: fault.location ?? `http://127.0.0.1:9${exchange.path}` },
      });
    case "list_lag":
      return exchange.hiding(fault.ms, () => exchange.process());
  }
}

function reset(outgoing: ServerResponse): null {
  outgoing.socket?.resetAndDestroy();
  return null;
}

const TITLES: Readonly<Record<number, string>> = {
  408: "Request Timeout",
  422: "Unprocessable Entity",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

interface ErrorAnswer {
  readonly status: number;
  readonly body?: "vnd" | "message" | "json" | "html" | "empty" | undefined;
  readonly retry_after?: number | undefined;
}

function errorResponse({ status, body: asked, retry_after }: ErrorAnswer): Response {
  const body: NonNullable<ErrorAnswer["body"]> = asked ?? "vnd";
  const title = TITLES[status] ?? `Status ${status}`;
  const headers: Record<string, string> = retry_after === undefined ? {} : { "retry-after": String(retry_after) };
  const write = (type: string, text: string) =>
    new Response(text, { status, headers: { ...headers, "content-type": type } });
  if (status === 204 || status === 304) return new Response(null, { status, headers });
  switch (body) {
    case "empty":
      return new Response(null, { status, headers });
    case "vnd":
      return write(
        "application/vnd.api+json",
        JSON.stringify({ errors: [{ status: String(status), title, detail: `${title} (simulated).` }] }),
      );
    case "message":
      return write("application/json", JSON.stringify({ title, message: `${title} (simulated).` }));
    case "json":
      return write("application/json", JSON.stringify({ error: `${title} (simulated).` }));
    case "html":
      return write(
        "text/html; charset=utf-8",
        `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`,
      );
  }
}

/** Promises the whole body, sends half of it, then resets. */
async function truncate(outgoing: ServerResponse, response: Response): Promise<null> {
  const text = (await response.text()) || '{"data":null}';
  const bytes = Buffer.from(text);
  outgoing.writeHead(response.status === 204 ? 200 : response.status, {
    "content-type": response.headers.get("content-type") ?? "application/vnd.api+json",
    "content-length": bytes.length,
  });
  await new Promise<void>((done) => outgoing.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => done()));
  // Time for the half to arrive: a reset right behind it would swallow it.
  await new Promise((done) => setTimeout(done, 20));
  return reset(outgoing);
}

async function slow(exchange: Exchange, response: Response, ms: number): Promise<null> {
  const bytes = Buffer.from(await response.text());
  const { outgoing } = exchange;
  outgoing.writeHead(response.status, { "content-type": response.headers.get("content-type") ?? "application/json" });
  const pieces = 5;
  for (let index = 0; index < pieces; index += 1) {
    await exchange.wait(ms / pieces);
    if (outgoing.destroyed) return null;
    outgoing.write(bytes.subarray((index * bytes.length) / pieces, ((index + 1) * bytes.length) / pieces));
  }
  outgoing.end();
  return null;
}
