import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startSimulator } from "../src/simulator/index.ts";
import { median, printTable } from "./table.ts";

/**
 * What `serve` takes besides a bare server of the same SDK: authentication, membership, limits, logs, metrics, the record.
 * Each is a process of its own and asked in turn, so that both meet the same machine. Argument: seconds per round (5).
 */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SECONDS = Number(process.argv[2] ?? "5");
const ROUNDS = 3;
const CLIENTS = 8;

const key = `inv_${"b".repeat(43)}`;
const meta = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

interface Target {
  readonly name: string;
  readonly url: string;
  readonly tool: string;
  readonly args: object;
}

interface Round {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

async function asked({ url, tool, args }: Target, id: number): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      authorization: `Bearer ${key}`,
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": tool,
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id,
      method: "tools/call",
      params: { name: tool, arguments: args, _meta: meta },
    }),
  });
  const text = await response.text();
  if (response.status !== 200 || text.includes('"isError":true') || text.includes('"error"')) {
    throw new Error(`${url}: ${response.status} ${text.slice(0, 300)}`);
  }
}

async function round(target: Target): Promise<Round> {
  const times: number[] = [];
  const end = performance.now() + SECONDS * 1000;
  let id = 0;
  const client = async () => {
    while (performance.now() < end) {
      const began = performance.now();
      await asked(target, ++id);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { perSecond: times.length / SECONDS, p50: at(0.5), p99: at(0.99) };
}

const children: ChildProcess[] = [];

function started(args: readonly string[], env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [...args], { cwd: ROOT, env, stdio: ["ignore", "pipe", "ignore"] });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.stdout.setEncoding("utf8").once("data", (text: string) => resolve(text.trim()));
    child.once("exit", (code) => reject(new Error(`ended with ${code}`)));
  });
}

const folder = await mkdtemp(join(tmpdir(), "invoicing-bench-"));
const simulator = await startSimulator();
try {
  const access = join(folder, "access.json");
  const organization = {
    id: simulator.organization_id,
    base_url: simulator.url,
    token_env: "TOKEN",
    mode: "full",
    members: [{ key: "bench" }],
  };
  const keys = [{ name: "bench", sha256: createHash("sha256").update(key).digest("hex") }];
  await writeFile(access, JSON.stringify({ version: 1, keys, organizations: [organization] }));
  const path = { PATH: process.env["PATH"] ?? "", HOME: folder };
  const bare = await started(["--import", "tsx", join(ROOT, "bench", "hosted-bare.ts")], path);
  const ours = await started([join(ROOT, "dist", "cli.js"), "serve"], {
    ...path,
    TOKEN: simulator.token,
    INVOICES_HTTP_LISTEN: "127.0.0.1:0",
    INVOICES_HTTP_ADMIN_LISTEN: "127.0.0.1:0",
    INVOICES_HTTP_ACCESS: access,
    INVOICES_HTTP_CALLS_PER_MINUTE: "100000",
    INVOICES_HTTP_CONCURRENT: "100",
    INVOICES_DATA_DIR: join(folder, "state"),
  });
  const targets: readonly Target[] = [
    { name: "bare server, one tool that says a word", url: bare, tool: "word", args: {} },
    { name: "serve, list_operations (SQLite)", url: ours, tool: "list_operations", args: {} },
  ];
  const rounds = new Map<string, Round[]>(targets.map(({ name }) => [name, []]));
  for (const target of targets) await asked(target, 0);
  for (let count = 0; count < ROUNDS; count += 1) {
    for (const target of targets) rounds.get(target.name)?.push(await round(target));
  }
  printTable(
    `${CLIENTS} clients at a time, ${SECONDS} s a round, the middle of ${ROUNDS} rounds`,
    ["", "calls a second", "p50 ms", "p99 ms"],
    [...rounds].map(([name, all]) => [
      name,
      median(all.map(({ perSecond }) => perSecond)).toFixed(0),
      median(all.map(({ p50 }) => p50)).toFixed(1),
      median(all.map(({ p99 }) => p99)).toFixed(1),
    ]),
  );
} finally {
  for (const child of children) child.kill("SIGTERM");
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
}
