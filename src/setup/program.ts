import { readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { z } from "zod";
import { type Config, SETTINGS } from "../config.ts";
import type { ServerStart } from "./clients.ts";

/** The program that a client is told to start: the one that runs now. */

/** How this process was started. */
export interface OwnProgram {
  readonly platform: NodeJS.Platform;
  readonly node: string;
  /** It is no Node of its own but part of another program. */
  readonly embedded: boolean;
  readonly node_options: readonly string[];
  readonly script: string;
}

const NpxFolder = z.object({ _npx: z.object({ packages: z.array(z.string()).min(1) }) });

/**
 * Through npx where npx started this, by the very words it was given: its folder is a cache, which may be emptied. Else Node
 * and this file by their full paths, because a desktop program has another PATH than a terminal.
 */
export function configuredProgram(own: OwnProgram): Pick<ServerStart, "command" | "args"> {
  const spec = npxPackage(own.script);
  if (spec !== null) {
    const words = ["-y", spec];
    // npx is a script of the shell there.
    return own.platform === "win32"
      ? { command: "cmd", args: ["/c", "npx", ...words] }
      : { command: "npx", args: words };
  }
  return own.embedded
    ? { command: "node", args: [own.script] }
    : { command: own.node, args: [...own.node_options, own.script] };
}

/** What npx was asked for, by the note it leaves beside the packages; a path relative to some folder says too little. */
function npxPackage(script: string): string | null {
  const parts = script.split(sep);
  const at = parts.lastIndexOf("_npx");
  if (at < 0 || parts[at + 2] !== "node_modules") return null;
  const folder = parts.slice(0, at + 2).join(sep);
  let note: unknown;
  try {
    note = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  } catch {
    return null;
  }
  const read = NpxFolder.safeParse(note);
  const [spec] = read.success ? read.data._npx.packages : [];
  return spec === undefined || /^(file:)?\.{0,2}[\\/]/.test(spec) ? null : spec;
}

/** Whether an entry starts this server, whatever it is called there. */
export function startsThis({ command, args }: ServerStart): boolean {
  return [command, ...args].some((word) => /(^|[\\/@])invoicing-mcp(@|$|[\\/]|\.)/.test(word)) || hasOwnScript(args);
}

/** A clone of the repository, in a folder of any name. */
function hasOwnScript(args: readonly string[]): boolean {
  const script = args.find((word) => /[\\/]dist[\\/]cli\.js$/.test(word));
  if (script === undefined) return false;
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(dirname(dirname(script)), "package.json"), "utf8"));
    return z.object({ name: z.literal("invoicing-mcp") }).safeParse(manifest).success;
  } catch {
    return false;
  }
}

/** Settings that are written as arguments, by their flags. The token and what is chosen with it are not among them. */
const CARRIED = ["mode", "confirm", "policy", "data_dir", "download_dir", "language", "timezone"] as const;

/** The settings in an entry's arguments, and the arguments' values by flag. */
export function flagsIn(args: readonly string[]): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [index, word] of args.entries()) {
    const [, name, joined] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    const value = joined ?? args[index + 1];
    if (name !== undefined && value !== undefined && SETTINGS.some((one) => "flag" in one && one.flag === name)) {
      found[name] = value;
    }
  }
  return found;
}

export interface Wanted {
  readonly config: Config;
  readonly demo: boolean;
  readonly organization_id: string | null;
  /** Settings that were given, by name; the others keep their defaults, or what the old entry says. */
  readonly given: ReadonlySet<string>;
  /** In the client's file, because the person chose so. */
  readonly token: string | null;
  /** What this network needs: proxy, certificates. */
  readonly network: Readonly<Record<string, string>>;
}

/** What the client shall start. What the person's old entry says besides stays: a limit that is lost would be no limit. */
export function configuredStart(own: OwnProgram, wanted: Wanted, old: ServerStart | null): ServerStart {
  const { command, args } = configuredProgram(own);
  const flags: Record<string, string> = {};
  const before = flagsIn(old?.args ?? []);
  for (const { name, flag } of SETTINGS.flatMap((one) => ("flag" in one ? [one] : []))) {
    const carried = CARRIED.find((one) => one === name);
    const kept = carried === undefined ? undefined : before[flag];
    const now = carried !== undefined && wanted.given.has(name) ? wanted.config[carried] : undefined;
    const value = now ?? kept;
    if (value !== undefined) flags[flag] = value;
  }
  if (!wanted.demo) {
    if (wanted.config.base_url !== DEFAULT_ADDRESS) flags["base-url"] = wanted.config.base_url;
    if (wanted.organization_id !== null) flags["organization"] = wanted.organization_id;
  }
  const env = Object.fromEntries(Object.entries(old?.env ?? {}).filter(([name]) => !isReplaced(name, flags)));
  return {
    command,
    args: [
      ...args,
      ...(wanted.demo ? ["--demo"] : []),
      ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]),
    ],
    env: {
      ...env,
      ...wanted.network,
      ...(wanted.token === null ? {} : { INVOICES_API_TOKEN: wanted.token }),
    },
  };
}

const DEFAULT_ADDRESS = "https://b.anny.co";
const CHOSEN_ANEW: readonly string[] = [
  "INVOICES_API_TOKEN",
  "INVOICES_ORGANIZATION_ID",
  "INVOICES_BASE_URL",
  "INVOICES_DEMO",
];

/** Variables of the old entry that setup decides anew, or that a flag beats. */
function isReplaced(name: string, flags: Readonly<Record<string, string>>): boolean {
  const setting = SETTINGS.find(({ env }) => env === name);
  if (setting === undefined) return false;
  return CHOSEN_ANEW.includes(name) || ("flag" in setting && flags[setting.flag] !== undefined);
}
