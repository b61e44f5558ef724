import { isAbsolute } from "node:path";
import { tokenProblem } from "./config-values.ts";

/**
 * What the text of each setting may be and what it then means. Written by hand: every start runs it before the first answer,
 * and loading a schema library would take longer than all the rest of a start.
 */

export const CONFIRM_CHOICES = ["auto", "form", "card", "page", "terminal", "token", "deny"] as const;
const MODES = ["full", "draft-only", "read-only"] as const;

export interface Config {
  readonly api_token?: string | undefined;
  readonly organization_id?: string | undefined;
  readonly base_url: string;
  readonly mode: (typeof MODES)[number];
  readonly confirm: (typeof CONFIRM_CHOICES)[number];
  readonly policy?: string | undefined;
  readonly data_dir: string;
  readonly download_dir?: string | undefined;
  readonly language?: string | undefined;
  readonly timezone?: string | undefined;
  readonly demo: boolean;
}

/** Published regions of the API (wire facts 1). */
export const REGIONS: Readonly<Record<string, string>> = {
  co: "https://b.anny.co",
  eu: "https://b.anny.eu",
  staging: "https://b.staging.anny.co",
};

type Check<T> = (text: string) => { readonly value: T } | { readonly problem: string };

const anything: Check<string> = (value) => ({ value });

/** `problem` reads after the name of the variable. */
function text(problem: string, isFit: (value: string) => boolean): Check<string> {
  return (value) => (isFit(value) ? { value } : { problem });
}

function oneOf<T extends string>(choices: readonly T[]): Check<T> {
  return (given) => {
    const value = choices.find((choice) => choice === given);
    return value === undefined ? { problem: `must be one of ${choices.join(", ")}` } : { value };
  };
}

const absolute = text("must be an absolute path", isAbsolute);
const CHECKS = {
  api_token: (value) => {
    const problem = tokenProblem(value);
    return problem === null ? { value } : { problem };
  },
  organization_id: text("is not an organization id (a UUID)", (value) => /^[A-Za-z0-9-]{1,64}$/.test(value)),
  base_url: (value) => originOf(REGIONS[value] ?? value),
  mode: oneOf(MODES),
  confirm: oneOf(CONFIRM_CHOICES),
  policy: anything,
  data_dir: absolute,
  download_dir: absolute,
  language: text("is not a language such as de-DE", (value) => /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(value)),
  timezone: text("is not a time zone such as Europe/Berlin", isTimeZone),
  demo: (value) =>
    value === "true" || value === "false" ? { value: value === "true" } : { problem: "must be true or false" },
} as const satisfies { readonly [Name in keyof Config]-?: Check<Exclude<Config[Name], undefined>> };

/** One text that cannot be used, by the name of its setting. */
export interface Issue {
  readonly name: keyof Config;
  readonly problem: string;
}

/** Settings that have to have a text; `CHECKS` says which one. */
type Required = "base_url" | "mode" | "confirm" | "data_dir" | "demo";
export type Texts = { readonly [Name in keyof Config]?: string } & Readonly<Record<Required, string>>;

/** The settings, or everything that is wrong with them, in the order of the settings. */
export function readTexts(texts: Texts): { readonly config: Config } | { readonly issues: readonly Issue[] } {
  const issues: Issue[] = [];
  const read = <T>(name: keyof Config, check: Check<T>): T | undefined => {
    const given = texts[name];
    const found = given === undefined ? { value: undefined } : check(given);
    if (!("problem" in found)) return found.value;
    issues.push({ name, problem: found.problem });
    return undefined;
  };
  const config = {
    api_token: read("api_token", CHECKS.api_token),
    organization_id: read("organization_id", CHECKS.organization_id),
    base_url: read("base_url", CHECKS.base_url),
    mode: read("mode", CHECKS.mode),
    confirm: read("confirm", CHECKS.confirm),
    policy: read("policy", CHECKS.policy),
    data_dir: read("data_dir", CHECKS.data_dir),
    download_dir: read("download_dir", CHECKS.download_dir),
    language: read("language", CHECKS.language),
    timezone: read("timezone", CHECKS.timezone),
    demo: read("demo", CHECKS.demo),
  };
  return issues.length === 0 && isComplete(config) ? { config } : { issues };
}

function isComplete(
  config: { readonly [Name in keyof Config]-?: Config[Name] | undefined },
): config is Config & typeof config {
  const { base_url, mode, confirm, data_dir, demo } = config;
  return [base_url, mode, confirm, data_dir, demo].every((value) => value !== undefined);
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

function originOf(value: string): { readonly value: string } | { readonly problem: string } {
  if (!URL.canParse(value))
    return { problem: "is not a web address such as https://b.anny.co, nor a region (co, eu, staging)" };
  const url = new URL(value);
  const loopback = ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && loopback)) {
    return { problem: "must begin with https:// (http:// only for this computer), because the token travels with it" };
  }
  if (url.username !== "" || url.password !== "") return { problem: "must not hold a user name or password" };
  if (!["", "/", "/api/v1", "/api/v1/"].includes(url.pathname) || url.search !== "" || url.hash !== "") {
    return { problem: "must be the address alone, e.g. https://b.anny.co, without a path" };
  }
  return { value: url.origin };
}
