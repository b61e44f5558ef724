import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, parse, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { getMcpConfigForManifest, MANIFEST_SCHEMAS, type McpbManifestAny, unpackExtension } from "@anthropic-ai/mcpb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { tools } from "../../src/tools/index.ts";
import { buildCli, type Home, makeHome } from "../harness/cli-process.ts";
import { CLIENTS } from "../harness/mcp-clients.ts";
import { LISTED_NAMES } from "../harness/mcp-tools.ts";
import { startStrictApi } from "../harness/strict-api.ts";
import { doTheJob } from "../interop/job.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MAX_BYTES = 15 * 1024 * 1024;

let place: string;
let bundle: string;
let extension: string;
let manifest: McpbManifestAny;
let home: Home;

beforeAll(async () => {
  buildCli();
  home = makeHome();
  place = mkdtempSync(join(tmpdir(), "invoicing-mcpb-"));
  const pack = ["--import", "tsx", join(ROOT, "scripts", "pack-mcpb.ts"), place];
  execFileSync(process.execPath, pack, { cwd: ROOT, stdio: "pipe" });
  bundle = join(place, readdirSync(place).find((name) => name.endsWith(".mcpb")) ?? "");
  extension = join(place, "Jürgens Büro (Köln)", "Claude Extensions");
  mkdirSync(extension, { recursive: true });
  await unpackExtension({ mcpbPath: bundle, outputDir: extension, silent: true });
  manifest = MANIFEST_SCHEMAS["0.3"].parse(JSON.parse(readFileSync(join(extension, "manifest.json"), "utf8")));
}, 120_000);
afterAll(() => {
  rmSync(place, { recursive: true, force: true });
  home.remove();
});

/** What a desktop host starts for what the person filled in, by the host's own code. */
async function startedBy(filledIn: Record<string, string | boolean>) {
  const config = await getMcpConfigForManifest({
    manifest,
    extensionPath: extension,
    systemDirs: { HOME: homedir() },
    userConfig: filledIn,
    pathSeparator: sep,
  });
  if (config === undefined) throw new Error("The host would not start it.");
  const { command, args = [], env = {} } = config;
  // The host's own Node; it starts servers in the root folder.
  return {
    started: { command: command === "node" ? process.execPath : command, before: args, cwd: parse(place).root },
    env: { ...home.env(), ...env },
    args: [],
  };
}

describe("the form", () => {
  it("asks in words for people, and passes nothing unfilled on", async () => {
    const form = manifest.user_config ?? {};
    expect(Object.keys(form)).toEqual([
      "api_token",
      "demo",
      "organization_id",
      "base_url",
      "language",
      "mode",
      "confirm",
      "download_dir",
    ]);
    expect(form["api_token"]?.sensitive).toBe(true);
    for (const [name, { title, description, default: preset }] of Object.entries(form)) {
      expect(`${title} ${description}`).not.toMatch(/INVOICES_|`|--/);
      expect(description, name).toMatch(/\.$/);
      expect(preset, name).toBeDefined();
    }
    const { env } = await startedBy({});
    expect(JSON.stringify(env)).not.toContain("${");
  });

  it("says what the tools do with money, and lists every tool", () => {
    expect(manifest.long_description).toMatch(/pay nothing and move no money/);
    expect(manifest.tools?.map(({ name }) => name)).toEqual(tools.map(({ name }) => name));
  });
});

describe("the bundle, unpacked below blanks and umlauts and started from /", () => {
  it("is small, and holds what runs", () => {
    expect(statSync(bundle).size).toBeLessThan(MAX_BYTES);
    expect(readdirSync(extension).sort()).toEqual(["LICENSE", "dist", "icon.png", "manifest.json", "node_modules"]);
    const { width, height } = pngSize(readFileSync(join(extension, "icon.png")));
    expect([width, height]).toEqual([512, 512]);
  });

  it("does the whole job in the demo", { timeout: 120_000 }, async () => {
    const client = await CLIENTS["sdk 1.x"](await startedBy({ demo: true }));
    try {
      expect((await client.listTools()).map((tool) => tool["name"])).toEqual(LISTED_NAMES);
      await doTheJob(client);
    } finally {
      await client.close();
    }
  });

  it("does the whole job for real, with the token from the form", { timeout: 120_000 }, async () => {
    const api = await startStrictApi();
    const client = await CLIENTS["sdk 1.x"](
      await startedBy({ api_token: api.token, organization_id: api.organization_id, base_url: api.url }),
    );
    try {
      await doTheJob(client);
      expect(api.state.outbox.map(({ kind }) => kind)).toEqual(["invoice"]);
    } finally {
      await client.close();
      await api.close();
    }
  });

  it.each([
    ["nothing filled in", {}, "INVOICES_API_TOKEN is not set"],
    ["the mode cleared", { demo: true, mode: "" }, "INVOICES_MODE"],
    ["a wrong way to approve", { demo: true, confirm: "yes" }, "INVOICES_CONFIRM"],
  ])("%s: says so in the chat", async (_, filledIn, words) => {
    const client = await CLIENTS["sdk 1.x"](await startedBy(filledIn));
    try {
      const answer = await client.callTool("list_invoices", {});
      expect(answer).toMatchObject({ isError: true, structured: { error: { effect: "none" } } });
      expect(answer.text).toContain(words);
    } finally {
      await client.close();
    }
  });

  it("has one version with everything else", () => {
    const versions = ["package.json", "server.json", "manifest.json", "package-lock.json"].map(
      (file) =>
        z.looseObject({ version: z.string() }).parse(JSON.parse(readFileSync(join(ROOT, file), "utf8"))).version,
    );
    const asked = spawnSync(process.execPath, [join(extension, "dist", "cli.js"), "--version"], { encoding: "utf8" });
    expect(new Set([...versions, asked.stdout.trim()]).size).toBe(1);
  });
});

function pngSize(png: Buffer): { readonly width: number; readonly height: number } {
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}
