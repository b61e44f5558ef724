import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createMcpHandler, Server } from "@modelcontextprotocol/server";
import { Pool } from "undici";

/**
 * The least a server of this SDK can be: one tool that asks the API at the address of the first argument once and passes
 * its answer on, behind nothing. What `hosted.ts` compares with.
 */
const api = new Pool(process.argv[2] ?? "", { connections: 32 });
const handler = createMcpHandler(() => {
  const server = new Server({ name: "bare", version: "1" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", () => ({
    tools: [{ name: "invoice", inputSchema: { type: "object" } }],
  }));
  server.setRequestHandler("tools/call", async () => {
    const { body } = await api.request({ path: "/api/v1/invoices/1?o=1", method: "GET" });
    return { content: [{ type: "text", text: JSON.stringify(await body.json()) }] };
  });
  return server;
});
const http = createServer(getRequestListener((request) => handler.fetch(request)));
http.listen(0, "127.0.0.1", () => {
  const address = http.address();
  if (address !== null && typeof address === "object") process.stdout.write(`http://127.0.0.1:${address.port}/mcp\n`);
});
