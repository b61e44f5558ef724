import { chmodSync, mkdirSync, readFileSync, renameSync, type Stats, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { shellWord } from "../domain/untrusted.ts";
import { ConfigError } from "../errors.ts";
import { openKeyring } from "./keyring.ts";

/** Tokens that `setup` keeps for one person on this computer: which ones there are says one small file in the data folder. */

const FILE = "credentials.json";
const OTHERS_READ_OR_WRITE = 0o077;

export interface TokenPlace {
  readonly origin: string;
  readonly organization_id: string;
}

/** A token goes to the address it was given for, and works in the organization that was chosen with it. */
export type KeptToken =
  | (TokenPlace & { readonly kept: "keyring" })
  | (TokenPlace & { readonly kept: "file"; readonly token: string });

export function credentialsFile(dataDir: string): string {
  return join(dataDir, FILE);
}

/** Throws `ConfigError` where the file is there and not usable; empty where there is none. */
export function keptTokens(dataDir: string): readonly KeptToken[] {
  const file = credentialsFile(dataDir);
  let text: string;
  let facts: Stats;
  try {
    facts = statSync(file);
    // A pipe is never read: nobody may ever write into it.
    text = facts.isFile() ? readFileSync(file, "utf8") : "";
  } catch (error) {
    if (isMissing(error)) return [];
    throw new ConfigError(`The file with the access token, ${file}, cannot be read.`, {
      next: `Make it readable for this user, or run setup again.`,
    });
  }
  if (!facts.isFile()) {
    throw new ConfigError(`What should be the file with the access token, ${file}, is no file.`, {
      next: "Put it aside and run setup again, or set INVOICES_API_TOKEN.",
    });
  }
  const tokens = tokensIn(text);
  if (tokens === null) {
    throw new ConfigError(`The file with the access token, ${file}, is damaged.`, {
      next: "Put it aside and run setup again, or set INVOICES_API_TOKEN.",
    });
  }
  const hasSecret = tokens.some(({ kept }) => kept === "file");
  if (hasSecret && process.platform !== "win32" && (facts.mode & OTHERS_READ_OR_WRITE) !== 0) {
    throw new ConfigError(`Other users can read the access token in ${file}.`, {
      next: `Run: chmod 600 ${shellWord(process.platform, file)}; then restart. If others use this computer, create a new token and run setup again.`,
    });
  }
  return tokens;
}

/** The one kept for this address and, where one is named, this organization. Never one of several. */
export function keptFor(
  tokens: readonly KeptToken[],
  origin: string,
  organizationId: string | undefined,
): KeptToken | null {
  const here = tokens.filter((one) => one.origin === origin);
  const fitting = here.filter((one) => organizationId === undefined || one.organization_id === organizationId);
  const [first, ...others] = fitting;
  if (others.length > 0) {
    throw new ConfigError("Access tokens of several organizations are kept here, and none is chosen.", {
      next: `Set INVOICES_ORGANIZATION_ID to one of ${fitting.map(({ organization_id }) => organization_id).join(", ")}.`,
    });
  }
  if (first === undefined && here.length > 0) {
    throw new ConfigError(
      `No access token is kept for organization ${organizationId}, only for ${here.map(({ organization_id }) => organization_id).join(", ")}.`,
      { next: "Correct INVOICES_ORGANIZATION_ID, or run setup for that organization." },
    );
  }
  return first ?? null;
}

/** The token itself. Throws `ConfigError` where the keyring does not give it. */
export async function tokenOf(kept: KeptToken): Promise<string> {
  if (kept.kept === "file") return kept.token;
  const next = "Unlock it, or run setup again and keep the token in a file, or set INVOICES_API_TOKEN; then restart.";
  const keyring = await openKeyring();
  if (keyring === null) {
    throw new ConfigError("The access token is in this system's keyring, which cannot be opened from here.", { next });
  }
  let token: string | null;
  try {
    token = await keyring.read(accountOf(kept));
  } catch {
    throw new ConfigError("The access token is in this system's keyring, which did not give it out.", { next });
  }
  if (token === null) throw new ConfigError("The access token is no longer in this system's keyring.", { next });
  return token;
}

/**
 * Keeps a token, in the system's keyring where it can be read back from there, else in the file (0600). Replaces the one
 * that was kept for the same place. Returns where it is.
 */
export async function keepToken(
  dataDir: string,
  at: TokenPlace,
  token: string,
  wanted: KeptToken["kept"],
): Promise<KeptToken["kept"]> {
  const kept = wanted === "keyring" && (await intoKeyring(at, token)) ? "keyring" : "file";
  const others = keptTokens(dataDir).filter(
    (one) => one.origin !== at.origin || one.organization_id !== at.organization_id,
  );
  const { origin, organization_id } = at;
  const entry: KeptToken =
    kept === "keyring" ? { origin, organization_id, kept } : { origin, organization_id, kept, token };
  write(dataDir, [...others, entry]);
  return kept;
}

async function intoKeyring(at: TokenPlace, token: string): Promise<boolean> {
  const keyring = await openKeyring();
  if (keyring === null) return false;
  try {
    await keyring.write(accountOf(at), token);
    return (await keyring.read(accountOf(at))) === token;
  } catch {
    return false;
  }
}

function write(dataDir: string, tokens: readonly KeptToken[]): void {
  const file = credentialsFile(dataDir);
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(draft, `${JSON.stringify({ version: 1, tokens }, null, 2)}\n`, { mode: 0o600 });
    chmodSync(draft, 0o600);
    renameSync(draft, file);
  } catch (error) {
    throw new ConfigError(`The access token cannot be kept in ${file}.`, {
      next: "Make the folder writable for this user, or name another one with --data-dir.",
      cause: error,
    });
  }
}

function accountOf({ origin, organization_id }: TokenPlace): string {
  return `${origin} ${organization_id}`;
}

/** Read by hand: a start with a kept token comes through here, and a schema library would take longer than all the rest. */
function tokensIn(text: string): readonly KeptToken[] | null {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(file) || file["version"] !== 1 || !Array.isArray(file["tokens"])) return null;
  const tokens = file["tokens"].map(keptIn).filter((one) => one !== null);
  return tokens.length === file["tokens"].length ? tokens : null;
}

function keptIn(entry: unknown): KeptToken | null {
  if (!isRecord(entry)) return null;
  const { origin, organization_id, kept, token } = entry;
  if (typeof origin !== "string" || !URL.canParse(origin)) return null;
  if (typeof organization_id !== "string" || organization_id === "") return null;
  if (kept === "keyring") return { origin, organization_id, kept };
  return kept === "file" && typeof token === "string" && token !== "" ? { origin, organization_id, kept, token } : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
