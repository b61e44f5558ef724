import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Agent } from "undici";
import { isJsonObject } from "../src/domain/json.ts";
import { startSimulator } from "../src/simulator/index.ts";
import { cpuMs, machine, median, printTable } from "./table.ts";

/**
 * What a read costs through the server, against the bare request on a kept connection: in turns, at an API that answers at
 * once and at one that takes 50 ms. `ROUNDS` in the environment: how often (default 60).
 */
const ROUNDS = Number(process.env["ROUNDS"] ?? 60);
const CLI = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

if (process.argv[2] === "--api") await serveApi(Number(process.argv[3]));
else await measure();

/** The simulator behind a door that opens after `delay` ms, in a process of its own. */
async function serveApi(delay: number): Promise<void> {
  const simulator = await startSimulator();
  const target = new URL(simulator.url);
  const door = createServer((incoming, outgoing) => {
    setTimeout(() => {
      const { method, url: path, headers } = incoming;
      const forward = request({ host: target.hostname, port: target.port, method, path, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(forward);
    }, delay);
  });
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  const address = door.address();
  process.send?.({
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    token: simulator.token,
    organization: simulator.organization_id,
  });
}

async function measure(): Promise<void> {
  const rows: string[][] = [];
  for (const delay of [0, 50]) rows.push(...(await withApi(delay)));
  printTable(
    `A read (get_invoice), ${ROUNDS} rounds; ${machine()}`,
    [
      "",
      "bare request, ms",
      "through the server, ms",
      "median of pairs",
      "processor ms of a bare request",
      "of the server in a call",
    ],
    rows,
  );
}

async function withApi(delay: number): Promise<string[][]> {
  const api = spawn(process.execPath, ["--import", "tsx", fileURLToPath(import.meta.url), "--api", String(delay)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const folder = mkdtempSync(join(tmpdir(), "calls-"));
  const [started]: unknown[] = await once(api, "message");
  const { url, token, organization } = isJsonObject(started) ? started : {};
  const headers = { authorization: `Bearer ${String(token)}`, accept: "application/vnd.api+json" };
  const agent = new Agent({ connections: 1 });
  const bare = async (path: string): Promise<unknown> => {
    const { body } = await agent.request({ origin: String(url), path, method: "GET", headers });
    return body.json();
  };
  const client = new Client({ name: "bench", version: "0" });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [CLI],
    env: {
      INVOICES_BASE_URL: String(url),
      INVOICES_API_TOKEN: String(token),
      INVOICES_ORGANIZATION_ID: String(organization),
      INVOICES_DATA_DIR: folder,
    },
    stderr: "ignore",
  });
  await client.connect(transport);
  const list = await bare(`/api/v1/invoices?o=${String(organization)}&page[size]=30`);
  const data = isJsonObject(list) && Array.isArray(list["data"]) ? list["data"].filter(isJsonObject) : [];
  const ids = data.map(({ id }) => String(id));
  const [direct, through, pairs]: [number[], number[], number[]] = [[], [], []];
  let [ownBefore, serverBefore, own] = [0, 0, 0];
  for (let round = -10; round < ROUNDS; round += 1) {
    // One after another: the API takes few identical requests in a second.
    const id = ids[(round + 10) % ids.length];
    if (round === 0) serverBefore = await cpuMs(transport.pid);
    ownBefore = ownCpuMs();
    const alone = await timed(() => bare(`/api/v1/invoices/${id}?o=${String(organization)}&include=items,customer`));
    if (round >= 0) own += ownCpuMs() - ownBefore;
    const called = await timed(() => client.callTool({ name: "get_invoice", arguments: { invoice_id: id } }));
    if (round < 0) continue;
    direct.push(alone);
    through.push(called);
    pairs.push(called / alone);
  }
  const server = (await cpuMs(transport.pid)) - serverBefore;
  await client.close();
  await agent.close();
  api.kill();
  rmSync(folder, { recursive: true, force: true });
  return [
    [
      delay === 0 ? "an API that answers at once" : `an API that takes ${delay} ms`,
      median(direct).toFixed(1),
      median(through).toFixed(1),
      `${median(pairs).toFixed(2)} ×`,
      (own / ROUNDS).toFixed(2),
      (server / ROUNDS).toFixed(2),
    ],
  ];
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
