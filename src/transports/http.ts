import { createMcpHandler } from "@modelcontextprotocol/server";
import { buildServer, type ServerParts } from "../server.ts";

export interface McpEndpoint {
  /** Answers one request whose body was read and parsed. `parts`: what this caller is offered. */
  handle(request: Request, body: unknown, requestId: string, parts: ServerParts): Promise<Response>;
  /** Ends what is still streaming. */
  close(): Promise<void>;
}

/** Both revisions, each request by itself: no session has to be kept, by no client and by no process. */
export function mcpEndpoint(report: (line: string) => void): McpEndpoint {
  const offered = new Map<string, ServerParts>();
  const handler = createMcpHandler(
    ({ era, authInfo }) => {
      const parts = authInfo === undefined ? undefined : offered.get(authInfo.token);
      if (parts === undefined) throw new Error("a request came without its caller");
      return buildServer(parts, era);
    },
    { onerror: (error) => report(`connection: ${error.message}`) },
  );
  return {
    async handle(request, body, requestId, parts) {
      offered.set(requestId, parts);
      try {
        // In place of the caller's token, which goes no further: a name for this request.
        const authInfo = { token: requestId, clientId: "", scopes: [] };
        return await handler.fetch(request, { authInfo, parsedBody: body });
      } finally {
        offered.delete(requestId);
      }
    },
    close: () => handler.close(),
  };
}
