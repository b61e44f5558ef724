import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { placeProblem, troubleAt } from "../../src/store/place.ts";
import { journalProblem, lookAtJournal } from "../../src/store/preflight.ts";

/** Somebody without rights of his own, where the tests run as the one whom nothing is forbidden. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "place of a journal "));
  file = join(folder, "data", "journal.sqlite");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A command of ours in quotes or after a colon, as a person pastes it. */
function commandIn(next: string): string {
  const found = /(?:Run: |administrator run: |\()((?:chmod|chown|mv|mkdir) .+?)(?:\)?[;,] )/.exec(next)?.[1];
  if (found === undefined) throw new Error(`no command in: ${next}`);
  return found.replace(/\)$/, "");
}

function run(command: string): void {
  const { status, stderr } = spawnSync("/bin/sh", ["-c", command], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
}

describe.runIf(process.platform !== "win32")("what stands in the place of the journal", () => {
  const inPlace: readonly (readonly [what: string, put: (path: string) => unknown])[] = [
    ["a folder", (path) => mkdirSync(path)],
    ["a pipe", (path) => run(`mkfifo '${path}'`)],
    ["a device", (path) => symlinkSync("/dev/null", path)],
    ["a socket", socketAt],
  ];
  it.each(inPlace)("%s: is named, is moved by the command that is told, and then it works", async (what, put) => {
    mkdirSync(join(folder, "data"), { mode: 0o700 });
    await put(file);
    const problem = journalProblem(file);
    expect(problem?.message).toBe(`The journal ${file} is ${what}, not a file.`);
    expect(lookAtJournal(file)?.message).toBe(problem?.message);
    expect(() => openStore(file)).toThrow(`is ${what}, not a file`);
    run(commandIn(problem?.next ?? ""));
    expect(journalProblem(file)).toBeNull();
  });

  it.each(inPlace)("%s in the place of its rollback file is named, too", async (what, put) => {
    await openStore(file).close();
    await put(`${file}-journal`);
    const problem = journalProblem(file);
    expect(problem?.message).toContain(`file beside the journal, ${file}-journal is ${what}`);
    run(commandIn(problem?.next ?? ""));
    expect(journalProblem(file)).toBeNull();
  });

  it.each(inPlace)("%s in the place of its folder or above it is named", async (what, put) => {
    await put(join(folder, "above"));
    if (what !== "a folder") {
      expect(journalProblem(join(folder, "above", "journal.sqlite"))?.message).toContain(`is ${what}, not a folder`);
      const below = journalProblem(join(folder, "above", "data", "journal.sqlite"));
      expect(below?.message).toContain(`${join(folder, "above")} is ${what}, not a folder`);
      expect(below?.next).toMatch(/^Name another folder/);
    } else expect(journalProblem(join(folder, "above", "journal.sqlite"))).toBeNull();
  });

  it("a link that leads nowhere or in a circle is named, wherever it stands", () => {
    mkdirSync(join(folder, "data"), { mode: 0o700 });
    symlinkSync(join(folder, "gone"), file);
    expect(journalProblem(file)?.message).toContain("link that leads nowhere");
    expect(journalProblem(file)?.next).toContain("says what was done");
    rmSync(file);
    symlinkSync(file, file);
    expect(journalProblem(file)?.message).toContain("leads in a circle");
    symlinkSync(join(folder, "gone"), join(folder, "lost"));
    expect(journalProblem(join(folder, "lost", "journal.sqlite"))?.message).toContain(
      `${join(folder, "lost")}: it is a link that leads nowhere`,
    );
    expect(existsSync(join(folder, "gone"))).toBe(false);
  });

  it("rights of others are taken away by the command that is told", async () => {
    await openStore(file).close();
    chmodSync(file, 0o644);
    const problem = journalProblem(file);
    expect(problem?.message).toContain("Other users can read or change");
    run(commandIn(problem?.next ?? ""));
    expect(journalProblem(file)).toBeNull();
    chmodSync(join(folder, "data"), 0o777);
    const wide = journalProblem(file);
    expect(wide?.message).toContain("Other users can write to the journal's folder");
    run(commandIn(wide?.next ?? ""));
    expect(journalProblem(file)).toBeNull();
  });

  it("looking makes nothing", () => {
    expect(lookAtJournal(join(folder, "new", "data", "journal.sqlite"))).toBeNull();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ["ENOSPC", "the disk is full", "Free some space"],
    ["EDQUOT", "share of the disk", "Free some space"],
    ["EROFS", "read-only", "Mount it for writing"],
    ["EIO", "an error", "Check the disk"],
    ["EWHATEVER", "EWHATEVER", "Check it"],
  ])("%s has its sentence and its cure", (code, says, cure) => {
    const { message, next } = troubleAt("/data", code);
    expect(message).toContain(says);
    expect(next).toContain(cure);
    expect(next).toContain("Reads still work.");
  });

  it("a full disk that shows when the file is made is told as one", () => {
    mkdirSync(join(folder, "data"), { mode: 0o700 });
    const long = join(folder, "x".repeat(300), "journal.sqlite");
    expect(journalProblem(long)?.message).toContain("the name is too long");
  });
});

/** A socket stays in the folder after its server is gone: only closing by ourselves removes it. */
async function socketAt(path: string): Promise<void> {
  const near = `${path}.s`;
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(near, resolve);
  });
  renameSync(near, path);
  await new Promise((resolve) => server.close(resolve));
}

