import { constants } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileName } from "../../src/documents/file-name.ts";
import { downloadsTo } from "../../src/documents/folder.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "downloads-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const name = { stem: "invoice-RE-1", extension: "pdf" } as const;
const bytes = (text: string) => new TextEncoder().encode(text);

describe("saving", () => {
  it("makes a file only its owner can read", async () => {
    const saved = await downloadsTo(folder).save(name, bytes("one"));
    expect(saved).toEqual({ path: join(folder, "invoice-RE-1.pdf"), existed: false });
    expect(await readFile(saved.path, "utf8")).toBe("one");
    expect((await stat(saved.path)).mode & 0o777).toBe(0o600);
  });

  it("finds the same file again and puts another one beside it", async () => {
    const downloads = downloadsTo(folder);
    await downloads.save(name, bytes("one"));
    expect((await downloads.save(name, bytes("two"))).path).toBe(join(folder, "invoice-RE-1-2.pdf"));
    expect(await downloads.save(name, bytes("one"))).toEqual({ path: join(folder, "invoice-RE-1.pdf"), existed: true });
    expect(await downloads.save(name, bytes("two"))).toEqual({
      path: join(folder, "invoice-RE-1-2.pdf"),
      existed: true,
    });
    expect((await readdir(folder)).sort()).toEqual(["invoice-RE-1-2.pdf", "invoice-RE-1.pdf"]);
    expect(await readFile(join(folder, "invoice-RE-1.pdf"), "utf8")).toBe("one");
  });

  it("makes one file of many equal calls at once", async () => {
    const downloads = downloadsTo(folder);
    const saved = await Promise.all(Array.from({ length: 20 }, () => downloads.save(name, bytes("same"))));
    expect(new Set(saved.map(({ path }) => path)).size).toBe(1);
    expect(saved.filter(({ existed }) => !existed)).toHaveLength(1);
  });

  it("never writes or reads through a link", async () => {
    const outside = await mkdtemp(join(tmpdir(), "outside-"));
    try {
      await writeFile(join(outside, "secret"), "one");
      await symlink(join(outside, "secret"), join(folder, "invoice-RE-1.pdf"));
      await symlink(join(outside, "not-there"), join(folder, "invoice-RE-1-2.pdf"));
      const saved = await downloadsTo(folder).save(name, bytes("one"));
      expect(saved).toEqual({ path: join(folder, "invoice-RE-1-3.pdf"), existed: false });
      expect(await readdir(outside)).toEqual(["secret"]);
      expect(await readFile(join(outside, "secret"), "utf8")).toBe("one");
    } finally {
      await rm(outside, { recursive: true });
    }
  });

  it("steps aside from a folder of that name", async () => {
    await mkdir(join(folder, "invoice-RE-1.pdf"));
    expect((await downloadsTo(folder).save(name, bytes("one"))).path).toBe(join(folder, "invoice-RE-1-2.pdf"));
  });

  it("says what is wrong with the folder, and goes on once it is right", async () => {
    const later = join(folder, "later");
    const downloads = downloadsTo(later);
    await expect(downloads.save(name, bytes("one"))).rejects.toMatchObject({
      code: "config",
      effect: "none",
      message: `The file could not be saved to ${later}: it does not exist.`,
    });
    await writeFile(join(folder, "file"), "");
    await expect(downloadsTo(join(folder, "file")).save(name, bytes("one"))).rejects.toThrow("it is not a folder");
    await mkdir(later);
    expect((await downloads.save(name, bytes("one"))).existed).toBe(false);
  });

  it("gives up after many different files of one name", async () => {
    const downloads = downloadsTo(folder);
    for (let version = 1; version <= 50; version += 1) await downloads.save(name, bytes(`v${version}`));
    await expect(downloads.save(name, bytes("v51"))).rejects.toThrow("50 other files");
    expect(await readdir(folder)).toHaveLength(50);
  });

  it("relies on flags this platform has", () => {
    for (const flag of [constants.O_EXCL, constants.O_NOFOLLOW, constants.O_NONBLOCK]) expect(flag).toBeGreaterThan(0);
  });
});

describe("file names", () => {
  const sent = {
    id: "9b1c",
    number: "RE-2026-0042",
    status: "sent",
    is_quote: false,
    is_cancellation: false,
    is_credit: false,
  } as const;
  it.each([
    [{}, "invoice-RE-2026-0042"],
    [{ number: "RE 42/2026" }, "invoice-RE-42-2026"],
    [{ number: "../../etc/passwd" }, "invoice-etc-passwd"],
    [{ number: "..\\..\\CON" }, "invoice-CON"],
    [{ number: "Zürich №7" }, "invoice-Zurich-No7"],
    [{ number: "a\u0000b\u202efdp.exe\n" }, "invoice-a-b-fdp-exe"],
    [{ number: "///" }, "invoice"],
    [{ number: "9".repeat(500) }, `invoice-${"9".repeat(80)}`],
    [{ number: null, status: "draft" as const }, "draft-9b1c"],
    [{ is_quote: true }, "quote-RE-2026-0042"],
    [{ is_cancellation: true }, "credit-note-RE-2026-0042"],
  ])("%j → %s", (changes, stem) => {
    expect(fileName({ ...sent, ...changes }, "pdf", false)).toEqual({ stem, extension: "pdf" });
  });

  it("say that a simulated paper is one", () => {
    expect(fileName(sent, "xml", true)).toEqual({ stem: "simulator-invoice-RE-2026-0042", extension: "xml" });
  });
});
