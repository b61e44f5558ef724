import { constants } from "node:fs";
import { type FileHandle, open, realpath, unlink } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError, InvoicingError } from "../errors.ts";
import type { Downloads, FileName, SavedFile } from "./port.ts";

/** Files of one name that differ, before a person has to tidy up. */
const MOST_VERSIONS = 50;

/** Saves into one folder and nowhere else: names carry no path, links are not followed, nothing is overwritten. */
export function downloadsTo(folder: string): Downloads {
  let last: Promise<unknown> = Promise.resolve();
  return {
    folder,
    save(name, bytes) {
      // One after another, so that two equal calls find each other's file.
      const saving = last.then(() => save(folder, name, bytes));
      last = saving.catch(() => {});
      return saving;
    },
  };
}

async function save(folder: string, name: FileName, bytes: Uint8Array): Promise<SavedFile> {
  try {
    const real = await realpath(folder);
    for (let version = 1; version <= MOST_VERSIONS; version += 1) {
      const path = join(real, `${name.stem}${version === 1 ? "" : `-${version}`}.${name.extension}`);
      if (await create(path, bytes)) return { path, existed: false };
      if (await holds(path, bytes)) return { path, existed: true };
    }
  } catch (error) {
    throw unusable(folder, error);
  }
  throw new InvoicingError("conflict", `${folder} holds ${MOST_VERSIONS} other files named ${name.stem}.`, {
    next: "A person has to tidy up the folder.",
  });
}

/** False when there is something of that name; O_EXCL also refuses a link that leads nowhere. */
async function create(path: string, bytes: Uint8Array): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
  try {
    await file.writeFile(bytes);
    await file.sync();
  } catch (error) {
    await unlink(path).catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
  return true;
}

async function holds(path: string, bytes: Uint8Array): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return false;
  }
  try {
    const facts = await file.stat();
    return facts.isFile() && facts.size === bytes.length && (await file.readFile()).equals(bytes);
  } catch {
    return false;
  } finally {
    await file.close();
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  ENOTDIR: "it is not a folder",
  EACCES: "this user may not write to it",
  EPERM: "this user may not write to it",
  EROFS: "it is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk is full",
};

function unusable(folder: string, error: unknown): InvoicingError {
  const code = codeOf(error) ?? "unknown error";
  return new ConfigError(`The file could not be saved to ${folder}: ${REASONS[code] ?? code}.`, {
    next: "The owner checks the folder in INVOICES_DOWNLOAD_DIR; the file can also be read as a resource.",
    cause: error,
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
