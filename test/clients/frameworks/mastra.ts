import { MCPClient, type MCPInputRequestHandler } from "@mastra/mcp";

/** `askPerson` shows the form to a person, never to a model, and answers what the person chose. */
export async function connect(askPerson: MCPInputRequestHandler) {
  const client = new MCPClient({
    servers: {
      invoicing: { command: "npx", args: ["-y", "invoicing-mcp", "--demo"], inputRequests: askPerson },
    },
  });
  // For new Agent({ tools }).
  return { client, tools: await client.listTools() };
}
