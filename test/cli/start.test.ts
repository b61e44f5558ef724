import { readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isJsonObject } from "../../src/domain/json.ts";
import { buildCli, CLI, type Home, makeHome, startCli } from "../harness/cli-process.ts";
import { envelope } from "../transports/wire.ts";

/**
 * What a start costs, counted exactly: the files that were read when the list was answered, their bytes, and those of the
 * list. A number is raised together with its reason.
 */
const CODE_BYTES = [
  { bytes: 46_000, reason: "settings, modes, the look at the journal, the desk" },
  { bytes: 4_000, reason: "the look at a token that setup has kept, where none is given" },
  { bytes: 4_000, reason: "what else can stand in the journal's place, and the command that helps with each" },
];
/** Models see a third of it; the schemas of answers, which hosts check, are the rest. */
const LIST_BYTES = [
  { bytes: 108_000, reason: "28 tools with the schemas of their answers" },
  { bytes: 1_000, reason: "what sending will fill in, and the numbers of credit note and copy, in those schemas" },
];
/** Each one costs a start; what holds the protocol, the tools or a schema library is none of them. */
const FILES = 6;
const AFTER_THE_LIST = ["stdio", "server", "schemas", "runtime", "open", "undici"];
/** What no read needs, and nobody before it: the protocol's library is most of what a first call would cost. */
const LATE = [
  "stdio",
  "server",
  "match-payments",
  "settle-payments",
  "review-billing",
  "setup",
  "serve",
  "tracing",
  "owner",
];

/** Until a first read is answered, the simulator included. Two of them are what doctor shares with the guard, and serve with the API. */
const FILES_OF_A_READ = 62;
const READ_BYTES = [{ bytes: 1_030_000, reason: "the tool, the journal, schemas, the simulator and an HTTP client" }];

let home: Home;
beforeAll(() => {
  buildCli();
  home = makeHome();
  // Tells at the end which of the bundle's files were loaded.
  writeFileSync(
    join(home.path, "told.cjs"),
    'process.on("exit", () => require("node:fs").writeFileSync(process.env.TOLD, JSON.stringify(Object.keys(require.cache))));',
  );
}, 60_000);
afterAll(() => home.remove());

const OPENINGS = {
  "2025": [
    ["initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } }],
    ["tools/list", {}],
  ],
  "2026": [
    ["server/discover", envelope()],
    ["tools/list", envelope()],
  ],
} as const;

async function start(era: keyof typeof OPENINGS, args: readonly string[], call?: string) {
  const told = join(home.path, `told-${Math.random().toString(36).slice(2)}.json`);
  const cli = startCli(args, home.env({ NODE_OPTIONS: `--require ${join(home.path, "told.cjs")}`, TOLD: told }));
  for (const [method, params] of OPENINGS[era]) await cli.request(method, params);
  const answered = cli.stdout();
  if (call !== undefined) {
    const answer = await cli.request("tools/call", {
      name: call,
      arguments: {},
      ...(era === "2026" ? envelope() : {}),
    });
    expect(isJsonObject(answer["result"]) && answer["result"]["isError"]).not.toBe(true);
  }
  cli.child.stdin.end();
  await cli.finished;
  const loaded: unknown = JSON.parse(readFileSync(told, "utf8"));
  const folder = join(CLI, "..");
  const files = (Array.isArray(loaded) ? loaded.map(String) : []).filter((file) => file.startsWith(folder));
  return { answered, files, names: files.map(nameOf).sort() };
}

/** `main-DJ6zbsx1.js`: main. */
const nameOf = (file: string): string => basename(file, ".js").replace(/-.{8}$/, "");
const sum = (raises: readonly { readonly bytes: number }[]) => raises.reduce((all, { bytes }) => all + bytes, 0);

describe.each(["2025", "2026"] as const)("a start in the %s era", (era) => {
  it.each([{ args: ["--demo"] }, { args: ["--mode=read-only", "--demo"] }, { args: [] }])(
    "reads few files and bytes: $args",
    async ({ args }) => {
      const { answered, files, names } = await start(era, args);
      expect(names.length, names.join(", ")).toBeLessThanOrEqual(FILES);
      for (const late of AFTER_THE_LIST) expect(names).not.toContain(late);
      expect(files.reduce((bytes, file) => bytes + statSync(file).size, 0)).toBeLessThanOrEqual(sum(CODE_BYTES));
      expect(Buffer.byteLength(answered)).toBeLessThanOrEqual(sum(LIST_BYTES));
    },
  );

  it("says the same bytes each time", async () => {
    const [first, second] = [await start(era, ["--demo"]), await start(era, ["--demo"])];
    expect(first.answered).toBe(second.answered);
  });

  it("loads for a read what a read needs", async () => {
    const { files, names } = await start(era, ["--demo"], "list_invoices");
    expect(names).toContain("list-invoices");
    for (const late of LATE) expect(names).not.toContain(late);
    expect(names.length, names.join(", ")).toBeLessThanOrEqual(FILES_OF_A_READ);
    expect(files.reduce((bytes, file) => bytes + statSync(file).size, 0)).toBeLessThanOrEqual(sum(READ_BYTES));
  });
});
