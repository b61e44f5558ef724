import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { isJsonObject } from "../src/domain/json.ts";
import { startSimulator } from "../src/simulator/index.ts";
import { answered, bareNode, type Start } from "./stdio-process.ts";
import { machine, median, printTable } from "./table.ts";

/**
 * From the start of the process to the list of tools and to a first call, beside a Node that does nothing, a server of one
 * tool on each SDK, and other servers of billing services. In turns, so that a busy machine slows all; ratios are medians
 * of pairs. The others are installed from npm into a folder that is removed afterwards. `ROUNDS` and `PEERS=0` in the
 * environment: how often (default 15), and without the others.
 */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const ROUNDS = Number(process.env["ROUNDS"] ?? 15);
const folder = mkdtempSync(join(tmpdir(), "bench-"));
const ENV = { PATH: process.env["PATH"] ?? "", HOME: folder };

interface Contender extends Start {
  readonly name: string;
  readonly era: "2025" | "2026";
  /** A first call that needs no account. */
  readonly call?: { readonly name: string; readonly arguments: object };
  /** What was installed for it: packages, MiB. */
  readonly installed?: readonly [packages: number, mib: number];
}

const CALL = { name: "list_invoices", arguments: {} };
const OWN: readonly Contender[] = [
  {
    name: "invoicing-mcp, 2025 era",
    command: [join(ROOT, "dist", "cli.js"), "--demo"],
    env: ENV,
    era: "2025",
    call: CALL,
  },
  {
    name: "invoicing-mcp, 2026 era",
    command: [join(ROOT, "dist", "cli.js"), "--demo"],
    env: ENV,
    era: "2026",
    call: CALL,
  },
  ...(["1", "2"] as const).map(
    (line): Contender => ({
      name: `one tool on SDK ${line}.x`,
      command: [join(ROOT, "bench", "servers", `one-tool-${line}.mjs`)],
      env: ENV,
      era: "2025",
      call: { name: "echo", arguments: { text: "x" } },
    }),
  ),
];

/** Package, its command, arguments and settings with which it starts without an account. */
const PEERS: readonly (readonly [spec: string, bin: string, args: readonly string[], env: Record<string, string>])[] = [
  ["@stripe/mcp@0.2.5", "mcp", ["--tools=all", "--api-key=sk_test_x"], {}],
  ["@xeroapi/xero-mcp-server", "xero-mcp-server", [], { XERO_CLIENT_ID: "x", XERO_CLIENT_SECRET: "x" }],
  ["square-mcp-server", "square-mcp-server", ["start"], { ACCESS_TOKEN: "x", SANDBOX: "true" }],
  ["quickbooks-mcp", "quickbooks-mcp", [], {}],
  ["@paddle/paddle-mcp", "paddle", ["--api-key=pdl_sdbx_x", "--environment=sandbox"], {}],
];

// The API in a process of its own, as it is in earnest: this one.
const api = await startSimulator();
const ELSEWHERE: readonly Contender[] = (["2025", "2026"] as const).map((era) => ({
  name: `invoicing-mcp, ${era} era, API elsewhere`,
  command: [join(ROOT, "dist", "cli.js")],
  env: { ...ENV, INVOICES_BASE_URL: api.url, INVOICES_API_TOKEN: api.token },
  era,
  call: CALL,
}));

try {
  const contenders = [...ELSEWHERE, ...OWN, ...(process.env["PEERS"] === "0" ? [] : PEERS.flatMap(install))];
  await measure(contenders);
} finally {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
}

function install([spec, bin, args, env]: (typeof PEERS)[number]): Contender[] {
  const home = join(folder, spec.replaceAll(/[@/]/g, "_"));
  mkdirSync(home);
  writeFileSync(join(home, "package.json"), '{ "private": true }\n');
  try {
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", spec], {
      cwd: home,
      stdio: "ignore",
    });
  } catch {
    process.stderr.write(`${spec}: cannot be installed; left out.\n`);
    return [];
  }
  const modules = join(home, "node_modules");
  const [packages, bytes] = contents(modules);
  const { version } = manifestOf(join(modules, spec.replace(/(.)@[^@/]*$/, "$1")));
  return [
    {
      name: `${spec.replace(/(.)@[^@/]*$/, "$1")} ${version}`,
      command: [join(modules, ".bin", bin), ...args],
      env: { ...ENV, ...env },
      era: "2025",
      installed: [packages, bytes / 1024 ** 2],
    },
  ];
}

