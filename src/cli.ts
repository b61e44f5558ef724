import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { proxyOf } from "./api/proxy.ts";
import { assemble, assembleRefusing } from "./assemble.ts";
import { type Config, loadConfig, SETTINGS, type Setting } from "./config.ts";
import { oneLine } from "./domain/untrusted.ts";
import { ConfigError, InvoicingError } from "./errors.ts";
import type { BrowserEnvironment } from "./guard/channels/browser.ts";
import { approveCommand, ownCommand, passkeyCommand, type Start } from "./guard/channels/terminal-command.ts";
import type { ServerParts } from "./server.ts";
import { type Settings, settingsOf } from "./start-settings.ts";
import { openDesk } from "./transports/desk.ts";
import { VERSION } from "./version.ts";

/** The only file that reads arguments, environment and stdin, or ends the process. stdout carries the protocol. */

const EXIT_CONFIG = 2;

// A start that answers a client does not read it.
const loadHelp = () => import("./help.ts");

async function main(argv: readonly string[]): Promise<void> {
  const [command, ...rest] = argv;
  switch (command) {
    case "simulator":
      return simulator(rest);
    case "passkey":
      return passkey(rest);
    case "approve":
    case "journal":
      return owner(command, rest);
    case "serve":
      return hosted(rest);
    case "setup":
      return setup(rest);
    case "migrate":
    case "credentials":
      return database(command, rest);
    case "doctor":
      return doctor(rest);
    default:
      return serve(argv);
  }
}

function flagsOf(settings: readonly Setting[]): Record<string, Flag> {
  return Object.fromEntries(
    settings.flatMap(({ flag }) => (flag === undefined ? [] : [[flag, { type: "string" as const }]])),
  );
}

const settingFlags = flagsOf(SETTINGS);

async function serve(argv: readonly string[]): Promise<void> {
  const { values } = parse(argv, {
    ...settingFlags,
    demo: { type: "boolean" },
    help: { type: "boolean", short: "h" },
    version: { type: "boolean", short: "v" },
  });
  if (values["help"] === true) return print((await loadHelp()).help());
  if (values["version"] === true) return print(`${VERSION}\n`);
  let settings: Settings;
  try {
    const env = values["demo"] === true ? { ...process.env, INVOICES_DEMO: "true" } : process.env;
    settings = await settingsOf(strings(values), env, (config) => ownCommand(startOf(config), "setup"));
  } catch (error) {
    // Somebody at a terminal reads the sentence there; a client is told by every answer, until it goes.
    if (!(error instanceof ConfigError) || process.stdin.isTTY) throw error;
    return serveRefusing(error);
  }
  const assembly = assemble({
    ...settings,
    demo: settings.config.demo,
    proxy: proxyOf(process.env),
    report,
    terminalCommand: approveCommand(startOf(settings.config)),
    passkeyCommand: passkeyCommand(startOf(settings.config)),
    desktop: desktop(),
  });
  await connect(assembly.parts, 0, async () => {
    try {
      await assembly.close();
    } catch {
      report("shutting down: some outcomes could not be settled; list_operations shows them after the next start");
    }
  });
}

/** How this process was started, for commands that a person is told. */
function startOf(config: Config): Start {
  return {
    ...programOf(),
    data_dir: resolve(config.data_dir),
    policy: config.policy === undefined ? undefined : resolve(config.policy),
  };
}

function programOf() {
  return {
    platform: process.platform,
    node: process.execPath,
    // The editor's or desktop's own program that runs this file as Node: by itself it would open a window.
    embedded: process.versions["electron"] !== undefined,
    node_options: process.execArgv,
    script: process.argv[1] === undefined ? "" : realpathSync(process.argv[1]),
  };
}

/** Whether and how a browser can be shown to the person from here. */
function desktop(): BrowserEnvironment {
  return {
    platform: process.platform,
    display: Boolean(process.env["DISPLAY"] ?? process.env["WAYLAND_DISPLAY"]),
    remote: Boolean(process.env["SSH_CONNECTION"] ?? process.env["SSH_TTY"]),
    browser: process.env["BROWSER"] ?? "",
  };
}

async function serveRefusing(error: ConfigError): Promise<void> {
  report(error.message);
  report(error.next);
  await connect(assembleRefusing(error), EXIT_CONFIG, async () => {});
}

/** Serves until the client goes or the process is asked to end. */
async function connect(parts: ServerParts, exitCode: number, close: () => Promise<void>): Promise<void> {
  const { stdin: input, stdout: output } = process;
  let connection: { close(): unknown } | null = null;
  const desk = openDesk(parts, input, output, (opening) => {
    import("./transports/stdio.ts")
      .then(({ serveOverStdio }) => {
        if (!closing) connection = serveOverStdio(parts, report, { output, opening });
      })
      .catch(fail);
  });
  let closing = false;
  const shutDown = () => {
    if (closing) return;
    closing = true;
    void close()
      .then(() => desk.close())
      .then(() => connection?.close())
      .finally(() => process.exit(exitCode));
  };
  input.once("end", shutDown);
  input.once("close", shutDown);
  output.once("error", shutDown);
  process.once("SIGTERM", shutDown);
  process.once("SIGINT", shutDown);
}

