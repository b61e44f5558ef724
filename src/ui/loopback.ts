import type { IncomingMessage, ServerResponse } from "node:http";
import { type Loopback, listenOnLoopback } from "./loopback-server.ts";

/** Refused by status alone: what exactly was wrong is nobody's business. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`HTTP ${status}`);
    this.status = status;
  }
}

const isRoot = (url: string) => url === "/";

/**
 * A server for pages of this machine: a random port of 127.0.0.1, reached by that name alone, from its own page alone. Does
 * not keep the process alive. `route` throws a `Refusal`, or anything else for a 500. `isOpened`: what a person opens from
 * somewhere else; all other requests come from pages served here.
 */
export async function startLoopback(
  route: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  isOpened: (url: string) => boolean = isRoot,
): Promise<Loopback> {
  const server: Loopback = await listenOnLoopback("127.0.0.1", (request, response) => {
    const serve = async () => {
      checkPlace(request, server.origin, isOpened);
      await route(request, response);
    };
    serve().catch((error: unknown) => {
      // The rest of a body that was not wanted is not read.
      response.setHeader("connection", "close");
      sendJson(response, error instanceof Refusal ? error.status : 500, {});
    });
  });
  return server;
}

/** DNS rebinding ends at Host; other sites' requests end at Origin and Sec-Fetch-Site. */
export function checkPlace(
  request: IncomingMessage,
  origin: string,
  isOpened: (url: string) => boolean = isRoot,
): void {
  if (`http://${request.headers.host ?? ""}` !== origin) throw new Refusal(421);
  const from = request.headers.origin;
  if (request.method === "POST" ? from !== origin : from !== undefined && from !== origin) throw new Refusal(403);
  const site = request.headers["sec-fetch-site"];
  const toPage = request.method === "GET" && isOpened(request.url ?? "");
  if (!toPage && site !== undefined && site !== "same-origin") throw new Refusal(403);
}

/** The JSON of a small body; anything else is refused. */
export async function jsonBody(request: IncomingMessage, mostBytes: number): Promise<unknown> {
  if (request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() !== "application/json") {
    throw new Refusal(415);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) throw new Refusal(400);
    size += chunk.length;
    if (size > mostBytes) throw new Refusal(413);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new Refusal(400);
  }
}

export function sendJson(response: ServerResponse, status: number, content: object): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  secure(response, "default-src 'none'; frame-ancestors 'none'");
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(content));
}

export function sendHtml(
  response: ServerResponse,
  { html, csp }: { readonly html: string; readonly csp: string },
  status = 200,
): void {
  secure(response, csp);
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" });
  response.end(html);
}

const FILE_TYPES = { pdf: "application/pdf", xml: "application/xml", csv: "text/csv; charset=utf-8" } as const;

/** A PDF is shown; anything else is saved, because a browser would run what XML can carry. */
export function sendFile(
  response: ServerResponse,
  name: string,
  type: keyof typeof FILE_TYPES,
  bytes: Uint8Array,
): void {
  // Viewers of PDF do not work under a policy that lets nothing load.
  secure(response, type === "pdf" ? "frame-ancestors 'none'" : "default-src 'none'; sandbox; frame-ancestors 'none'");
  response.writeHead(200, {
    "content-type": FILE_TYPES[type],
    "content-length": bytes.length,
    "content-disposition": `${type === "pdf" ? "inline" : "attachment"}; filename="${name}"`,
    "accept-ranges": "none",
  });
  response.end(bytes);
}

function secure(response: ServerResponse, csp: string): void {
  response.setHeader("cache-control", "no-store");
  response.setHeader("content-security-policy", csp);
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("x-frame-options", "DENY");
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("cross-origin-resource-policy", "same-origin");
}
