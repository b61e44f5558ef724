import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { z } from "zod";
import { approvalPageHtml, passkeyPageHtml } from "../../ui/page.ts";
import type { Language } from "../wording.ts";

const MAX_BODY = 4_096;

/** Refused by status alone: what exactly was wrong is nobody's business. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`HTTP ${status}`);
    this.status = status;
  }
}

/** DNS rebinding ends at Host; other sites' requests end at Origin and Sec-Fetch-Site. */
export function checkPlace(request: IncomingMessage, origin: string): void {
  if (`http://${request.headers.host ?? ""}` !== origin) throw new Refusal(421);
  const from = request.headers.origin;
  if (request.method === "POST" ? from !== origin : from !== undefined && from !== origin) throw new Refusal(403);
  const site = request.headers["sec-fetch-site"];
  const toPage = request.method === "GET" && request.url === "/";
  if (!toPage && site !== undefined && site !== "same-origin") throw new Refusal(403);
}

export async function body<T>(request: IncomingMessage, schema: z.ZodType<T>, max = MAX_BODY): Promise<T> {
  if (request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() !== "application/json") {
    throw new Refusal(415);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) throw new Refusal(400);
    size += chunk.length;
    if (size > max) throw new Refusal(413);
    chunks.push(chunk);
  }
  let json: unknown;
  try {
    json = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new Refusal(400);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new Refusal(400);
  return parsed.data;
}

function secure(response: ServerResponse): void {
  response.setHeader("cache-control", "no-store");
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("x-frame-options", "DENY");
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("cross-origin-resource-policy", "same-origin");
}

export function send(response: ServerResponse, status: number, content: object): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  secure(response);
  response.setHeader("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(content));
}

export function sendHtml(response: ServerResponse, page: "approvals" | "passkey", language: Language): void {
  const nonce = randomBytes(18).toString("base64");
  const { html, csp } =
    page === "passkey" ? passkeyPageHtml({ nonce, language }) : approvalPageHtml({ nonce, language });
  secure(response);
  response.setHeader("content-security-policy", csp);
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  response.end(html);
}
