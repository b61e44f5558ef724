import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { readSettings } from "../config.ts";
import { ConfigError } from "../errors.ts";
import { type ClientId, KNOWN_CLIENTS, type KnownClient, type ServerStart, type System } from "../setup/clients.ts";
import { entriesOf, readText } from "../setup/edit.ts";
import { readConfigFile } from "../setup/file.ts";
import { startsThis } from "../setup/program.ts";
import { startSettings } from "../setup/started-with.ts";
import { approvalThere } from "./approval.ts";
import type { Finding } from "./finding.ts";

/** The clients that are configured to start this server, and what they can show a person. */
export interface Configured {
  readonly client: KnownClient;
  /** How the client lists it. */
  readonly name: string;
  readonly start: ServerStart;
}

export interface ClientsFound {
  readonly configured: readonly Configured[];
  readonly findings: readonly Finding[];
}

export function findClients(system: System, only: ClientId | null): ClientsFound {
  const configured: Configured[] = [];
  const findings: Finding[] = [];
  for (const client of KNOWN_CLIENTS.filter(({ id }) => only === null || id === only)) {
    const file = client.file(system);
    try {
      const entries = entriesOf(readText(client.format, readConfigFile(file)), client.servers);
      for (const [name, entry] of Object.entries(entries)) {
        const start = client.start(entry);
        if (start === null || !startsThis(start)) continue;
        configured.push({ client, name, start });
        findings.push(entryFinding(client, name, start, file, system));
      }
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const { message, next } = error;
      findings.push({ check: "client", verdict: "bad", says: `${client.name}: ${message}`, detail: file, cure: next });
    }
  }
  if (configured.length > 0 || findings.length > 0) return { configured, findings };
  const says = only === null ? "No known client is configured to start this server" : "It is not configured there";
  const cure = "Run setup, or configure it by hand: docs/clients.md.";
  return { configured, findings: [{ check: "client", verdict: only === null ? "unknown" : "bad", says, cure }] };
}

function entryFinding(client: KnownClient, name: string, start: ServerStart, file: string, system: System): Finding {
  const check = "client";
  const detail = `${file}: ${client.servers}.${name}`;
  if (!canStart(start.command, system)) {
    return {
      check,
      verdict: "bad",
      says: `${client.name} is to start a program that is not there.`,
      detail: `${detail}: ${start.command}`,
      cure: "Run setup again for this client.",
    };
  }
  const script = start.args.find((word) => /\.[cm]?js$/.test(word) && isAbsolute(word));
  if (script !== undefined && !isFile(script)) {
    return {
      check,
      verdict: "bad",
      says: `${client.name} is to start a file that is not there.`,
      detail: `${detail}: ${script}`,
      cure: "Run setup again for this client.",
    };
  }
  const { flags, env } = startSettings(start, system.env);
  const choice = readSettings(flags, env).usable;
  return {
    check,
    verdict: "good",
    says: `${client.name} starts it.${choice === null ? "" : ` How you approve there: ${approvalThere(choice, client.approval)}`}`,
    detail,
  };
}

/** Found as a client finds it: a path as it stands, a name in the folders of PATH. */
function canStart(command: string, { env, platform }: System): boolean {
  if (isAbsolute(command)) return isFile(command);
  const endings = platform === "win32" ? ["", ".exe", ".cmd", ".bat"] : [""];
  const path = env["PATH"] ?? env["Path"] ?? "";
  return path.split(delimiter).some((folder) => endings.some((ending) => isFile(join(folder, command + ending))));
}

function isFile(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
