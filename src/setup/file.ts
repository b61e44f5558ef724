import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { ConfigError } from "../errors.ts";

/** A client's configuration file, written so that nothing of it can be lost. */

/** Empty text where there is no file yet. */
export function readConfigFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw new ConfigError(`${file} cannot be read.`, { next: "Make it readable for this user; nothing was written." });
  }
}

/**
 * Writes `after` where `before` still stands. The old file is kept beside it; returns its name, `null` where there was
 * none. A link stays a link.
 */
export function writeConfigFile(file: string, before: string, after: string, now: Date): string | null {
  if (readConfigFile(file) !== before) {
    throw new ConfigError(`${file} was changed in the meantime.`, { next: "Nothing was written. Run setup again." });
  }
  const draft = `${file}.invoicing-mcp-${process.pid}`;
  try {
    const target = existsSync(file) ? realpathSync(file) : null;
    mkdirSync(dirname(file), { recursive: true });
    const mode = target === null ? 0o600 : statSync(target).mode & 0o777;
    const backup = target === null ? null : `${target}.${now.toISOString().replace(/[:.]/g, "-")}.backup`;
    if (target !== null && backup !== null) {
      copyFileSync(target, backup);
      chmodSync(backup, mode & 0o700);
    }
    writeFileSync(draft, after, { mode });
    chmodSync(draft, mode);
    renameSync(draft, target ?? file);
    return backup;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw new ConfigError(`${file} cannot be written${code}.`, {
      next: "Make it and its folder writable for this user, or paste what `setup --print` shows into it.",
      cause: error,
    });
  }
}
