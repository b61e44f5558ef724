import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Agent } from "undici";
import { bareNode } from "./stdio-process.ts";
import { cpuMs, machine, median, printTable } from "./table.ts";

/**
 * What `serve` takes besides a bare server of the same SDK: authentication, membership, limits, logs, metrics, checks and
 * wording of an invoice. Both ask the same API, which takes 5 ms. All are processes of their own, the servers asked in turn,
 * so that both meet the same machine. Argument: seconds per round (5). Linux alone: processor time is read from /proc.
 */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SECONDS = Number(process.argv[2] ?? "5");
const ROUNDS = 3;
const STARTS = 7;
const CLIENTS = 8;
const WARM_UP = 3_000;
/** Enough that the API's published limits, which hold for each, are not met. */
const ORGANIZATIONS = 100;

const key = `inv_${"b".repeat(43)}`;
const meta = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

interface Target {
  readonly name: string;
  readonly process: ChildProcess;
  readonly tool: string;
  readonly url: (id: number) => string;
  readonly args: (id: number) => object;
}

interface Round {
  readonly perSecond: number;
  readonly cpuMs: number;
  readonly p50: number;
  readonly p99: number;
}

const connections = new Agent({ connections: CLIENTS });

async function asked({ url, tool, args }: Target, id: number): Promise<void> {
  const { statusCode, body } = await connections.request({
    origin: new URL(url(id)).origin,
    path: new URL(url(id)).pathname,
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
      params: { name: tool, arguments: args(id), _meta: meta },
    }),
  });
  const text = await body.text();
  if (statusCode !== 200 || text.includes('"isError":true') || text.includes('"error"')) {
    throw new Error(`${url(id)}: ${statusCode} ${text.slice(0, 300)}`);
  }
}

let id = 0;

async function round(target: Target): Promise<Round> {
  const times: number[] = [];
  const before = await cpuMs(target.process.pid);
  const end = performance.now() + SECONDS * 1000;
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
  const spent = (await cpuMs(target.process.pid)) - before;
  return { perSecond: times.length / SECONDS, cpuMs: spent / times.length, p50: at(0.5), p99: at(0.99) };
}

const children: ChildProcess[] = [];

async function started(args: readonly string[], env: Record<string, string>): Promise<[string, ChildProcess]> {
  const child = spawn(process.execPath, [...args], { cwd: ROOT, env, stdio: ["ignore", "pipe", "ignore"] });
  children.push(child);
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding("utf8").once("data", (text: string) => resolve(text.trim()));
    child.once("exit", (code) => reject(new Error(`ended with ${code}`)));
  });
  return [url, child];
}

/** Times against a Node that does nothing, in turns: until it listens, and until a first call is answered. */
async function coldStarts(all: readonly { readonly name: string; readonly start: () => Promise<Target> }[]) {
  const rows = all.map(({ name, start }) => {
    const [listens, called]: [number[], number[]] = [[], []];
    return { name, start, listens, called };
  });
  for (let count = 0; count <= STARTS; count += 1) {
    const floor = await bareNode();
    for (const { start, listens, called } of rows) {
      const began = performance.now();
      const target = await start();
      const until = performance.now() - began;
      await asked(target, ++id);
      const answered = performance.now() - began;
      target.process.kill("SIGKILL");
      // The first round reads the files into memory.
      if (count === 0) continue;
      listens.push(until / floor);
      called.push(answered / floor);
    }
  }
  const times = (ratios: readonly number[]) => `${median(ratios).toFixed(2)} ×`;
  printTable(
    `Cold start against \`node -e 0\`, ${STARTS} rounds, ${machine()}`,
    ["", "listens", "first call answered"],
    rows.map(({ name, listens, called }) => [name, times(listens), times(called)]),
  );
}

const folder = await mkdtemp(join(tmpdir(), "invoicing-bench-"));
try {
  const path = { PATH: process.env["PATH"] ?? "", HOME: folder };
  const [api] = await started(["--import", "tsx", join(ROOT, "bench", "hosted-api.ts")], path);
  const access = join(folder, "access.json");
  const organizations = Array.from({ length: ORGANIZATIONS }, (_, index) => ({
    id: `bench-${index}`,
    base_url: api,
    token_env: "BENCH_TOKEN",
    mode: "full",
    members: [{ key: "bench" }],
  }));
  const keys = [{ name: "bench", sha256: createHash("sha256").update(key).digest("hex") }];
  await writeFile(access, JSON.stringify({ version: 1, keys, organizations }));
  const settings = {
    ...path,
    BENCH_TOKEN: "bench",
    INVOICES_HTTP_LISTEN: "127.0.0.1:0",
    INVOICES_HTTP_ADMIN_LISTEN: "127.0.0.1:0",
    INVOICES_HTTP_ACCESS: access,
    INVOICES_HTTP_CALLS_PER_MINUTE: "100000",
    INVOICES_HTTP_CONCURRENT: "100",
    INVOICES_DATA_DIR: join(folder, "state"),
  };
  const startBare = async (): Promise<Target> => {
    const [url, process] = await started([join(ROOT, "bench", "servers", "one-tool-http.mjs"), api], path);
    const name = "bare server, one tool that passes an invoice on";
    return { name, process, url: () => url, tool: "invoice", args: () => ({}) };
  };
  const startOurs = async (): Promise<Target> => {
    const [url, process] = await started([join(ROOT, "dist", "cli.js"), "serve"], settings);
    const at = (id: number) => `${url}/o/bench-${id % ORGANIZATIONS}`;
    const args = (id: number) => ({ invoice_id: `invoice-${id}` });
    return { name: "serve, get_invoice", process, url: at, tool: "get_invoice", args };
  };
  await coldStarts([
    { name: "bare server, one tool", start: startBare },
    { name: "serve, get_invoice", start: startOurs },
  ]);
  const ours = await startOurs();
  const targets: readonly Target[] = [
    await startBare(),
    ours,
    {
      ...ours,
      name: "serve, list_operations (no request; its record in SQLite)",
      tool: "list_operations",
      args: () => ({}),
    },
  ];
  // The first call of each organization asks the API who it is, and code that is new runs slower than it will all day.
  for (const target of targets) {
    const client = async () => {
      for (let count = 0; count < WARM_UP / CLIENTS; count += 1) await asked(target, ++id);
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
  }
  const rounds = new Map<string, Round[]>(targets.map(({ name }) => [name, []]));
  for (let count = 0; count < ROUNDS; count += 1) {
    for (const target of targets) rounds.get(target.name)?.push(await round(target));
  }
  printTable(
    `${CLIENTS} clients at a time, ${SECONDS} s a round, the middle of ${ROUNDS} rounds`,
    ["", "calls a second", "processor ms a call", "p50 ms", "p99 ms"],
    [...rounds].map(([name, all]) => [
      name,
      median(all.map(({ perSecond }) => perSecond)).toFixed(0),
      median(all.map(({ cpuMs: spent }) => spent)).toFixed(2),
      median(all.map(({ p50 }) => p50)).toFixed(1),
      median(all.map(({ p99 }) => p99)).toFixed(1),
    ]),
  );
} finally {
  for (const child of children) child.kill("SIGTERM");
  await connections.close();
  await rm(folder, { recursive: true, force: true });
}
