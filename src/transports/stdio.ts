import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { buildServer, type ServerParts } from "../server.ts";

/** Serves one client on stdin and stdout. Problems of the connection go to `report`, never to stdout. */
export function serveOverStdio(parts: ServerParts, report: (line: string) => void): { close(): Promise<void> } {
  return serveStdio((context) => buildServer(parts, context.era), {
    onerror: (error) => report(`connection: ${error.message}`),
  });
}
