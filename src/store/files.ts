import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { codeOf, placeProblem, troubleAt } from "./place.ts";

/** Makes the journal's folder (0700) and file (0600), or throws `JournalError` with what is in the way and what helps. */
export function secureFile(location: string): void {
  refusePlace(location);
  attempt(dirname(location), (folder) => mkdirSync(folder, { recursive: true, mode: 0o700 }));
  attempt(location, create);
  // What was made is looked at, too: a mask or a file system may have given it other rights.
  refusePlace(location);
}

/** Throws what is in the way of a journal there, without making anything. */
export function refusePlace(location: string): void {
  const problem = placeProblem(location);
  if (problem !== null) throw problem;
}

function create(location: string): void {
  try {
    closeSync(openSync(location, "wx", 0o600));
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

function attempt(path: string, work: (path: string) => void): void {
  try {
    work(path);
  } catch (error) {
    throw troubleAt(path, codeOf(error) ?? "unknown error");
  }
}
