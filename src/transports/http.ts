import { randomUUID } from "node:crypto";
import { createMcpHandler, isLegacyRequest, PROTOCOL_VERSION_META_KEY } from "@modelcontextprotocol/server";
import { isJsonObject } from "../domain/json.ts";
import { buildServer, type ServerParts } from "../server.ts";
import { legacyLeg } from "./legacy-http.ts";

export interface McpRequest {
  readonly request: Request;
  /** Read and parsed. */
  readonly body: unknown;
  /** Who sent it, as it is known from its credential. */
  readonly caller: string;
  /** What this caller is offered. */
  readonly parts: ServerParts;
}

export interface McpEndpoint {
  handle(request: McpRequest): Promise<Response>;
  /** Ends what is still streaming. */
  close(): Promise<void>;
}

/** Both revisions, each request by itself: no session has to be kept, by no client and by no process. */
export function mcpEndpoint(report: (line: string) => void, build = buildServer): McpEndpoint {
  const offered = new Map<string, Pick<McpRequest, "parts" | "body">>();
  const legacy = legacyLeg(report);
  const modern = createMcpHandler(
    ({ authInfo }) => {
      const asked = authInfo === undefined ? undefined : offered.get(authInfo.token);
      if (asked === undefined) throw new Error("a request came without its caller");
      const method = isJsonObject(asked.body) ? asked.body["method"] : undefined;
      return build(asked.parts, "modern", undefined, typeof method === "string" ? method : undefined);
    },
    { legacy: "reject", onerror: (error) => report(`connection: ${error.message}`) },
  );
  return {
    async handle({ request, body, caller, parts }) {
      if (!isModern(body) && (await isLegacyRequest(request, body))) {
        return legacy.handle({
          request,
          body,
          caller,
          build: (introduction) => build(parts, "legacy", introduction ?? undefined),
          answered: (state, result) => parts.answered?.(state, result) ?? Promise.resolve(),
        });
      }
      // In place of the caller's token, which goes no further: a name for this request. Never one that came with it: two
      // callers with one name would be offered each other's.
      const name = randomUUID();
      offered.set(name, { parts, body });
      try {
        const authInfo = { token: name, clientId: "", scopes: [] };
        return await modern.fetch(request, { authInfo, parsedBody: body });
      } finally {
        offered.delete(name);
      }
    },
    close: () => modern.close(),
  };
}

/**
 * Certainly not of 2025: such a message says its revision in itself. What is in doubt the SDK decides, which takes as long as
 * the rest of reading the message, and which the modern side does again.
 */
export function isModern(body: unknown): boolean {
  if (!isJsonObject(body) || body["jsonrpc"] !== "2.0" || "result" in body || "error" in body) return false;
  const { method, params } = body;
  if (typeof method !== "string" || method === "initialize" || !isJsonObject(params)) return false;
  return isJsonObject(params["_meta"]) && typeof params["_meta"][PROTOCOL_VERSION_META_KEY] === "string";
}
