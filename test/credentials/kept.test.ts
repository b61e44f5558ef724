import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { credentialsFile, keepToken, keptFor, keptTokens, tokenOf } from "../../src/credentials/kept.ts";
import { openKeyring } from "../../src/credentials/keyring.ts";

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "invoicing-")), "data");
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

const CO = "https://b.anny.co";
const EU = "https://b.anny.eu";
const keep = (origin: string, organization_id: string, token: string) =>
  keepToken(folder, { origin, organization_id }, token, "file");

describe("a kept token", () => {
  it("lies in a file that only its owner can read, and is replaced by the next one", async () => {
    expect(keptTokens(folder)).toEqual([]);
    expect(await keep(CO, "1", "token-one")).toBe("file");
    expect(await keep(CO, "1", "token-two")).toBe("file");
    expect(keptTokens(folder)).toHaveLength(1);
    const kept = keptFor(keptTokens(folder), CO, undefined);
    if (kept === null) throw new Error("is not kept");
    expect(await tokenOf(kept)).toBe("token-two");
    if (process.platform !== "win32") {
      expect(statSync(credentialsFile(folder)).mode & 0o777).toBe(0o600);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
    }
  });

  it("is never that of another address or organization, nor one of several", async () => {
    await keep(CO, "1", "token-one");
    await keep(EU, "2", "token-two");
    const tokens = keptTokens(folder);
    expect(keptFor(tokens, CO, "1")).toMatchObject({ token: "token-one" });
    expect(keptFor(tokens, EU, undefined)).toMatchObject({ organization_id: "2" });
    expect(keptFor(tokens, "https://b.staging.anny.co", undefined)).toBeNull();
    expect(() => keptFor(tokens, CO, "2")).toThrow("No access token is kept for organization 2, only for 1.");
    await keep(CO, "3", "token-three");
    expect(() => keptFor(keptTokens(folder), CO, undefined)).toThrow("several organizations");
    expect(keptFor(keptTokens(folder), CO, "3")).toMatchObject({ token: "token-three" });
  });

  it.runIf(process.platform !== "win32")("is refused where others can read it", async () => {
    await keep(CO, "1", "token-one");
    chmodSync(credentialsFile(folder), 0o644);
    expect(() => keptTokens(folder)).toThrow(/Other users can read the access token/);
  });

  it.runIf(process.platform !== "win32")("is not looked for in what is no file", async () => {
    mkdirSync(credentialsFile(folder), { recursive: true });
    expect(() => keptTokens(folder)).toThrow(/is no file/);
    rmSync(credentialsFile(folder), { recursive: true });
    spawnSync("/bin/sh", ["-c", `mkfifo "$0"`, credentialsFile(folder)]);
    expect(() => keptTokens(folder)).toThrow(/is no file/);
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "");
    expect(keptTokens(folder)).toEqual([]);
  });

  it("is not guessed from a damaged file, which stays as it is", async () => {
    await keep(CO, "1", "token-one");
    for (const text of ["", "{", "[]", '{"version":2,"tokens":[]}', '{"version":1,"tokens":[{"kept":"file"}]}']) {
      writeFileSync(credentialsFile(folder), text);
      expect(() => keptTokens(folder)).toThrow(/is damaged/);
      await expect(keep(CO, "2", "token-two")).rejects.toThrow(/is damaged/);
      expect(readFileSync(credentialsFile(folder), "utf8")).toBe(text);
    }
  });

  it("goes into the keyring where there is one, and into the file where there is none", async () => {
    const at = { origin: CO, organization_id: `test-${process.pid}` };
    const where = await keepToken(folder, at, "token-one", "keyring");
    const [kept] = keptTokens(folder);
    if (kept === undefined) throw new Error("is not kept");
    expect(kept.kept).toBe(where);
    expect(readFileSync(credentialsFile(folder), "utf8").includes("token-one")).toBe(where === "file");
    expect(await tokenOf(kept)).toBe("token-one");
    if (where === "keyring") await (await openKeyring())?.remove(`${at.origin} ${at.organization_id}`);
  });

  it("that the keyring does not give out is named, never replaced by another", async () => {
    const lost = { origin: CO, organization_id: "nobody", kept: "keyring" } as const;
    await expect(tokenOf(lost)).rejects.toMatchObject({
      code: "config",
      message: expect.stringMatching(/keyring/),
      next: expect.stringContaining("run setup again"),
    });
  });
});