function manifestOf(home: string): { readonly version: string } {
  const manifest: unknown = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  return { version: isJsonObject(manifest) ? String(manifest["version"]) : "" };
}

/** Packages below a folder, each by its manifest with a name, and all bytes. */
function contents(home: string): readonly [packages: number, bytes: number] {
  let [packages, bytes] = [0, 0];
  for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    bytes += statSync(join(entry.parentPath, entry.name)).size;
    if (entry.name === "package.json" && /node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+$/.test(entry.parentPath))
      packages += 1;
  }
  return [packages, bytes];
}

interface Result {
  readonly contender: Contender;
  /** Times against the bare Node of the same round. */
  readonly list: number[];
  readonly call: number[];
  readonly peak: number[];
  answer: string;
  failed: boolean;
}

async function measure(contenders: readonly Contender[]): Promise<void> {
  const bare: number[] = [];
  const results = contenders.map(
    (contender): Result => ({
      contender,
      list: [],
      call: [],
      peak: [],
      answer: "",
      failed: false,
    }),
  );
  for (let round = 0; round <= ROUNDS; round += 1) {
    const floor = await bareNode();
    // The first round reads the files into memory and is not counted.
    if (round > 0) bare.push(floor);
    for (const result of results) {
      if (result.failed) continue;
      try {
        const { contender } = result;
        const list = await answered(contender, contender.era);
        const call = contender.call === undefined ? null : await answered(contender, contender.era, contender.call);
        if (round === 0) continue;
        result.list.push(list.ms / floor);
        result.peak.push(list.peak);
        result.answer = list.answer;
        if (call !== null) result.call.push(call.ms / floor);
      } catch (error) {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        result.failed = true;
      }
    }
  }
  const floor = median(bare);
  const times = (ratios: readonly number[]) => (ratios.length === 0 ? "" : `${median(ratios).toFixed(2)} ×`);
  const millis = (ratios: readonly number[]) => (ratios.length === 0 ? "" : (median(ratios) * floor).toFixed(0));
  printTable(
    `Start, ${ROUNDS} rounds, ${machine()}`,
    [
      "",
      "to the list",
      "about ms",
      "to a first call",
      "about ms",
      "peak MiB at the list",
      "tools",
      "tokens of the list",
      "packages",
      "MiB installed",
    ],
    [
      ["`node -e 0`", "1 ×", floor.toFixed(0), "", "", "", "", "", "", ""],
      ...results.map(({ contender, list, call, peak, answer, failed }) => {
        const [tools, tokens] = failed ? ["no answer", ""] : listed(answer);
        const [packages, mib] = contender.installed ?? [];
        return [
          contender.name,
          times(list),
          millis(list),
          times(call),
          millis(call),
          failed ? "" : median(peak).toFixed(1),
          tools,
          tokens,
          packages === undefined ? "" : String(packages),
          mib === undefined ? "" : mib.toFixed(1),
        ];
      }),
    ],
  );
}

/** Number of tools, and o200k tokens of what a model is shown: name, description and input schema. */
function listed(answer: string): readonly [tools: string, tokens: string] {
  const message: unknown = JSON.parse(answer);
  const result = isJsonObject(message) && isJsonObject(message["result"]) ? message["result"] : {};
  const tools = Array.isArray(result["tools"]) ? result["tools"].filter(isJsonObject) : [];
  const tokens = tools.reduce(
    (sum, { name, description, inputSchema }) => sum + countTokens(JSON.stringify({ name, description, inputSchema })),
    0,
  );
  return [String(tools.length), String(tokens)];
}
