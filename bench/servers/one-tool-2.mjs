// The same on the 2.x line.
import { McpServer } from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";

const server = new McpServer({ name: "one-tool", version: "1" });
server.registerTool(
  "echo",
  { description: "Say it again.", inputSchema: z.object({ text: z.string() }) },
  ({ text }) => ({
    content: [{ type: "text", text }],
  }),
);
await server.connect(new StdioServerTransport());