async function simulator(argv: readonly string[]): Promise<void> {
  const { values } = parse(argv, {
    port: { type: "string" },
    data: { type: "string" },
    seed: { type: "string" },
    now: { type: "string" },
    help: { type: "boolean", short: "h" },
  });
  if (values["help"] === true) return print((await loadHelp()).simulatorHelp);
  const port = Number(values["port"] ?? "0");
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigError("--port is not a port number.", { next: "Give a number from 0 (any free one) to 65535." });
  }
  const seed = values["seed"] ?? "firm";
  if (seed !== "firm" && seed !== "empty") {
    throw new ConfigError("--seed is unknown.", { next: "Give firm or empty." });
  }
  const now = typeof values["now"] === "string" ? Date.parse(values["now"]) : undefined;
  if (Number.isNaN(now)) throw new ConfigError("--now is not a time.", { next: "Give e.g. 2026-03-01T09:00:00Z." });
  const { startSimulator } = await import("./simulator/index.ts");
  const running = await startSimulator({
    port,
    seed,
    ...(typeof values["data"] === "string" ? { data: values["data"] } : {}),
    ...(now === undefined ? {} : { now: () => now }),
  });
  print(
    [
      `Simulator of the invoices API: ${running.url}`,
      `Look at it:           ${running.url}/_simulator`,
      "Use it:",
      `  INVOICES_BASE_URL=${running.url}`,
      `  INVOICES_API_TOKEN=${running.token}`,
      `  INVOICES_ORGANIZATION_ID=${running.organization_id}`,
      "Stop with Ctrl+C.\n",
    ].join("\n"),
  );
  const stop = () => void running.close().finally(() => process.exit(0));
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

/** Many clients over HTTP; loaded apart, so that a start on stdio knows nothing of it. */
async function hosted(argv: readonly string[]): Promise<void> {
  const { HOSTED_SETTINGS, loadHostedConfig } = await import("./hosted/settings.ts");
  const { values } = parse(argv, {
    ...settingFlags,
    ...flagsOf(HOSTED_SETTINGS),
    demo: { type: "boolean" },
    "new-key": { type: "string" },
    help: { type: "boolean", short: "h" },
  });
  if (values["help"] === true) return print((await loadHelp()).serveHelp(HOSTED_SETTINGS));
  const { loadDatabaseConfig } = await import("./hosted/database-settings.ts");
  const { newKey, serveHosted } = await import("./hosted/serve.ts");
  if (typeof values["new-key"] === "string") return print(newKey(values["new-key"]));
  const given = strings(values);
  const settings = loadHostedConfig(given, process.env);
  const demo = values["demo"] === true;
  const config = loadConfig(given, process.env, demo || settings.access !== undefined);
  const served = await serveHosted({
    config,
    hosted: settings,
    database: loadDatabaseConfig(process.env),
    demo: demo || config.demo,
    proxy: proxyOf(process.env),
    env: process.env,
    logs: { write: (line) => void process.stderr.write(line) },
  });
  const stop = () => void served.close().finally(() => process.exit(0));
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  print(`${served.url}\n`);
}

async function setup(argv: readonly string[]): Promise<void> {
  const { setupHelp, setupOptions } = await import("./setup/options.ts");
  const { values } = parse(argv, {
    ...settingFlags,
    ...Object.fromEntries(["client", "keep", "name"].map((name) => [name, { type: "string" as const }])),
    ...Object.fromEntries(["demo", "yes", "print", "token-stdin"].map((name) => [name, { type: "boolean" as const }])),
    help: { type: "boolean", short: "h" },
  });
  if (values["help"] === true) return print(setupHelp);
  const options = setupOptions(values, strings(values));
  if (!options.yes && (!process.stdin.isTTY || options.token_stdin)) {
    throw new ConfigError("setup asks questions, and there is no terminal to ask in.", {
      next: "Open a terminal and run it there, or give everything as flags with --yes. See setup --help.",
    });
  }
  const { runSetup } = await import("./setup/setup.ts");
  const { platform, node, embedded, node_options, script } = programOf();
  process.exitCode = await runSetup(options, {
    system: { platform, home: homeFolder(), env: process.env },
    own: { platform, node, embedded, node_options, script },
    proxy: proxyOf(process.env),
    input: process.stdin,
    // What is printed for pasting may go into a file; the conversation does not.
    output: options.print ? process.stderr : process.stdout,
    print,
    now: new Date(),
  });
  // Whatever it is, a terminal, a pipe or a file: it no longer keeps the process.
  process.stdin.destroy();
}

