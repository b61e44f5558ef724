import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { transform } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCli, CLI } from "../harness/cli-process.ts";

const folder = mkdtempSync(join(tmpdir(), "invoicing-entry-"));
const DIST = dirname(CLI);

beforeAll(buildCli);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The built command in a Node that says it is of this version. */
function startedWith(version: string) {
  const pretends = join(folder, `node-${version}.cjs`);
  writeFileSync(
    pretends,
    `Object.defineProperty(process.versions, "node", { value: ${JSON.stringify(version)} });
     Object.defineProperty(process, "versions", { value: { ...process.versions, node: ${JSON.stringify(version)} } });`,
  );
  return spawnSync(process.execPath, ["--require", pretends, CLI, "--demo"], { input: "", encoding: "utf8" });
}

describe("an old Node", () => {
  it.each(["14.21.3", "18.20.8", "20.9.0", "20.18.0"])("%s is told what is needed, and nothing starts", (version) => {
    const { status, stdout, stderr } = startedWith(version);
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(`needs Node 20.18.1 or newer, but was started with Node ${version} (${process.execPath})`);
    expect(stderr).toContain("nothing was done");
  });

  it.each(["20.18.1", "20.100.0", "22.0.0", "100.0.0"])("%s is new enough", (version) => {
    const { status, stderr } = startedWith(version);
    expect(status).toBe(0);
    expect(stderr).not.toContain("needs Node");
  });

  it("can read the first file", async () => {
    const source = readFileSync(CLI, "utf8");
    const [lowered, kept] = await Promise.all(
      ["node14", "esnext"].map((target) => transform(source, { target, format: "cjs" })),
    );
    expect(lowered?.code).toBe(kept?.code);
  });
});

describe("what is built", () => {
  it("is plain code: nothing is unpacked, decoded and compiled at run time", () => {
    const code = readdirSync(DIST)
      .filter((name) => name.endsWith(".js"))
      .map((name) => readFileSync(join(DIST, name), "utf8"))
      .join("\n");
    expect(code).not.toMatch(/node:vm|brotli\w*Sync\(Buffer|\beval\(/);
  });

  it("holds the licence of every package inside", () => {
    const licences = readFileSync(join(DIST, "LICENSES.txt"), "utf8");
    for (const name of ["@modelcontextprotocol/server", "big.js", "hono", "undici", "zod"]) {
      expect(licences).toMatch(new RegExp(`^${name} \\d+\\.`, "m"));
    }
  });
});
