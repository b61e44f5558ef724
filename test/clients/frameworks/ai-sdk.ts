import { createMCPClient, type ElicitationRequest, ElicitationRequestSchema, type ElicitResult } from "@ai-sdk/mcp";
import { StdioMCPTransport } from "@ai-sdk/mcp/mcp-stdio";

/** `askPerson` shows the form to a person, never to a model, and answers what the person chose. */
export async function connect(askPerson: (form: ElicitationRequest["params"]) => Promise<ElicitResult>) {
  const client = await createMCPClient({
    transport: new StdioMCPTransport({ command: "npx", args: ["-y", "invoicing-mcp", "--demo"] }),
    capabilities: { elicitation: {} },
  });
  client.onElicitationRequest(ElicitationRequestSchema, ({ params }) => askPerson(params));
  // For generateText({ model, tools }).
  return { client, tools: await client.tools() };
}
