import { createServer, request, type Server } from "node:http";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isJsonObject } from "../../src/domain/json.ts";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { type Home, makeHome } from "../harness/cli-process.ts";
import { CLIENTS } from "../harness/mcp-clients.ts";

/** Reads of one client that do not need each other, over the command itself. */
const AT_ONCE = 5;

let simulator: RunningSimulator;
let door: Server;
let home: Home;
let url: string;
let held: (() => void)[];
let connections: number;

beforeEach(async () => {
  simulator = await startSimulator();
  const target = new URL(simulator.url);
  held = [];
  connections = 0;
  // Opens only when all of them stand before it.
  door = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const pass = () => {
      const onward = request({ host: target.hostname, port: target.port, method, path, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(onward);
    };
    if (!/\/invoices\/[^/?]+\?/.test(path ?? "")) return pass();
    held.push(pass);
    if (held.length === AT_ONCE) for (const one of held.splice(0)) one();
  });
  door.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  const address = door.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  url = `http://127.0.0.1:${address.port}`;
  home = makeHome();
});
afterEach(async () => {
  door.closeAllConnections();
  await new Promise((resolve) => door.close(resolve));
  await simulator.close();
  home.remove();
});

it.each(["client 2.x, 2025 era", "client 2.x, auto"] as const)("%s reads side by side", async (name) => {
  const client = await CLIENTS[name]({
    args: [],
    env: {
      ...home.env(),
      INVOICES_BASE_URL: url,
      INVOICES_API_TOKEN: simulator.token,
      INVOICES_ORGANIZATION_ID: simulator.organization_id,
    },
    person: "none",
  });
  try {
    const { structured } = await client.callTool("list_invoices", { limit: AT_ONCE, response_format: "detailed" });
    const rows = Array.isArray(structured["invoices"]) ? structured["invoices"].filter(isJsonObject) : [];
    expect(rows).toHaveLength(AT_ONCE);
    for (let round = 0; round < 2; round += 1) {
      const answers = await Promise.all(
        rows.map(({ id }) => client.callTool("get_invoice", { invoice_id: String(id) })),
      );
      expect(answers.map(({ structured: { invoice } }) => (isJsonObject(invoice) ? invoice["id"] : null))).toEqual(
        rows.map(({ id }) => id),
      );
    }
    expect(connections).toBeLessThanOrEqual(AT_ONCE + 1);
  } finally {
    await client.close();
  }
});
