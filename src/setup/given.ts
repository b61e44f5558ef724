import type { Readable } from "node:stream";
import { type ProxySettings, usesProxy } from "../api/proxy.ts";
import { type Config, REGIONS, readSettings, SETTINGS, stateFolder } from "../config.ts";
import { givenValue, tokenProblem } from "../config-values.ts";
import { ConfigError } from "../errors.ts";
import type { System } from "./clients.ts";
import type { Dialogue } from "./dialogue.ts";
import { passedOn } from "./try-start.ts";

/** What the person or the script has said before the first question. */

export type Texts = Readonly<Record<string, string | undefined>>;

export interface Given {
  readonly config: Config;
  /** Names of the settings that were given; the others are defaults. */
  readonly names: ReadonlySet<string>;
}

const REGION_WORDS: Readonly<Record<string, string>> = {
  co: "anny.co (most accounts)",
  eu: "anny.eu (Gov-Cloud)",
  staging: "staging (test accounts)",
};

/** The settings, all checked before anything is asked but the region. Throws the first problem. */
export async function readGiven(flags: Texts, demo: boolean, system: System, dialogue: Dialogue): Promise<Given> {
  const { env } = system;
  const address = flags["base-url"] ?? env["INVOICES_BASE_URL"];
  const region = address !== undefined || demo || !dialogue.asks ? undefined : await askRegion(dialogue);
  const settings = region === undefined ? flags : { ...flags, "base-url": region };
  const { config, problems } = readSettings(settings, { ...env, INVOICES_DEMO: String(demo) });
  const [first] = problems;
  if (first !== undefined) throw first;
  if (config === null) throw new TypeError("settings without a problem are complete");
  const names = new Set<string>();
  for (const one of SETTINGS) {
    if (("flag" in one && settings[one.flag] !== undefined) || env[one.env] !== undefined) names.add(one.name);
  }
  // What moves the folder in this terminal, a client may not pass on.
  const later = stateFolder(passedOn(env));
  if (!("path" in later) || later.path !== config.data_dir) names.add("data_dir");
  return { config, names };
}

function askRegion(dialogue: Dialogue): Promise<string> {
  const choices = Object.entries(REGIONS).map(([value, origin]) => ({
    value,
    label: REGION_WORDS[value] ?? value,
    hint: new URL(origin).host,
  }));
  return dialogue.choose("Where is your account?", choices, "--base-url");
}

/** The token on stdin, checked. */
export async function tokenFrom(input: Readable): Promise<string> {
  let text = "";
  for await (const chunk of input) text += String(chunk);
  const read = givenValue(text, "api_token", "blank");
  const problem = "problem" in read ? read.problem : tokenProblem(read.value ?? "");
  if (problem === null && "value" in read && read.value !== undefined) return read.value;
  throw new ConfigError(`The token on stdin ${problem ?? "is missing"}.`, { next: "Write the token alone to stdin." });
}

/** Variables that this network needs and that a client does not pass on by itself. A login stays out of its file. */
export function networkFor(
  origin: string,
  env: Texts,
  proxy: ProxySettings | null,
): { readonly variables: Readonly<Record<string, string>>; readonly left_out: string | null } {
  const authority = env["NODE_EXTRA_CA_CERTS"]?.trim();
  const certificates: Record<string, string> = authority ? { NODE_EXTRA_CA_CERTS: authority } : {};
  if (proxy === null || !usesProxy(proxy, new URL(origin))) return { variables: certificates, left_out: null };
  if (proxy.url.includes("@")) return { variables: certificates, left_out: "HTTPS_PROXY" };
  return {
    variables: {
      ...certificates,
      HTTPS_PROXY: proxy.url,
      ...(proxy.except === "" ? {} : { NO_PROXY: proxy.except }),
    },
    left_out: null,
  };
}
