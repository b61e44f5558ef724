import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";

/** A client that starts the server, makes one call, and never answers the form. Told by argument: server, tool call. */
const [command = "", argsText = "[]", tool = "", callText = "{}"] = process.argv.slice(2);
const client = new Client({ name: "dying", version: "1" }, { capabilities: { elicitation: { form: {} } } });
client.setRequestHandler(ElicitRequestSchema, () => {
  process.stdout.write("asked\n");
  return new Promise(() => {});
});
const transport = new StdioClientTransport({
  command,
  args: JSON.parse(argsText),
  env: { ...definedEnv() },
  stderr: "ignore",
});
await client.connect(transport);
process.stdout.write(`server ${transport.pid}\n`);
await client.callTool({ name: tool, arguments: JSON.parse(callText) }).catch(() => {});

function definedEnv(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
