import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { journalProblem } from "../../src/store/preflight.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "preflight-"));
  file = join(folder, "journal.sqlite");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function zeroed(bytes: Buffer, from: number, to: number): Buffer {
  return Buffer.concat([bytes.subarray(0, from), Buffer.alloc(to - from), bytes.subarray(to)]);
}

describe("the look at the journal before tools are listed", () => {
  it("finds nothing wrong with no journal, a new one and a used one", async () => {
    expect(journalProblem(file)).toBeNull();
    expect(journalProblem(file)).toBeNull();
    await openStore(file).close();
    expect(journalProblem(file)).toBeNull();
  });

  it.each([
    ["a text file", Buffer.from("hello")],
    ["a cut header", Buffer.from("SQLite format 3\0")],
    ["noise", Buffer.alloc(4096, 7)],
  ])("says that %s is damaged", (_name, bytes) => {
    writeFileSync(file, bytes, { mode: 0o600 });
    expect(journalProblem(file)?.message).toContain("damaged");
  });

  it.each([
    ["another program's database", 68, 0x12345678, "another program"],
    ["a newer format", 60, 99, "format 99"],
  ])("refuses %s, as opening it does", async (_name, offset, value, words) => {
    await openStore(file).close();
    const bytes = readFileSync(file);
    bytes.writeUInt32BE(value, offset);
    writeFileSync(file, bytes);
    expect(journalProblem(file)?.message).toContain(words);
    expect(() => openStore(file)).toThrow();
  });

  it.each([
    ["cut", (bytes: Buffer) => bytes.subarray(0, 6000), "its end is missing"],
    ["of format 0", (bytes: Buffer) => zeroed(bytes, 60, 64), "format 0"],
    ["of a program that does not name itself", (bytes: Buffer) => zeroed(bytes, 60, 72), "another program"],
  ])("refuses one that is %s, as opening it does", async (_name, change, words) => {
    await openStore(file).close();
    writeFileSync(file, change(readFileSync(file)));
    expect(journalProblem(file)?.message).toContain(words);
    expect(() => openStore(file)).toThrow();
  });

  it("lets a file with a rollback journal beside it pass: opening it rolls back first", async () => {
    await openStore(file).close();
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.subarray(0, 6000));
    writeFileSync(`${file}-journal`, "", { mode: 0o600 });
    expect(journalProblem(file)).toBeNull();
  });

  it.each([
    ["cannot be loaded", "module.exports = {}; throw new Error('wrong ELF class');", "cannot be loaded"],
    [
      "is a shell without its binary",
      "exports.DatabaseSync = class { constructor() { throw new Error('no addon'); } };",
      "cannot be loaded",
    ],
    ["is not there", null, "does not have"],
  ])("says so when the SQLite package %s", (_name, source, words) => {
    const program = join(folder, "program");
    mkdirSync(program, { recursive: true });
    const repository = join(import.meta.dirname, "../..");
    for (const part of ["src", "package.json"])
      cpSync(join(repository, part), join(program, part), { recursive: true });
    for (const name of readdirSync(join(repository, "node_modules"))) {
      if (name === "@photostructure") continue;
      mkdirSync(join(program, "node_modules"), { recursive: true });
      symlinkSync(join(repository, "node_modules", name), join(program, "node_modules", name));
    }
    if (source !== null) {
      const place = join(program, "node_modules/@photostructure/sqlite");
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, "index.js"), source);
      writeFileSync(join(place, "package.json"), JSON.stringify({ name: "@photostructure/sqlite", main: "index.js" }));
    }
    const script = `process.getBuiltinModule = undefined;
      const { journalProblem } = await import(${JSON.stringify(join(program, "src/store/preflight.ts"))});
      const problem = journalProblem(${JSON.stringify(file)});
      console.log(JSON.stringify([problem?.message, problem?.next]));`;
    const { stdout } = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      cwd: program,
      encoding: "utf8",
    });
    const [message, next] = JSON.parse(stdout);
    expect([message, next]).toEqual([expect.stringContaining(words), expect.stringContaining("Node 22.13")]);
  });

  it("refuses a journal others can read, and says how to mend it", async () => {
    await openStore(file).close();
    chmodSync(file, 0o644);
    expect(journalProblem(file)).toMatchObject({ code: "journal", effect: "none" });
    expect(journalProblem(file)?.next).toContain("chmod 600");
  });
});
