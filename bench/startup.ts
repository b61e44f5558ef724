import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { median, printTable } from "./table.ts";

/**
 * Time from spawn to the answer of `tools/list` over stdio, against the time `node -e 0` takes to exit. The two are
 * measured in turns, so that a busy machine slows both. Argument: rounds (default 25).
 */
const CLI = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const ROUNDS = Number(process.argv[2] ?? 25);

const REQUESTS = [
  {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bench", version: "0" } },
  },
  { jsonrpc: "2.0", method: "notifications/initialized" },
  { jsonrpc: "2.0", id: 2, method: "tools/list" },
];
const INPUT = REQUESTS.map((request) => `${JSON.stringify(request)}\n`).join("");

async function bareNode(): Promise<number> {
  const start = performance.now();
  await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit");
  return performance.now() - start;
}

async function toolsList(): Promise<number> {
  const start = performance.now();
  const server = spawn(process.execPath, [CLI, "--demo"], { stdio: ["pipe", "pipe", "ignore"] });
  server.stdin.write(INPUT);
  let output = "";
  server.stdout.setEncoding("utf8");
  for await (const chunk of server.stdout) {
    output += String(chunk);
    if (/"id":2[,}]/.test(output) && output.endsWith("\n")) break;
  }
  const elapsed = performance.now() - start;
  if (!output.includes('"tools"')) throw new Error(`No list of tools: ${output.slice(0, 200)}`);
  server.kill();
  if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
  return elapsed;
}

const bare: number[] = [];
const listed: number[] = [];
await bareNode();
await toolsList();
for (let round = 0; round < ROUNDS; round++) {
  bare.push(await bareNode());
  listed.push(await toolsList());
}
const ratios = listed.map((time, round) => time / (bare[round] ?? Number.NaN));

printTable(
  `Start-up, ${ROUNDS} rounds, Node ${process.version}`,
  ["", "median", "min", "max"],
  [
    ["node -e 0 (ms)", ...spread(bare, 1)],
    ["spawn to tools/list (ms)", ...spread(listed, 1)],
    ["ratio", ...spread(ratios, 2)],
  ],
);

function spread(values: readonly number[], digits: number): readonly string[] {
  return [median(values), Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
}
