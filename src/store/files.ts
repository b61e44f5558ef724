import { closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { JournalError } from "../errors.ts";

const OTHERS_READ_OR_WRITE = 0o077;
const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/** Makes the journal's folder (0700) and file (0600), or refuses ones that other users could read or change. */
export function secureFile(location: string): void {
  const folder = dirname(location);
  attempt(location, () => mkdirSync(folder, { recursive: true, mode: 0o700 }));
  attempt(location, () => create(location));
  // Windows has access lists instead of modes.
  if (process.platform === "win32") return;
  const { mode: folderMode } = attempt(location, () => statSync(folder));
  if ((folderMode & OTHERS_WRITE) !== 0 && (folderMode & STICKY) === 0) {
    throw new JournalError(`Other users can write to the journal's folder ${folder}.`, {
      next: `Run: chmod 700 "${folder}" and restart. Reads still work.`,
    });
  }
  const { mode } = attempt(location, () => statSync(location));
  if ((mode & OTHERS_READ_OR_WRITE) !== 0) {
    throw new JournalError(`Other users can read or change the journal ${location}.`, {
      next: `Run: chmod 600 "${location}" and restart. Reads still work.`,
    });
  }
}

function create(location: string): void {
  try {
    closeSync(openSync(location, "wx", 0o600));
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

function attempt<T>(location: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new JournalError(`The journal ${location} cannot be made or opened (${codeOf(error) ?? "unknown error"}).`, {
      next: "Make its folder writable for this user, or name another place, then restart. Reads still work.",
      cause: error,
    });
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}
