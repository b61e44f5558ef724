import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
    const { readFileSync } = await import("node:fs");
    const bytes = readFileSync(file);
    bytes.writeUInt32BE(value, offset);
    writeFileSync(file, bytes);
    expect(journalProblem(file)?.message).toContain(words);
    expect(() => openStore(file)).toThrow();
  });

  it("refuses a journal others can read, and says how to mend it", async () => {
    await openStore(file).close();
    chmodSync(file, 0o644);
    expect(journalProblem(file)).toMatchObject({ code: "journal", effect: "none" });
    expect(journalProblem(file)?.next).toContain("chmod 600");
  });

  it("refuses a place that cannot be made", () => {
    writeFileSync(join(folder, "plain"), "");
    expect(journalProblem(join(folder, "plain", "journal.sqlite"))?.message).toContain("cannot be made");
  });
});
