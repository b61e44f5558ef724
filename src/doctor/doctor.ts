import { type ProxySettings, proxyOf } from "../api/proxy.ts";
import { readSettings, SETTINGS } from "../config.ts";
import { oneLine } from "../domain/untrusted.ts";
import type { BrowserEnvironment } from "../guard/channels/browser.ts";
import type { ClientId, System } from "../setup/clients.ts";
import { startSettings } from "../setup/started-with.ts";
import { VERSION } from "../version.ts";
import { checkAccount } from "./account.ts";
import { checkApproval } from "./approval.ts";
import { type ClientsFound, findClients } from "./clients.ts";
import type { Finding, Verdict } from "./finding.ts";
import { checkCertificates, checkJournal, checkNode, checkPolicy, checkSettings, checkSqlite } from "./here.ts";
import { checkHosted, hostedHere } from "./hosted.ts";
import { checkNetwork } from "./network.ts";

/** `invoicing-mcp doctor`: looks at everything that has to be right, and says what to do about what is not. Only reads. */

type Texts = Readonly<Record<string, string | undefined>>;

export interface DoctorWorld {
  readonly system: System;
  /** Settings, by the names of their flags. */
  readonly settings: Texts;
  readonly demo: boolean;
  /** Take the settings that this client is configured with. */
  readonly client: ClientId | null;
  readonly node: { readonly version: string; readonly path: string; readonly arch: string; readonly embedded: boolean };
  readonly desktop: BrowserEnvironment;
  /** The owner's commands for these folders, as they are typed here. */
  told(
    command: "approve" | "passkey" | "setup",
    folders: { readonly data_dir: string; readonly policy: string | undefined },
    ...more: readonly string[]
  ): string;
}

/** Everything found, in the order of what rests on what. Never throws for what is wrong with the settings. */
export async function examine(world: DoctorWorld): Promise<readonly Finding[]> {
  const { system, node } = world;
  const clients = findClients(system, world.client);
  const source = settingsFrom(world, clients);
  const read = readSettings(source.flags, source.env);
  const config = read.usable;
  const findings: Finding[] = [
    checkNode(node.version, `${system.platform} ${node.arch}`, node.embedded, node.path),
    ...(source.hosted?.database === true ? [] : [checkSqlite()]),
    ...checkSettings(read, source.from),
    ...checkCertificates(source.env["NODE_EXTRA_CA_CERTS"]),
  ];
  if (config === null) return [...findings, ...clients.findings];
  const { data_dir, policy } = config;
  const hosted = source.hosted;
  if (hosted !== null) findings.push(...checkHosted(hosted, config));
  else {
    findings.push(checkJournal(config), checkPolicy(config));
    const approve = world.told("approve", { data_dir, policy });
    const passkey = world.told("passkey", { data_dir, policy: undefined }, "list");
    findings.push(...checkApproval(config, world.desktop, { approve, passkey }));
  }
  if (config.demo) {
    findings.push({ check: "reach", verdict: "good", says: "The demo needs no network and no account" });
    return [...findings, ...clients.findings];
  }
  const proxy: ProxySettings | null = proxyOf(source.env);
  const network = await checkNetwork(config.base_url, proxy);
  findings.push(...network);
  // With wrong settings it would be another account; without a connection, every look would say the same once more.
  if (
    read.config !== null &&
    network.every(({ check, verdict }) => check !== "reach" || verdict === "good") &&
    hosted?.access !== true
  ) {
    findings.push(...(await checkAccount(config, proxy, world.told("setup", { data_dir, policy }))));
  }
  return [...findings, ...clients.findings];
}

/** What the server would be started with: by this terminal, or by the client that is meant. */
function settingsFrom(world: DoctorWorld, { configured }: ClientsFound) {
  const { env } = world.system;
  const own = world.demo ? { ...env, INVOICES_DEMO: "true" } : env;
  const hosted = hostedHere(own);
  const named =
    hosted !== null ||
    SETTINGS.some((one) => own[one.env] !== undefined || ("flag" in one && world.settings[one.flag] !== undefined));
  const [only, ...others] = configured;
  const chosen = world.client !== null || (!named && others.length === 0) ? only : undefined;
  if (chosen === undefined) return { flags: world.settings, env: own, from: "this terminal", hosted };
  return { ...startSettings(chosen.start, env), from: `${chosen.client.name}'s configuration`, hosted: null };
}

export function isHealthy(findings: readonly Finding[]): boolean {
  return findings.every(({ verdict }) => verdict !== "bad");
}

const SIGNS: Readonly<Record<Verdict, string>> = { good: "ok  ", warning: "note", bad: "BAD ", unknown: "?   " };

/** For the person at this computer: names and paths included. */
export function forPerson(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ check, verdict, says, detail, cure }) => [
    `${SIGNS[verdict]}  ${check.padEnd(12)} ${oneLine(says, 600)}`,
    ...(detail === undefined ? [] : [`      ${"".padEnd(12)} ${oneLine(detail, 600)}`]),
    ...(cure === undefined || verdict === "good" ? [] : [`      ${"".padEnd(12)} → ${oneLine(cure, 600)}`]),
  ]);
  const bad = findings.filter(({ verdict }) => verdict === "bad").length;
  const end =
    bad === 0 ? "Nothing is wrong." : `${bad} to put right. For an issue report, add what doctor --json prints.`;
  return `${[`invoicing-mcp ${VERSION}`, ...lines, "", end].join("\n")}\n`;
}

/** For others: no secret, no name or id of an account, no name of a person in a path. */
export function forReport(findings: readonly Finding[], home: string): string {
  const shown = findings.map(({ check, verdict, says, code, cure, tools }) => ({
    check,
    verdict,
    says: withoutHome(says, home),
    ...(code === undefined ? {} : { code }),
    ...(cure === undefined || code !== undefined ? {} : { cure: withoutHome(cure, home) }),
    ...(tools === undefined ? {} : { tools }),
  }));
  return `${JSON.stringify({ version: VERSION, healthy: isHealthy(findings), findings: shown }, null, 2)}\n`;
}

function withoutHome(text: string, home: string): string {
  return home === "" ? text : text.replaceAll(home, "~");
}
