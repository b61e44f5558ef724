import { homedir } from "node:os";
import { join, resolve, sep } from "node:path";
import { type Config, readTexts } from "./config-shape.ts";
import { type Given, givenValue, type Refuses, unknownVariable } from "./config-values.ts";
import { oneLine } from "./domain/untrusted.ts";
import { ConfigError } from "./errors.ts";

/** One setting: the README table, `--help` and the manifest are made from these. */
export interface Setting {
  readonly name: string;
  readonly env: string;
  /** Command-line flag without dashes, when there is one. Secrets have none: arguments are visible to other processes. */
  readonly flag?: string;
  readonly default?: string;
  readonly secret: boolean;
  /** What counts as a mistake instead of "not set", because absent permits more or means another place. */
  readonly refuses?: Refuses;
  readonly description: string;
}

export const SETTINGS = [
  {
    name: "api_token",
    env: "INVOICES_API_TOKEN",
    secret: true,
    refuses: "placeholder",
    description: "Access token with admin access: dashboard, Organization Settings, API. Required, except with --demo.",
  },
  {
    name: "organization_id",
    env: "INVOICES_ORGANIZATION_ID",
    flag: "organization",
    secret: false,
    refuses: "placeholder",
    description: "Organization to act in. Found from the token when it belongs to one organization.",
  },
  {
    name: "base_url",
    env: "INVOICES_BASE_URL",
    flag: "base-url",
    default: "https://b.anny.co",
    secret: false,
    refuses: "placeholder",
    description: "API address, or a region: `co`, `eu` (Gov-Cloud), `staging`. https only, except on this computer.",
  },
  {
    name: "mode",
    env: "INVOICES_MODE",
    flag: "mode",
    default: "full",
    secret: false,
    refuses: "blank",
    description: "Which tools exist: `full`, `draft-only` (nothing leaves the house) or `read-only`.",
  },
  {
    name: "confirm",
    env: "INVOICES_CONFIRM",
    flag: "confirm",
    default: "auto",
    secret: false,
    refuses: "blank",
    description:
      "How a person approves: `auto` (best channel the client has), `form`, `card`, `page`, `terminal`, `token` (the model could approve itself) or `deny`.",
  },
  {
    name: "policy",
    env: "INVOICES_POLICY",
    flag: "policy",
    secret: false,
    refuses: "blank",
    description: "Policy file with hard limits and approval levels. See docs/safety.md.",
  },
  {
    name: "data_dir",
    env: "INVOICES_DATA_DIR",
    flag: "data-dir",
    default: "the user's state folder",
    secret: false,
    refuses: "blank",
    description: "Folder of the journal. Keep it: it is what prevents doing things twice.",
  },
  {
    name: "download_dir",
    env: "INVOICES_DOWNLOAD_DIR",
    flag: "download-dir",
    secret: false,
    description: "Folder that invoice files may be saved to. Without it, nothing is saved.",
  },
  {
    name: "language",
    env: "INVOICES_LANGUAGE",
    flag: "language",
    default: "this computer's",
    secret: false,
    description: "Language of approvals (English or German) and of the API's own texts, e.g. `de-DE`.",
  },
  {
    name: "timezone",
    env: "INVOICES_TIMEZONE",
    flag: "timezone",
    default: "this computer's",
    secret: false,
    description: "Time zone in which `today` and `overdue` are meant, e.g. `Europe/Berlin`.",
  },
  {
    name: "demo",
    env: "INVOICES_DEMO",
    default: "false",
    secret: false,
    refuses: "placeholder",
    description: "With `true`, everything runs on a built-in simulator, without an account; like --demo.",
  },
] as const satisfies readonly Setting[];

/** Name of the journal in `data_dir`. */
export const JOURNAL_FILE = "journal.sqlite";

export { CONFIRM_CHOICES, type Config, REGIONS } from "./config-shape.ts";

const DEFAULTS = { base_url: "https://b.anny.co", mode: "full", confirm: "auto", demo: "false" } as const;

type SettingName = (typeof SETTINGS)[number]["name"];

/** Settings of a hosted start alone (`hosted/settings.ts`), which checks their names itself. */
export const HOSTED_VARIABLE = /^INVOICES_HTTP_/i;
/** The same for its database (`hosted/database-settings.ts`). */
export const DATABASE_VARIABLE = /^INVOICES_DATABASE_/i;

/** What was given, and everything that is wrong with it. */
export interface ReadSettings {
  /** `null` where anything is wrong. */
  readonly config: Config | null;
  /** As far as it is usable, to look further; never to work with. */
  readonly usable: Config | null;
  readonly problems: readonly ConfigError[];
}

type Texts = Readonly<Record<string, string | undefined>>;

/**
 * Reads settings from flags (first) and the environment. Throws the first problem, which names the variable. `tokenless`:
 * a token may be missing here, because none is needed or one is kept elsewhere.
 */
export function loadConfig(flags: Texts, env: Texts, tokenless: boolean): Config {
  const { config, problems } = readSettings(flags, env);
  const [first] = problems;
  if (first !== undefined) throw first;
  if (config === null) throw new TypeError("settings without a problem are complete");
  if (!tokenless && !config.demo && config.api_token === undefined) throw tokenMissing(null);
  return config;
}

