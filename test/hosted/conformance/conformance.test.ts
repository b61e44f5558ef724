import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startFixture } from "./server.ts";

/** The official suite, as its command runs it, against our HTTP: every scenario that a revision requires and scores. */

const SUITE = fileURLToPath(
  new URL("../../../node_modules/@modelcontextprotocol/conformance/dist/index.js", import.meta.url),
);
const NODE_20 = new URL("./node-20.mjs", import.meta.url).href;

let fixture: Awaited<ReturnType<typeof startFixture>>;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture?.close());

function run(revision: string): Promise<string> {
  const args = ["--import", NODE_20, SUITE, "server", "--url", fixture.url, "--requirements", revision];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 }, (_error, stdout, stderr) =>
      resolve(`${stdout}${stderr}`),
    );
  });
}

it.each([
  ["2025-11-25", 30],
  ["2026-07-28", 37],
])(
  "passes every scored server scenario of %s",
  async (revision, least) => {
    const output = await run(revision);
    const summary = output.slice(output.lastIndexOf("=== SUMMARY ==="));
    const [scored = "", notScored = ""] = summary.split(/Not scored for/);
    const unscored = new Set([...notScored.matchAll(/[✓✗] ([\w-]+) \(/g)].map(([, name]) => name));
    const results = [...scored.matchAll(/([✓✗]) ([\w-]+): (\d+) passed, (\d+) failed/g)]
      .map(([, mark, name, passed, failed]) => ({ mark, name, passed: Number(passed), failed: Number(failed) }))
      .filter(({ name }) => !unscored.has(name));
    expect(results.length, summary).toBeGreaterThanOrEqual(least);
    expect(results.filter(({ mark, failed, passed }) => mark !== "✓" || failed > 0 || passed === 0)).toEqual([]);
  },
  120_000,
);
