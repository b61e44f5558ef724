import { spawn } from "node:child_process";
import { once } from "node:events";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { median, printTable } from "./table.ts";

/**
 * Time from spawn to the answer of `tools/list` and to that of a first call over stdio, against the time `node -e 0`
 * takes to exit. All are measured in turns, so that a busy machine slows all. Arguments: rounds (default 25), then the
 * built commands to compare (default: dist/cli.js).
 */
const BUILT = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const ROUNDS = Number(process.argv[2] ?? 25);
const COMMANDS = process.argv.length > 3 ? process.argv.slice(3) : [BUILT];

const REQUESTS = [
  {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bench", version: "0" } },
  },
  { jsonrpc: "2.0", method: "notifications/initialized" },
  { jsonrpc: "2.0", id: 2, method: "tools/list" },
  { jsonrpc: "2.0", id: 3, method: "tools/call", params: { name: "list_invoices", arguments: {} } },
];

async function bareNode(): Promise<number> {
  const start = performance.now();
  await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit");
  return performance.now() - start;
}

/** Milliseconds until the answer of that request stood on stdout; nothing after it is asked for. */
async function answered(command: string, last: number, contains: string): Promise<number> {
  const asked = REQUESTS.filter(({ id = 0 }) => id <= last);
  const start = performance.now();
  const server = spawn(process.execPath, [command, "--demo"], { stdio: ["pipe", "pipe", "ignore"] });
  server.stdin.write(asked.map((request) => `${JSON.stringify(request)}\n`).join(""));
  let output = "";
  server.stdout.setEncoding("utf8");
  for await (const chunk of server.stdout) {
    output += String(chunk);
    if (new RegExp(`"id":${last}[,}]`).test(output) && output.endsWith("\n")) break;
  }
  const elapsed = performance.now() - start;
  if (!output.includes(contains)) throw new Error(`${command}: not answered: ${output.slice(-200)}`);
  server.kill();
  if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
  return elapsed;
}

const listed = (command: string) => answered(command, 2, '"tools"');
const called = (command: string) => answered(command, 3, '"structuredContent"');

const bare: number[] = [];
interface Measured {
  readonly name: string;
  readonly command: string;
  readonly list: number[];
  readonly call: number[];
}

const measured = COMMANDS.map(
  (command): Measured => ({ name: relative(process.cwd(), command), command, list: [], call: [] }),
);
await bareNode();
for (const { command } of measured) await called(command);
for (let round = 0; round < ROUNDS; round++) {
  bare.push(await bareNode());
  for (const { command, list, call } of measured) {
    list.push(await listed(command));
    call.push(await called(command));
  }
}

printTable(
  `Start-up, ${ROUNDS} rounds, Node ${process.version}`,
  ["", "median", "min", "max"],
  [
    ["node -e 0 (ms)", ...spread(bare, 1)],
    ...measured.flatMap(({ name, list, call }) => [
      [`${name}: to tools/list (ms)`, ...spread(list, 1)],
      [`${name}: to the first call (ms)`, ...spread(call, 1)],
      [
        `${name}: tools/list against node -e 0`,
        ...spread(
          list.map((time, round) => time / (bare[round] ?? 0)),
          2,
        ),
      ],
    ]),
  ],
);

function spread(values: readonly number[], digits: number): readonly string[] {
  return [median(values), Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
}
