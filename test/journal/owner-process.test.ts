import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { isOwnerAlive, processOwner } from "../../src/journal/owner-process.ts";

const [host = "", boot = "", , start = ""] = processOwner().split("|");

describe("the owner of a dispatch", () => {
  it("lives while its process does, and is proven dead on this machine alone", async () => {
    expect(isOwnerAlive(processOwner())).toBe(true);
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    const gone = `${child.pid}|${start}|x`;
    expect(isOwnerAlive(`${host}|${boot}|${gone}`)).toBe(false);
    expect(isOwnerAlive(`elsewhere|${boot}|${gone}`)).toBeNull();
  });

  it("is not judged by a process id of another boot or container, whatever its host is called", () => {
    const mine = `${process.pid}|another start|x`;
    for (const other of ["", `${boot}0`, boot.replace(/\S+$/, "pid:[1]"), boot.replace(/^\S+/, "another-boot")]) {
      expect([other, isOwnerAlive(`${host}|${other}|${mine}`)]).toEqual([other, other === boot ? false : null]);
    }
  });
});
