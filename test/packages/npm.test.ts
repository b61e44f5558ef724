import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCli } from "../harness/cli-process.ts";
import { CLIENTS } from "../harness/mcp-clients.ts";
import { LISTED_NAMES } from "../harness/mcp-tools.ts";
import { doTheJob } from "../interop/job.ts";
import { npm, type Registry, startRegistry } from "./registry.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** What the package asks for besides itself: SQLite, for a Node without it, and the system's keyring. */
const OPTIONAL = ["@napi-rs/keyring", "@photostructure/sqlite", "node-addon-api", "node-gyp-build"];
const hasSqlite = process.getBuiltinModule?.("node:sqlite") !== undefined;

let place: string;
let registry: Registry;

beforeAll(async () => {
  buildCli();
  place = mkdtempSync(join(tmpdir(), "invoicing-npm-"));
  mkdirSync(join(place, "store"));
  const folders = [ROOT, ...OPTIONAL.map((name) => join(ROOT, "node_modules", name))];
  registry = await startRegistry(folders, join(place, "store"));
}, 120_000);
afterAll(async () => {
  await registry.close();
  rmSync(place, { recursive: true, force: true });
});

/** A person's machine: an empty home, npm as it comes, this registry. */
function machine(name: string) {
  const home = join(place, name);
  const cwd = join(home, "ein leerer Ordner");
  mkdirSync(cwd, { recursive: true });
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    USERPROFILE: home,
    XDG_STATE_HOME: join(home, "state"),
    npm_config_registry: registry.url,
    npm_config_cache: join(home, "cache"),
    npm_config_update_notifier: "false",
    npm_config_audit: "false",
  };
  return { cwd, env };
}

describe("the npm package", () => {
  it("starts by npx in an empty folder and does the whole job", { timeout: 120_000 }, async () => {
    const { cwd, env } = machine("npx");
    const started = { command: "npx", before: ["--yes", "invoicing-mcp"], cwd };
    const client = await CLIENTS["sdk 1.x"]({ args: ["--demo"], env, started });
    try {
      expect((await client.listTools()).map((tool) => tool["name"])).toEqual(LISTED_NAMES);
      await doTheJob(client);
    } finally {
      await client.close();
    }
    expect(readdirSync(cwd)).toEqual([]);
  });

  it("installs itself, SQLite where Node may have none, and the keyring: nothing that is inside already", {
    timeout: 120_000,
  }, async () => {
    const { cwd, env } = machine("installed");
    const from = registry.asked.length;
    writeFileSync(join(cwd, "package.json"), '{ "name": "empty", "private": true }\n');
    await npm(["install", "invoicing-mcp"], { cwd, env });
    // The keyring has a package for each system.
    const asked = registry.asked.slice(from).filter((name) => !name.startsWith("@napi-rs/keyring-"));
    expect(new Set(asked)).toEqual(new Set(["invoicing-mcp", ...OPTIONAL]));
    const files = readdirSync(join(cwd, "node_modules", "invoicing-mcp"), { recursive: true, encoding: "utf8" });
    expect(
      files
        .map((file) => file.replaceAll("\\", "/"))
        .filter((file) => !/^dist(\/[\w-]+\.js|\/tools-[\da-f]{8}\.json)?$/.test(file))
        .sort(),
    ).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "README.de.md",
      "README.md",
      "dist/LICENSES.txt",
      "dist/package.json",
      "package.json",
    ]);
    expect(await npm(["exec", "--offline", "invoicing-mcp", "--", "--version"], { cwd, env })).toMatch(
      /^\d+\.\d+\.\d+\n$/,
    );
  });

  it.runIf(hasSqlite)(
    "does the job without the optional package where Node has SQLite",
    { timeout: 120_000 },
    async () => {
      const { cwd, env } = machine("omitted");
      const started = { command: "npx", before: ["--yes", "--omit=optional", "invoicing-mcp"], cwd };
      const client = await CLIENTS["sdk 1.x"]({ args: ["--demo"], env, started });
      try {
        await doTheJob(client);
      } finally {
        await client.close();
      }
      const installed = readdirSync(join(env.npm_config_cache, "_npx"), { recursive: true, encoding: "utf8" });
      expect(installed.some((file) => /photostructure|napi-rs/.test(file))).toBe(false);
      expect(existsSync(cwd)).toBe(true);
    },
  );
});
