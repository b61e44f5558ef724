import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createMcpHandler, Server } from "@modelcontextprotocol/server";

/** The least a server of this SDK can be: one tool that says one word, behind nothing. What `hosted.ts` compares with. */
const handler = createMcpHandler(() => {
  const server = new Server({ name: "bare", version: "1" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", () => ({
    tools: [{ name: "word", inputSchema: { type: "object" as const } }],
  }));
  server.setRequestHandler("tools/call", () => ({ content: [{ type: "text" as const, text: "word" }] }));
  return server;
});
const http = createServer(getRequestListener((request) => handler.fetch(request)));
http.listen(0, "127.0.0.1", () => {
  const address = http.address();
  if (address !== null && typeof address === "object") process.stdout.write(`http://127.0.0.1:${address.port}/mcp\n`);
});
