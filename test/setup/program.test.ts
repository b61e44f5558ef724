import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { configuredProgram, configuredStart, flagsIn, type OwnProgram, startsThis } from "../../src/setup/program.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "invoicing program "));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const own = (more: Partial<OwnProgram> = {}): OwnProgram => ({
  platform: "linux",
  node: "/opt/node/bin/node",
  embedded: false,
  node_options: [],
  script: "/opt/x/dist/cli.js",
  ...more,
});

/** As npx leaves it beside what it unpacked. */
function npxCache(name: string, note: object | null): string {
  const cache = join(folder, name, "_npx", "0123abcd");
  mkdirSync(join(cache, "node_modules"), { recursive: true });
  if (note !== null) writeFileSync(join(cache, "package.json"), JSON.stringify(note));
  return join(cache, "node_modules", "invoicing-mcp", "dist", "cli.js");
}

describe("the program that is configured", () => {
  it("is npx with the words it was given, where npx started it", () => {
    const script = npxCache("words", { dependencies: {}, _npx: { packages: ["invoicing-mcp@0.1"] } });
    expect(configuredProgram(own({ script }))).toEqual({ command: "npx", args: ["-y", "invoicing-mcp@0.1"] });
    expect(configuredProgram(own({ script, platform: "win32" }))).toEqual({
      command: "cmd",
      args: ["/c", "npx", "-y", "invoicing-mcp@0.1"],
    });
  });

  it("is the file itself where npx's words would mean something else in another folder, or are not there", () => {
    for (const [name, note] of [
      ["relative", { _npx: { packages: ["./invoicing-mcp-0.1.0.tgz"] } }],
      ["file", { _npx: { packages: ["file:../x.tgz"] } }],
      ["other", {}],
      ["none", null],
    ] as const) {
      const script = npxCache(name, note);
      expect(configuredProgram(own({ script }))).toEqual({ command: "/opt/node/bin/node", args: [script] });
    }
  });

  it("is Node by its full path, with its options; another program's own Node is not named", () => {
    expect(configuredProgram(own({ node_options: ["--use-system-ca"] }))).toEqual({
      command: "/opt/node/bin/node",
      args: ["--use-system-ca", "/opt/x/dist/cli.js"],
    });
    expect(configuredProgram(own({ embedded: true })).command).toBe("node");
  });

  it("keeps what the old entry limits, unless it is given anew", () => {
    const config = loadConfig({ mode: "draft-only", "data-dir": folder }, {}, true);
    const old = {
      command: "npx",
      args: ["invoicing-mcp", "--mode=read-only", "--policy", "/p.json", "--organization", "1"],
      env: { INVOICES_CONFIRM: "page", INVOICES_API_TOKEN: "old", INVOICES_MODE: "read-only", X: "y" },
    };
    const wanted = { config, demo: false, organization_id: "2", token: null, network: {} };
    const anew = configuredStart(own(), { ...wanted, given: new Set(["mode"]) }, old);
    expect(flagsIn(anew.args)).toEqual({ mode: "draft-only", policy: "/p.json", organization: "2" });
    expect(anew.env).toEqual({ INVOICES_CONFIRM: "page", X: "y" });
    const kept = configuredStart(own(), { ...wanted, given: new Set() }, old);
    expect(flagsIn(kept.args)).toMatchObject({ mode: "read-only" });
  });

  it.each([
    [{ command: "npx", args: ["-y", "invoicing-mcp"] }, true],
    [{ command: "cmd", args: ["/c", "npx", "-y", "invoicing-mcp@0.1.0"] }, true],
    [{ command: "/usr/local/bin/invoicing-mcp", args: [] }, true],
    [{ command: "node", args: ["C:\\x\\node_modules\\invoicing-mcp\\dist\\cli.js"] }, true],
    [{ command: "npx", args: ["-y", "other-invoicing-mcp"] }, false],
    [{ command: "npx", args: ["-y", "invoicing-mcp-pro"] }, false],
    [{ command: "node", args: ["/nowhere/dist/cli.js"] }, false],
  ])("is known again: %j %s", (start, expected) => {
    expect(startsThis({ ...start, env: {} })).toBe(expected);
  });
});