describe.runIf(process.platform !== "win32")("what this user may not do", () => {
  let program: string;
  beforeAll(() => {
    program = mkdtempSync(join(tmpdir(), "place-program-"));
    chmodSync(program, 0o755);
    buildSync({
      entryPoints: [join(import.meta.dirname, "../../src/store/place.ts")],
      bundle: true,
      platform: "node",
      format: "esm",
      outfile: join(program, "place.mjs"),
    });
    chmodSync(join(program, "place.mjs"), 0o644);
    writeFileSync(
      join(program, "look.mjs"),
      `import { placeProblem } from "./place.mjs";
       const problem = placeProblem(process.argv[2]);
       console.log(JSON.stringify(problem === null ? null : { message: problem.message, next: problem.next }));`,
      { mode: 0o644 },
    );
  });
  afterAll(() => rmSync(program, { recursive: true, force: true }));
  // Others have to reach what is looked at.
  beforeEach(() => chmodSync(folder, 0o755));

  /** As somebody whom rights bind. */
  function look(): { readonly message: string; readonly next: string } | null {
    if (!isRoot) {
      const problem = placeProblem(file);
      return problem === null ? null : { message: problem.message, next: problem.next };
    }
    const { stdout, stderr } = spawnSync(process.execPath, [join(program, "look.mjs"), file], {
      uid: NOBODY,
      gid: NOBODY,
      cwd: "/",
      encoding: "utf8",
    });
    if (stdout === "") throw new Error(stderr);
    return JSON.parse(stdout);
  }

  function own(...paths: string[]): void {
    if (isRoot) for (const path of paths) chownSync(path, NOBODY, NOBODY);
  }

  it("a file and a folder of one's own: chmod, and then it works", () => {
    mkdirSync(join(folder, "data"), { mode: 0o700 });
    writeFileSync(file, "", { mode: 0o400 });
    own(join(folder, "data"), file);
    const read = look();
    expect(read?.message).toBe(`This user may not read and write the journal ${file}.`);
    run(commandIn(read?.next ?? ""));
    expect(look()).toBeNull();
    chmodSync(join(folder, "data"), 0o500);
    const closed = look();
    expect(closed?.message).toContain("may not read and write in the journal's folder");
    run(commandIn(closed?.next ?? ""));
    expect(look()).toBeNull();
    chmodSync(join(folder, "data"), 0o700);
    copyFileSync(file, `${file}-journal`);
    chmodSync(`${file}-journal`, 0o400);
    own(`${file}-journal`);
    const beside = look();
    expect(beside?.message).toContain("file beside the journal");
    run(commandIn(beside?.next ?? ""));
    expect(look()).toBeNull();
  });

  it("a folder above that one owns and may not write to", () => {
    own(folder);
    chmodSync(folder, 0o500);
    const problem = look();
    expect(problem?.message).toContain(`cannot be made: this user may not write to ${folder}`);
    run(commandIn(problem?.next ?? ""));
    expect(look()).toBeNull();
  });

  it.runIf(isRoot)("what belongs to another user: an administrator's command, and then it works", () => {
    const above = look();
    expect(above?.message).toContain(`this user may not write to ${folder}`);
    run(commandIn(above?.next ?? ""));
    expect(look()).toBeNull();
    expect(statSync(join(folder, "data")).uid).toBe(NOBODY);
    writeFileSync(file, "", { mode: 0o600 });
    const foreign = look();
    expect(foreign?.message).toContain("may not read and write the journal");
    expect(foreign?.next).toContain("belongs to another user");
    run(commandIn(foreign?.next ?? ""));
    expect(look()).toBeNull();
    chownSync(join(folder, "data"), 0, 0);
    const taken = look();
    run(commandIn(taken?.next ?? ""));
    expect(look()).toBeNull();
  });
});
