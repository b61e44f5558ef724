import { MultiServerMCPClient } from "@langchain/mcp-adapters";

export async function connect() {
  const client = new MultiServerMCPClient({
    invoicing: { transport: "stdio", command: "npx", args: ["-y", "invoicing-mcp", "--demo"] },
  });
  // For createAgent({ model, tools }).
  return { client, tools: await client.getTools() };
}
