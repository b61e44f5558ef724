import { join } from "node:path";
import { isJsonObject, type JsonObject } from "../domain/json.ts";
import { ConfigError } from "../errors.ts";
import type { Values } from "./slot.ts";

/**
 * The clients whose configuration `setup` writes and `doctor` reads; docs/clients.md is made from the same. Paths and what
 * each can show a person were looked at in September 2026.
 */

/** The name under which a client lists this server. */
export const ENTRY_NAME = "invoicing";

export interface System {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a client starts. */
export interface ServerStart {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export const CLIENT_IDS = ["claude-desktop", "claude-code", "vscode", "cursor", "codex", "goose"] as const;
export type ClientId = (typeof CLIENT_IDS)[number];

export interface KnownClient {
  readonly id: ClientId;
  readonly name: string;
  readonly format: "json" | "toml" | "yaml";
  /** Where the servers stand in the file. */
  readonly servers: string;
  /** The file of this person, for all projects. */
  file(system: System): string;
  /** The entry, in the client's own words. */
  entry(start: ServerStart): JsonObject;
  /** What an entry starts; `null` where it is of another kind. */
  start(entry: Values): ServerStart | null;
  /** Which way of approval works there, and what is known not to. */
  readonly approval: string;
  /** How the person makes it read the new file. */
  readonly reload: string;
}

/** Folder of a program's settings, as each system has it. */
function settingsIn({ platform, home, env }: System, ...folder: readonly string[]): string {
  if (platform === "win32") return join(env["APPDATA"] ?? join(home, "AppData", "Roaming"), ...folder);
  if (platform === "darwin") return join(home, "Library", "Application Support", ...folder);
  return join(env["XDG_CONFIG_HOME"] ?? join(home, ".config"), ...folder);
}

const plain = ({ command, args, env }: ServerStart): JsonObject => ({
  command,
  args: [...args],
  ...(Object.keys(env).length === 0 ? {} : { env: { ...env } }),
});
const typed = (start: ServerStart): JsonObject => ({ type: "stdio", ...plain(start) });

const plainStart = (entry: Values) => startIn(entry["command"], entry["args"], entry["env"]);

function startIn(command: unknown, args: unknown, env: unknown): ServerStart | null {
  if (typeof command !== "string") return null;
  return {
    command,
    args: Array.isArray(args) ? args.filter((one) => typeof one === "string") : [],
    env: Object.fromEntries(
      Object.entries(isJsonObject(env) ? env : {}).flatMap(([name, value]) =>
        typeof value === "string" ? [[name, value]] : [],
      ),
    ),
  };
}

export const KNOWN_CLIENTS: readonly KnownClient[] = [
  {
    id: "claude-desktop",
    name: "Claude Desktop",
    format: "json",
    servers: "mcpServers",
    file: (system) => settingsIn(system, "Claude", "claude_desktop_config.json"),
    entry: plain,
    start: plainStart,
    approval:
      "The card in the chat where the app shows it (some versions declare it and show only text); otherwise a page in your browser. No forms.",
    reload: "Quit Claude Desktop and open it again.",
  },
  {
    id: "claude-code",
    name: "Claude Code",
    format: "json",
    servers: "mcpServers",
    file: ({ home, env }) => join(env["CLAUDE_CONFIG_DIR"] ?? home, ".claude.json"),
    entry: typed,
    start: plainStart,
    approval: "A form in the terminal. Hooks of your own can answer forms: leave them out for this server.",
    reload: "Start a new session of Claude Code.",
  },
  {
    id: "vscode",
    name: "VS Code",
    format: "json",
    servers: "servers",
    file: (system) => settingsIn(system, "Code", "User", "mcp.json"),
    entry: typed,
    start: plainStart,
    approval: "A form. Some builds declare forms and decline at once: then the page in your browser is used.",
    reload: "In VS Code, run “MCP: List Servers” and start it there.",
  },
  {
    id: "cursor",
    name: "Cursor",
    format: "json",
    servers: "mcpServers",
    file: ({ home }) => join(home, ".cursor", "mcp.json"),
    entry: plain,
    start: plainStart,
    approval: "A form.",
    reload: "In Cursor's settings, under MCP, switch it on.",
  },
  {
    id: "codex",
    name: "Codex",
    format: "toml",
    servers: "mcp_servers",
    file: ({ home, env }) => join(env["CODEX_HOME"] ?? join(home, ".codex"), "config.toml"),
    entry: plain,
    start: plainStart,
    approval: "A form in the terminal; the page in your browser elsewhere.",
    reload: "Start a new session of Codex.",
  },
  {
    id: "goose",
    name: "goose",
    format: "yaml",
    servers: "extensions",
    file: (system) =>
      system.platform === "win32"
        ? settingsIn(system, "Block", "goose", "config", "config.yaml")
        : join(system.env["XDG_CONFIG_HOME"] ?? join(system.home, ".config"), "goose", "config.yaml"),
    entry: ({ command, args, env }) => ({
      enabled: true,
      type: "stdio",
      name: "Invoices",
      description: "Invoices of anny",
      cmd: command,
      args: [...args],
      envs: { ...env },
      env_keys: [],
      timeout: 300,
    }),
    start: (entry) => startIn(entry["cmd"], entry["args"], entry["envs"]),
    approval: "A form, or the card in the desktop app.",
    reload: "Start a new session of goose.",
  },
];

/** `null`: none is named. Throws `ConfigError` where there is none of that name. */
export function clientNamed(text: string | undefined): ClientId | null {
  if (text === undefined) return null;
  const id = CLIENT_IDS.find((one) => one === text);
  if (id !== undefined) return id;
  throw new ConfigError(`--client must be one of ${CLIENT_IDS.join(", ")}.`, { next: "Give one of them." });
}

export function knownClient(id: ClientId): KnownClient {
  const client = KNOWN_CLIENTS.find((one) => one.id === id);
  if (client === undefined) throw new TypeError(`${id} is not in the list of clients`);
  return client;
}
