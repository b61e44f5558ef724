import { MCPServerStdio } from "@openai/agents";

export async function connect() {
  const server = new MCPServerStdio({
    name: "invoicing",
    command: "npx",
    args: ["-y", "invoicing-mcp", "--demo"],
  });
  await server.connect();
  // For new Agent({ mcpServers: [server] }).
  return server;
}
