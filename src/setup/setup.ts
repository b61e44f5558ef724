import { existsSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import type { ProxySettings } from "../api/proxy.ts";
import { readSettings } from "../config.ts";
import { credentialsFile, keepToken } from "../credentials/kept.ts";
import { openKeyring } from "../credentials/keyring.ts";
import type { JsonObject } from "../domain/json.ts";
import { ConfigError } from "../errors.ts";
import { type FoundAccount, findAccount } from "./account.ts";
import {
  type ClientId,
  KNOWN_CLIENTS,
  type KnownClient,
  knownClient,
  type ServerStart,
  type System,
} from "./clients.ts";
import { Cancelled, type Dialogue, dialogueWithPerson, dialogueWithScript } from "./dialogue.ts";
import { entriesOf, readText, withEntry } from "./edit.ts";
import { readConfigFile, writeConfigFile } from "./file.ts";
import { networkFor, readGiven, type Texts, tokenFrom } from "./given.ts";
import { difference } from "./lines.ts";
import { configuredStart, type OwnProgram, startsThis } from "./program.ts";
import type { Values } from "./slot.ts";
import { startSettings } from "./started-with.ts";
import { tryStart } from "./try-start.ts";

/** `invoicing-mcp setup`: from a token to a client that has read once. Changes nothing in the account. */

export const TOKEN_PLACES = ["keyring", "file", "client"] as const;
export type TokenPlaceWord = (typeof TOKEN_PLACES)[number];

export interface SetupOptions {
  /** Settings, by the names of their flags. */
  readonly settings: Texts;
  readonly client: ClientId | null;
  readonly keep: TokenPlaceWord | null;
  /** How the client lists this server. */
  readonly name: string;
  readonly demo: boolean;
  /** Ask nothing. */
  readonly yes: boolean;
  /** Show the entry, write no client's file. */
  readonly print: boolean;
  readonly token_stdin: boolean;
}

export interface SetupWorld {
  readonly system: System;
  readonly own: OwnProgram;
  readonly proxy: ProxySettings | null;
  readonly input: Readable & { readonly isTTY?: boolean };
  /** For the conversation. */
  readonly output: Writable;
  /** For what `--print` shows. */
  readonly print: (text: string) => void;
  readonly now: Date;
}

/** Returns the exit code. */
export async function runSetup(options: SetupOptions, world: SetupWorld): Promise<number> {
  const dialogue = options.yes ? dialogueWithScript(world.output) : await dialogueWithPerson(world.input, world.output);
  try {
    return await setUp(options, world, dialogue);
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    dialogue.say("Ended. Nothing was written but what is said above.");
    return 1;
  }
}

async function setUp(options: SetupOptions, world: SetupWorld, dialogue: Dialogue): Promise<number> {
  const { config, names } = await readGiven(options.settings, options.demo, world.system, dialogue);
  const token = options.token_stdin ? await tokenFrom(world.input) : config.api_token;
  const account = options.demo ? null : await findAccount(config, token, world.proxy, dialogue);
  const client = knownClient(options.client ?? (await askClient(world.system, dialogue)));
  const keep = account === null ? null : (options.keep ?? (await askPlace(client, dialogue)));
  const file = client.file(world.system);
  const before = options.print ? "" : readConfigFile(file);
  const old = ownEntry(client, before, options.name, file);
  const oldStart = old === null ? null : client.start(old);
  const network = networkFor(config.base_url, world.system.env, account === null ? null : world.proxy);
  const start = configuredStart(
    world.own,
    {
      config,
      given: names,
      demo: options.demo,
      organization_id: account?.organization.id ?? null,
      token: account === null || keep !== "client" ? null : options.print ? "<your access token>" : account.token,
      network: network.variables,
    },
    oldStart,
  );
  if (network.left_out !== null) {
    dialogue.say(`${network.left_out} holds a login and is not written: give it to ${client.name} yourself.`);
  }
  const entry = merged(old, client.entry(start));
  const after = withEntry(client.format, before, { servers: client.servers, name: options.name }, entry);
  if (options.print) {
    if (account !== null) await keepAndSay(config.data_dir, config.base_url, account, keep, dialogue);
    dialogue.say(`For ${client.name}, in ${file}:`);
    world.print(after);
    return 0;
  }
  const secrets = [account?.token, ...Object.values(oldStart?.env ?? {})];
  const shown = masked(difference(before, after), secrets);
  if (shown === "") dialogue.say(`${file} says so already.`);
  else {
    dialogue.show(file, shown);
    if (!(await dialogue.agree(`Write this for ${client.name}?`))) throw new Cancelled();
  }
  if (account !== null) await keepAndSay(config.data_dir, config.base_url, account, keep, dialogue);
  if (shown !== "") {
    const backup = writeConfigFile(file, before, after, world.now);
    dialogue.say(`Written: ${file}${backup === null ? "" : `\nAs it was before: ${backup}`}`);
  }
  return firstRead(client, start, world, dialogue);
}

async function askClient(system: System, dialogue: Dialogue): Promise<ClientId> {
  const isHere = (client: KnownClient) => existsSync(client.file(system));
  const sorted = [...KNOWN_CLIENTS].sort((a, b) => Number(isHere(b)) - Number(isHere(a)));
  const choices = sorted.map((one) => ({
    value: one.id,
    label: one.name,
    ...(isHere(one) ? { hint: "found here" } : {}),
  }));
  return dialogue.choose("Which client shall work with it?", choices, "--client");
}

async function askPlace(client: KnownClient, dialogue: Dialogue): Promise<TokenPlaceWord> {
  const hasKeyring = (await openKeyring()) !== null;
  if (!dialogue.asks) return hasKeyring ? "keyring" : "file";
  return dialogue.choose<TokenPlaceWord>(
    "Where shall the token be kept?",
    [
      ...(hasKeyring ? [{ value: "keyring" as const, label: "In this system's keyring" }] : []),
      { value: "file", label: "In a file that only you can read" },
      { value: "client", label: `In ${client.name}'s own file`, hint: "in plain text, for whoever sees that file" },
    ],
    "--keep",
  );
}

/** The entry of that name, where it is one of this server. Somebody else's is never replaced. */
function ownEntry(client: KnownClient, text: string, name: string, file: string): Values | null {
  let entry: Values | undefined;
  try {
    entry = entriesOf(readText(client.format, text), client.servers)[name];
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(`${file}: ${error.message}`, { next: error.next });
    throw error;
  }
  if (entry === undefined) return null;
  const start = client.start(entry);
  if (start !== null && startsThis(start)) return entry;
  throw new ConfigError(`${file} has an entry ${client.servers}.${name} that starts something else.`, {
    next: "Nothing was written. Give this one another name with --name.",
  });
}

const DECIDED_ANEW: readonly string[] = ["command", "args", "env", "cmd", "envs", "enabled", "disabled"];

/** What the person wrote into the entry besides stays. */
function merged(old: Values | null, entry: JsonObject): JsonObject {
  const kept = Object.entries(old ?? {}).filter(([key]) => !DECIDED_ANEW.includes(key));
  const values: unknown = { ...entry, ...Object.fromEntries(kept) };
  return isEntry(values) ? values : entry;
}

function isEntry(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Without the secrets of the file, old and new. */
function masked(shown: string, secrets: readonly (string | undefined)[]): string {
  return secrets.reduce<string>(
    (text, secret) => (secret !== undefined && secret.length >= 6 ? text.replaceAll(secret, "•••") : text),
    shown,
  );
}

async function keepAndSay(
  dataDir: string,
  origin: string,
  { token, organization }: FoundAccount,
  keep: TokenPlaceWord | null,
  dialogue: Dialogue,
): Promise<void> {
  if (keep === null || keep === "client") return;
  const kept = await keepToken(dataDir, { origin, organization_id: organization.id }, token, keep);
  const file = credentialsFile(dataDir);
  if (kept === "keyring") {
    dialogue.say(`The token is in this system's keyring; ${file} says for which organization.`);
    return;
  }
  const refused = keep === "keyring" ? "This system's keyring does not take it. " : "";
  const rights = process.platform === "win32" ? "in your own profile" : "only you can read it (rights 0600)";
  dialogue.say(`${refused}The token is in ${file}; ${rights}.`);
}

/** The proof that what was written works: started as the client will, and asked for one invoice. */
async function firstRead(
  client: KnownClient,
  start: ServerStart,
  world: SetupWorld,
  dialogue: Dialogue,
): Promise<number> {
  const tried = await dialogue.busy("Starting it as the client will, and reading once", () =>
    tryStart(start, world.system.env),
  );
  if (tried.kind === "answered" && !tried.isError) {
    dialogue.show(
      "It works",
      `${client.reload}\nThen ask, for example: “Who owes us money?”\n${approvalText(client, start, world.system)}`,
    );
    return 0;
  }
  const said = tried.kind === "silent" ? `It was started, but ${tried.reason}.` : tried.says;
  dialogue.show("It was written, but does not work yet", `${said}\nRun doctor to see why.`);
  return 1;
}

/** What a client can show is used by the settings as they come; others, doctor looks at. */
function approvalText(client: KnownClient, start: ServerStart, { env }: System): string {
  const given = startSettings(start, env);
  const { usable } = readSettings(given.flags, given.env);
  const isUsual = usable?.confirm === "auto" && usable.mode === "full" && usable.policy === undefined;
  return isUsual
    ? `How you approve there: ${client.approval}`
    : "How you approve there, by these settings: run doctor.";
}
