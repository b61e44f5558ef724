import { describe, expect, test } from "vitest";
import { CHECKS, roomCycleFindings, staleFindings } from "./checks.ts";
import { measureModules, parseModules, readSources } from "./modules.ts";
import { LONG_FILES, PROCESS_ALLOWED } from "./rooms.ts";

const modules = parseModules(await readSources("src"));

describe("the sources", () => {
  test("are read", () => {
    expect(modules.map(({ path }) => path)).toContain("domain/money.ts");
    expect(modules.some(({ own }) => own.includes("domain/invoice.ts"))).toBe(true);
  });

  test.each(Object.keys(CHECKS))("keep the rule: %s", (name) => {
    expect(CHECKS[name]?.(modules)).toEqual([]);
  });

  test("need every permission that is listed", () => {
    expect(staleFindings(modules)).toEqual([]);
  });

  test("have no circle of rooms", () => {
    expect(roomCycleFindings(modules)).toEqual([]);
  });

  test("need every exception that is listed", () => {
    const paths = modules.map(({ path }) => path);
    for (const path of [...Object.keys(LONG_FILES), ...Object.keys(PROCESS_ALLOWED)]) expect(paths).toContain(path);
  });
});

test.each(["scripts", "bench"])("%s: names and sizes", async (folder) => {
  const found = measureModules(await readSources(folder));
  expect(CHECKS["names"]?.(found)).toEqual([]);
  expect(CHECKS["size"]?.(found)).toEqual([]);
});

/** A check that cannot fail is worth nothing: each is shown what it must find. */
describe("a violation is found", () => {
  const violations: readonly (readonly [check: string, path: string, text: string, finding: string])[] = [
    ["zones", "domain/a.ts", `import { b } from "../errors.ts";`, "domain/a.ts may not import errors.ts."],
    ["zones", "domain/a.ts", `import type { B } from "../errors.ts";`, "domain/a.ts may not import errors.ts."],
    ["zones", "domain/a.ts", `export * from "../errors.ts";`, "domain/a.ts may not import errors.ts."],
    ["zones", "domain/a.ts", `const b = () => import("../errors.ts");`, "domain/a.ts may not import errors.ts."],
    ["zones", "domain/a.ts", `let b: import("../errors.ts").B;`, "domain/a.ts may not import errors.ts."],
    ["zones", "simulator/a.ts", `import "../domain/money.ts";`, "simulator/a.ts may not import domain/money.ts."],
    ["zones", "acts/a.ts", `import "../api/http.ts";`, "acts/a.ts may not import api/http.ts."],
    ["zones", "tools/a.ts", `import "./b.ts";`, "tools/a.ts may not import tools/b.ts."],
    ["zones", "tools/a.ts", `import "../journal/journal.ts";`, "tools/a.ts may not import journal/journal.ts."],
    ["zones", "attic/a.ts", "", `attic/a.ts is in no room: add "attic" to test/architecture/rooms.ts.`],
    [
      "packages",
      "tools/a.ts",
      `import "@modelcontextprotocol/server";`,
      "tools/a.ts may not import @modelcontextprotocol/server.",
    ],
    [
      "packages",
      "ui/card.ts",
      `import "@modelcontextprotocol/server";`,
      "ui/card.ts may not import @modelcontextprotocol/server.",
    ],
    ["packages", "guard/a.ts", `import { request } from "undici";`, "guard/a.ts may not import undici."],
    ["packages", "tools/a.ts", `import "node:fs";`, "tools/a.ts may not import node:fs."],
    ["process", "api/a.ts", "process.env.X;", "api/a.ts may not use process.env."],
    ["process", "api/a.ts", `process["exit"](1);`, "api/a.ts may not use process.exit."],
    ["process", "api/a.ts", "globalThis.process.argv;", "api/a.ts may not use process.argv."],
    ["process", "api/a.ts", "const { env } = process;", "api/a.ts may not use process.env."],
    ["process", "api/a.ts", `import { argv } from "node:process";`, "api/a.ts may not import node:process."],
    ["names", "api/string-utils.ts", "", `api/string-utils.ts is named "string-utils", which says nothing.`],
    ["names", "common/a.ts", "", `common/a.ts is named "common", which says nothing.`],
    ["size", "api/a.ts", "\n".repeat(401), "api/a.ts has 401 lines (at most 400)."],
    ["cycles", "api/a.ts", `import type { B } from "./a.ts";`, "Cycle: api/a.ts → api/a.ts."],
  ];

  test.each(violations)("%s: %s %s", (check, path, text, finding) => {
    expect(CHECKS[check]?.(parseModules(new Map([[path, text]])))).toEqual([finding]);
  });

  test("a cycle over three files", () => {
    const three = parseModules(
      new Map([
        ["api/a.ts", `import "./b.ts";`],
        ["api/b.ts", `import "./c.ts";`],
        ["api/c.ts", `import "./a.ts";`],
      ]),
    );
    expect(CHECKS["cycles"]?.(three)).toEqual(["Cycle: api/a.ts → api/b.ts → api/c.ts → api/a.ts."]);
  });

  test("a permission that nobody uses, and two rooms that know each other", () => {
    const two = parseModules(
      new Map([
        ["billing/a.ts", `import "../domain/a.ts";`],
        ["domain/a.ts", `import "../billing/b.ts";`],
        ["billing/b.ts", ""],
      ]),
    );
    expect(roomCycleFindings(two)).toEqual(["billing is on a circle of rooms.", "domain is on a circle of rooms."]);
    expect(staleFindings(two)).toContain("payments does not import domain: take it out of test/architecture/rooms.ts.");
    expect(staleFindings(two)).not.toContain(
      "billing does not import domain: take it out of test/architecture/rooms.ts.",
    );
  });

  test("what is allowed is not found", () => {
    const allowed = parseModules(
      new Map([
        ["ui/register-card.ts", `import "@modelcontextprotocol/server";`],
        ["acts/a.ts", `import type { InvoicesApi } from "../api/port.ts";`],
        ["tools/index.ts", `import "./a.ts";`],
        ["cli.ts", "process.exit(process.argv.length); process.platform;"],
        ["store/a.ts", `import "node:sqlite"; process.platform;`],
      ]),
    );
    for (const check of Object.values(CHECKS)) expect(check(allowed)).toEqual([]);
  });
});
