import { randomUUID } from "node:crypto";
import { createMcpHandler, isLegacyRequest, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { isJsonObject } from "../domain/json.ts";
import { buildServer, type ServerParts } from "../server.ts";
import { legacyLeg } from "./legacy-http.ts";
import { isJson } from "./when-sent.ts";

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
  const offered = new Map<string, ServerParts>();
  const legacy = legacyLeg(report);
  const modern = createMcpHandler(
    ({ authInfo }) => {
      const parts = authInfo === undefined ? undefined : offered.get(authInfo.token);
      if (parts === undefined) throw new Error("a request came without its caller");
      return build(parts, "modern");
    },
    { legacy: "reject", onerror: (error) => report(`connection: ${error.message}`) },
  );
  return {
    async handle({ request, body, caller, parts }) {
      if (await isLegacyRequest(request, body)) {
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
      offered.set(name, parts);
      try {
        const authInfo = { token: name, clientId: "", scopes: [] };
        return await withStatus(await modern.fetch(request, { authInfo, parsedBody: body }));
      } finally {
        offered.delete(name);
      }
    },
    close: () => modern.close(),
  };
}

/** A client that lacks a capability is told by the status, too; the SDK does so only for what it finds out itself. */
async function withStatus(response: Response): Promise<Response> {
  if (response.status !== 200 || !isJson(response)) return response;
  const text = await response.text();
  return new Response(text, { status: lacksCapability(text) ? 400 : 200, headers: response.headers });
}

function lacksCapability(text: string): boolean {
  if (!text.includes(String(ProtocolErrorCode.MissingRequiredClientCapability))) return false;
  const answer: unknown = JSON.parse(text);
  const error = isJsonObject(answer) ? answer["error"] : undefined;
  return isJsonObject(error) && error["code"] === ProtocolErrorCode.MissingRequiredClientCapability;
}