async function doctor(argv: readonly string[]): Promise<void> {
  const { values } = parse(argv, {
    ...settingFlags,
    client: { type: "string" },
    demo: { type: "boolean" },
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  });
  if (values["help"] === true) return print((await loadHelp()).doctorHelp);
  const { clientNamed } = await import("./setup/clients.ts");
  const { examine, forPerson, forReport, isHealthy } = await import("./doctor/doctor.ts");
  const { client, ...settings } = strings(values);
  const home = homeFolder();
  const program = programOf();
  const findings = await examine({
    system: { platform: process.platform, home, env: process.env },
    settings,
    demo: values["demo"] === true,
    client: clientNamed(client),
    node: { version: process.versions.node, path: program.node, arch: process.arch, embedded: program.embedded },
    desktop: desktop(),
    told: (command, folders, ...more) => ownCommand({ ...program, ...folders }, command, ...more),
  });
  print(values["json"] === true ? forReport(findings, home) : forPerson(findings));
  process.exitCode = isHealthy(findings) ? 0 : 1;
}

/** Empty for a user id without an entry in the password file. */
function homeFolder(): string {
  try {
    return homedir();
  } catch {
    return "";
  }
}

async function owner(command: "approve" | "journal", argv: readonly string[]): Promise<void> {
  const { values, positionals } = parse(
    argv,
    { ...settingFlags, open: { type: "boolean" }, csv: { type: "boolean" }, limit: { type: "string" } },
    true,
  );
  // No token is needed to look at what is on this computer.
  const config = loadConfig(strings(values), process.env, true);
  const { runApprove, runJournal } = await import("./owner.ts");
  if (command === "approve") {
    process.exitCode = await runApprove(config, { input: process.stdin, output: process.stdout });
    return;
  }
  const limit = values["limit"];
  const flags = {
    open: values["open"] === true,
    csv: values["csv"] === true,
    limit: typeof limit === "string" ? limit : undefined,
  };
  const { ownedDatabase } = await import("./hosted/database-settings.ts");
  process.exitCode = await runJournal(config, positionals, flags, print, ownedDatabase(process.env));
}

/** For who owns the hosted server's database. */
async function database(command: "migrate" | "credentials", argv: readonly string[]): Promise<void> {
  const { values, positionals } = parse(
    argv,
    {
      check: { type: "boolean" },
      "from-journal": { type: "string" },
      principal: { type: "string" },
      organization: { type: "string" },
      "base-url": { type: "string" },
      help: { type: "boolean", short: "h" },
    },
    true,
  );
  const { DATABASE_SETTINGS, loadDatabaseConfig } = await import("./hosted/database-settings.ts");
  if (values["help"] === true) return print((await loadHelp()).databaseHelp(DATABASE_SETTINGS));
  const config = loadDatabaseConfig(process.env);
  const { runCredentials, runMigrate } = await import("./owner-database.ts");
  const given = strings(values);
  if (command === "migrate") {
    const flags = { check: values["check"] === true, fromJournal: given["from-journal"] };
    process.exitCode = await runMigrate(config, positionals, flags, print);
    return;
  }
  const { base_url } = loadConfig({ "base-url": given["base-url"] }, process.env, true);
  const { principal, organization } = given;
  process.exitCode = await runCredentials(
    config,
    positionals,
    { principal, organization, origin: new URL(base_url).origin },
    { input: process.stdin, questions: process.stderr, print },
  );
}

async function passkey(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parse(argv, settingFlags, true);
  const { runPasskey } = await import("./owner-passkeys.ts");
  const terminal = { isPersons: process.stdin.isTTY && process.stdout.isTTY, print, desktop: desktop() };
  process.exitCode = await runPasskey(loadConfig(strings(values), process.env, true), positionals, terminal);
}

interface Flag {
  readonly type: "string" | "boolean";
  readonly short?: string;
}

function parse(argv: readonly string[], options: Readonly<Record<string, Flag>>, allowPositionals = false) {
  try {
    return parseArgs({ args: [...argv], options: { ...options }, allowPositionals, strict: true });
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split(". ")[0] ?? "") : "";
    throw new ConfigError(`${oneLine(reason, 160)}.`, { next: "See --help." });
  }
}

function strings(values: Readonly<Record<string, unknown>>): Record<string, string | undefined> {
  const kept: Record<string, string | undefined> = {};
  for (const [key, value] of Object.entries(values)) if (typeof value === "string") kept[key] = value;
  return kept;
}

function print(text: string): void {
  process.stdout.write(text);
}

function report(line: string): void {
  process.stderr.write(`invoicing-mcp: ${oneLine(line, 500)}\n`);
}

main(process.argv.slice(2)).catch(fail);

function fail(error: unknown): never {
  if (error instanceof InvoicingError) {
    report(error.message);
    report(error.next);
    process.exit(error instanceof ConfigError ? EXIT_CONFIG : 1);
  }
  report(`unexpected: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