/** `setup`: the command that asks for everything in a terminal, where one can be told. */
export function tokenMissing(setup: string | null): ConfigError {
  const asked = setup === null ? "" : ` Or be asked for it in a terminal: ${setup}.`;
  return new ConfigError("INVOICES_API_TOKEN is not set.", {
    next: `Create an access token in the admin dashboard (Organization Settings, API) and set INVOICES_API_TOKEN to it.${asked} No account? Start with --demo, or INVOICES_DEMO=true: everything runs on a simulator.`,
  });
}

/** The same for those who want to name every problem. Without a token: whether one is needed, and kept, shows later. */
export function readSettings(flags: Texts, env: Texts): ReadSettings {
  const problems: ConfigError[] = [];
  const unknown = unknownVariable(
    Object.keys(env).filter((name) => !HOSTED_VARIABLE.test(name) && !DATABASE_VARIABLE.test(name)),
    SETTINGS.map((setting) => setting.env),
    process.platform,
  );
  if (unknown !== null) {
    problems.push(
      new ConfigError(`${unknown.name} is no setting. Was ${unknown.nearest} meant?`, {
        next: `Rename it to ${unknown.nearest} or remove it: a misspelt limit would be no limit. See --help.`,
      }),
    );
  }
  const raw: Partial<Record<SettingName, string>> = {};
  for (const setting of SETTINGS) {
    const read = given(setting, flags, env);
    if ("problem" in read) {
      problems.push(new ConfigError(`${setting.env} ${read.problem}.`, { next: setting.description }));
    } else if (read.value !== undefined) raw[setting.name] = read.value;
  }
  const folder = raw.data_dir === undefined ? stateFolder(env) : { path: raw.data_dir };
  if ("problem" in folder) problems.push(folder.problem);
  const texts = { ...DEFAULTS, ...raw, data_dir: "path" in folder ? folder.path : resolve(sep) };
  const read = readTexts(texts);
  for (const issue of "issues" in read ? read.issues : []) {
    const setting = SETTINGS.find(({ name }) => name === issue.name);
    problems.push(
      new ConfigError(`${setting?.env ?? "A setting"} ${oneLine(issue.problem, 200)}.`, {
        next: setting?.description ?? "See --help.",
      }),
    );
  }
  if ("issues" in read) {
    const names: readonly string[] = read.issues.map(({ name }) => name);
    const rest = Object.fromEntries(Object.entries(texts).filter(([name]) => !names.includes(name)));
    const again = readTexts({ ...DEFAULTS, ...rest, data_dir: rest["data_dir"] ?? resolve(sep) });
    return { config: null, usable: "config" in again ? again.config : null, problems };
  }
  const unchecked = read.config.demo ? null : uncheckedTls(env, read.config.base_url);
  if (unchecked !== null) problems.push(unchecked);
  return { config: problems.length === 0 ? read.config : null, usable: read.config, problems };
}

function given(setting: Setting, flags: Texts, env: Texts): Given {
  for (const text of [setting.flag === undefined ? undefined : flags[setting.flag], env[setting.env]]) {
    const read = givenValue(text, setting.name, setting.refuses);
    if ("problem" in read || read.value !== undefined) return read;
  }
  return { value: undefined };
}

/** The token travels over this connection, and so does the word of what was billed. */
function uncheckedTls(env: Texts, baseUrl: string): ConfigError | null {
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"]?.trim() !== "0" || new URL(baseUrl).protocol !== "https:") return null;
  return new ConfigError("NODE_TLS_REJECT_UNAUTHORIZED=0 switches off the check of who answers for the API.", {
    next: "Remove it where this server is configured. If your network has a certificate authority of its own, set NODE_EXTRA_CA_CERTS to the file (PEM) with its certificate instead.",
  });
}

/** For the owner's commands: throws where the settings are those of the demo, whose record no other process sees. */
export function refuseDemo({ demo }: Config): void {
  if (!demo) return;
  throw new ConfigError(
    "INVOICES_DEMO is set: the demo keeps its record in its own memory, where no command sees it.",
    {
      next: "Ask the assistant in the demo, or run this without INVOICES_DEMO.",
    },
  );
}

/** Where the journal lies unless a setting says otherwise. */
export function stateFolder(env: Texts): { readonly path: string } | { readonly problem: ConfigError } {
  let home: string;
  try {
    home = homedir();
  } catch {
    home = "";
  }
  const told = process.platform === "win32" ? env["LOCALAPPDATA"] : env["XDG_STATE_HOME"];
  if (process.platform !== "darwin" && told) return { path: join(told, "invoicing-mcp") };
  if (home === "") {
    // A user id without an entry in the password file, as in containers.
    return {
      problem: new ConfigError("This user has no home folder, so there is no place for the journal.", {
        next: "Set INVOICES_DATA_DIR to a folder that is kept.",
      }),
    };
  }
  const below =
    process.platform === "darwin"
      ? ["Library", "Application Support"]
      : process.platform === "win32"
        ? ["AppData", "Local"]
        : [".local", "state"];
  return { path: join(home, ...below, "invoicing-mcp") };
}
