import { accessSync, constants, lstatSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import { shellWord } from "../domain/untrusted.ts";
import { JournalError } from "../errors.ts";

/** What stands at the place of the journal, looked at without opening, making or changing anything. */

const OTHERS_READ_OR_WRITE = 0o077;
const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;
const { R_OK, W_OK, X_OK } = constants;

const ELSEWHERE = "name another folder with INVOICES_DATA_DIR";
/** Another folder would forget what was sent. */
const ELSEWHERE_IF_NEW = `if no journal was kept there yet, ${ELSEWHERE}`;

/** Why the journal cannot be there or be made there, with the cause that is the first in the way; `null`: nothing is. */
export function placeProblem(location: string): JournalError | null {
  const folder = dirname(location);
  const facts = look(folder);
  if (facts === null) return notMakeable(folder);
  if (typeof facts === "string") return troubleAt(folder, facts);
  return folderProblem(folder, facts) ?? fileProblem(location, "journal") ?? besideProblem(location);
}

/** An error of the system at a path. */
export function troubleAt(path: string, code: string): JournalError {
  const [what, next] = TROUBLES[code] ?? [`the system says ${code}`, `Check it, or, ${ELSEWHERE_IF_NEW}`];
  return problem(`The journal cannot be kept at ${path}: ${what}.`, next);
}

const TROUBLES: Readonly<Record<string, readonly [what: string, next: string]>> = {
  ENOSPC: ["the disk is full", "Free some space"],
  EDQUOT: ["this user's share of the disk is used up", `Free some space, or, ${ELSEWHERE_IF_NEW}`],
  EROFS: ["the disk is mounted read-only", `Mount it for writing, or, ${ELSEWHERE_IF_NEW}`],
  EIO: ["the disk reports an error", `Check the disk, or, ${ELSEWHERE_IF_NEW}`],
  ELOOP: ["it is a link that leads in a circle", `Put the link right, or, ${ELSEWHERE_IF_NEW}`],
  ENAMETOOLONG: ["the name is too long", `N${ELSEWHERE.slice(1)}`],
  EMFILE: ["too many files are open", "Close other programs"],
  ENFILE: ["too many files are open on this computer", "Close other programs"],
  EACCES: ["this user may not do that there", `Let this user write there, or, ${ELSEWHERE_IF_NEW}`],
  EPERM: ["the system forbids it there", `Let this user write there, or, ${ELSEWHERE_IF_NEW}`],
};

export function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

/** `null`: nothing is there. A text: the system's code for why it cannot be seen. */
function look(path: string, at: (path: string) => Stats = statSync): Stats | string | null {
  try {
    return at(path);
  } catch (error) {
    const code = codeOf(error) ?? "unknown error";
    return code === "ENOENT" || code === "ENOTDIR" ? null : code;
  }
}

/** The folder is not there: what is in the way of making it. */
function notMakeable(folder: string): JournalError | null {
  let above = folder;
  let facts = look(above);
  while (facts === null && dirname(above) !== above) {
    if (isLink(above)) return leadsNowhere(above);
    above = dirname(above);
    facts = look(above);
  }
  if (facts === null || typeof facts === "string") return troubleAt(above, facts ?? "ENOENT");
  if (!facts.isDirectory()) {
    return problem(
      `The journal's folder ${folder} cannot be made: ${above} is ${fileKind(facts)}, not a folder.`,
      `N${ELSEWHERE.slice(1)}`,
    );
  }
  const denied = deniedAt(above, W_OK | X_OK);
  if (denied === null) return null;
  if (!isDenied(denied)) return troubleAt(above, denied);
  const made = process.platform === "win32" ? null : `mkdir -p ${word(folder)} && chown ${ownUid()} ${word(folder)}`;
  return problem(
    `The journal's folder ${folder} cannot be made: this user may not write to ${above}.`,
    may(facts) && lacks(facts, 0o300)
      ? `Run: chmod u+wx ${word(above)}`
      : `N${ELSEWHERE.slice(1)}${made === null ? "" : `, or let an administrator run: ${made}`}`,
  );
}

function folderProblem(folder: string, facts: Stats): JournalError | null {
  if (!facts.isDirectory()) {
    return problem(`The journal's folder ${folder} is ${fileKind(facts)}, not a folder.`, aside(folder));
  }
  // Windows has access lists instead of modes.
  if (process.platform !== "win32" && (facts.mode & OTHERS_WRITE) !== 0 && (facts.mode & STICKY) === 0) {
    return problem(`Other users can write to the journal's folder ${folder}.`, rights(folder, facts, "700"));
  }
  const denied = deniedAt(folder, R_OK | W_OK | X_OK);
  if (denied === null) return null;
  if (!isDenied(denied)) return troubleAt(folder, denied);
  return problem(`This user may not read and write in the journal's folder ${folder}.`, rights(folder, facts, "700"));
}

/** `what`: what the file is called. */
function fileProblem(path: string, what: string): JournalError | null {
  const facts = look(path);
  if (facts === null) return isLink(path) ? leadsNowhere(path) : null;
  if (typeof facts === "string") return troubleAt(path, facts);
  if (!facts.isFile()) return problem(`The ${what} ${path} is ${fileKind(facts)}, not a file.`, aside(path));
  if (what === "journal" && process.platform !== "win32" && (facts.mode & OTHERS_READ_OR_WRITE) !== 0) {
    return problem(`Other users can read or change the journal ${path}.`, rights(path, facts, "600"));
  }
  const denied = deniedAt(path, R_OK | W_OK);
  if (denied === null) return null;
  if (!isDenied(denied)) return troubleAt(path, denied);
  return problem(`This user may not read and write the ${what} ${path}.`, rights(path, facts, "600"));
}

/** SQLite's own file beside it: what has to be rolled back first, or where it will note what to roll back. */
function besideProblem(location: string): JournalError | null {
  return fileProblem(`${location}-journal`, "file beside the journal,");
}

function leadsNowhere(path: string): JournalError {
  return problem(
    `The journal cannot be kept at ${path}: it is a link that leads nowhere.`,
    `Bring back what it leads to (a disk that is not mounted?): the journal says what was done. Or, ${ELSEWHERE_IF_NEW}`,
  );
}

function isLink(path: string): boolean {
  const facts = look(path, lstatSync);
  return facts !== null && typeof facts !== "string" && facts.isSymbolicLink();
}

function deniedAt(path: string, wanted: number): string | null {
  try {
    accessSync(path, wanted);
    return null;
  } catch (error) {
    return codeOf(error) ?? "unknown error";
  }
}

function isDenied(code: string): boolean {
  return code === "EACCES" || code === "EPERM";
}

/** A command that gives this user, and nobody else, the rights; by whom it has to be run. */
function rights(path: string, facts: Stats, mode: "600" | "700"): string {
  if (process.platform === "win32") return "Give this user the rights to read and write it";
  const own = `chmod ${mode} ${word(path)}`;
  const forbidden = lacks(facts, mode === "700" ? 0o700 : 0o600) || (facts.mode & OTHERS_READ_OR_WRITE) !== 0;
  if (may(facts) && forbidden) return `Run: ${own}`;
  if (may(facts)) return `Its rights allow it, so something else of the system forbids it; ${ELSEWHERE_IF_NEW}`;
  return `It belongs to another user: let an administrator run: chown ${ownUid()} ${word(path)} && ${own}; or, ${ELSEWHERE_IF_NEW}`;
}

function lacks(facts: Stats, bits: number): boolean {
  return (facts.mode & bits) !== bits;
}

/** Whether this user may change the rights of it. */
function may(facts: Stats): boolean {
  return ownUid() === 0 || ownUid() === facts.uid;
}

function ownUid(): number {
  return process.geteuid?.() ?? 0;
}

function aside(path: string): string {
  const move = process.platform === "win32" ? "move" : "mv";
  return `Put it aside (${move} ${word(path)} ${word(`${path}.aside`)}), or ${ELSEWHERE}`;
}

function word(path: string): string {
  return shellWord(process.platform, path);
}

function problem(message: string, next: string): JournalError {
  return new JournalError(message, { next: `${next}, then restart. Reads still work.` });
}

/** What stands where something was looked for, as a person calls it. */
function fileKind(facts: Stats): string {
  if (facts.isFile()) return "a file";
  if (facts.isDirectory()) return "a folder";
  if (facts.isSocket()) return "a socket";
  return facts.isFIFO() ? "a pipe" : "a device";
}
