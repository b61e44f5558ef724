import { randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/**
 * A name for this process that others can check: host, boot and pid namespace, process id, its start time, and a random part.
 * Used to tell at once that the owner of an unfinished dispatch is dead, without waiting for its lease.
 */
export function processOwner(): string {
  const random = randomBytes(6).toString("hex");
  return [hostname(), bootId(), process.pid, startOf(process.pid) ?? "", random].join("|");
}

/**
 * `false`: proven dead. `null`: cannot be told from here, so its lease decides: another machine, or a container, where other
 * processes have the same ids; hosts of one name are not one machine.
 */
export function isOwnerAlive(owner: string): boolean | null {
  const [host, boot, pid, start] = owner.split("|");
  if (host !== hostname() || pid === undefined) return null;
  if (boot !== bootId()) return null;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // EPERM: somebody else's process has this id, so ours is gone or was never ours to check.
    return isMissing(error) ? false : null;
  }
  const now = startOf(Number(pid));
  return start === "" || now === null || now === start;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ESRCH";
}

/** Linux tells boots and containers apart; elsewhere a reused process id after a restart waits for the lease. */
function bootId(): string {
  return `${read("/proc/sys/kernel/random/boot_id")?.trim() ?? ""} ${pidNamespace()}`;
}

function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

/** Start time of a process in clock ticks (proc(5), field 22). */
function startOf(pid: number): string | null {
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
