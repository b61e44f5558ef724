import { homedir } from "node:os";
import { join } from "node:path";
import { type Config, readTexts } from "./config-shape.ts";
import { givenValue, type Refuses, unknownVariable } from "./config-values.ts";
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

export { CONFIRM_CHOICES, type Config } from "./config-shape.ts";

type SettingName = (typeof SETTINGS)[number]["name"];

/** Settings of a hosted start alone (`hosted/settings.ts`), which checks their names itself. */
export const HOSTED_VARIABLE = /^INVOICES_HTTP_/i;

/** Reads settings from flags (first) and the environment. Throws a `ConfigError` that names the variable. */
export function loadConfig(
  flags: Readonly<Record<string, string | undefined>>,
  env: Readonly<Record<string, string | undefined>>,
  demo: boolean,
): Config {
  const unknown = unknownVariable(
    Object.keys(env).filter((name) => !HOSTED_VARIABLE.test(name)),
    SETTINGS.map((setting) => setting.env),
    process.platform,
  );
  if (unknown !== null) {
    throw new ConfigError(`${unknown.name} is no setting. Was ${unknown.nearest} meant?`, {
      next: `Rename it to ${unknown.nearest} or remove it: a misspelt limit would be no limit. See --help.`,
    });
  }
  const given = (setting: Setting): string | undefined => {
    for (const text of [setting.flag === undefined ? undefined : flags[setting.flag], env[setting.env]]) {
      const read = givenValue(text, setting.name, setting.refuses);
      if ("problem" in read) throw new ConfigError(`${setting.env} ${read.problem}.`, { next: setting.description });
      if (read.value !== undefined) return read.value;
    }
    return undefined;
  };
  const raw: Partial<Record<SettingName, string>> = {};
  for (const setting of SETTINGS) {
    const value = given(setting);
    if (value !== undefined) raw[setting.name] = value;
  }
  const read = readTexts({
    base_url: "https://b.anny.co",
    mode: "full",
    confirm: "auto",
    demo: "false",
    ...raw,
    data_dir: raw.data_dir ?? stateFolder(env),
  });
  if ("issues" in read) {
    const [issue] = read.issues;
    const setting = SETTINGS.find(({ name }) => name === issue?.name);
    throw new ConfigError(`${setting?.env ?? "A setting"} ${oneLine(issue?.problem ?? "is not usable", 200)}.`, {
      next: setting?.description ?? "See --help.",
    });
  }
  if (!demo && !read.config.demo && read.config.api_token === undefined) {
    throw new ConfigError("INVOICES_API_TOKEN is not set.", {
      next: "Create an access token in the admin dashboard (Organization Settings, API) and set INVOICES_API_TOKEN to it. No account? Start with --demo, or INVOICES_DEMO=true: everything runs on a simulator.",
    });
  }
  return read.config;
}

function stateFolder(env: Readonly<Record<string, string | undefined>>): string {
  const home = () => {
    try {
      return homedir();
    } catch {
      // A user id without an entry in the password file, as in containers.
      throw new ConfigError("This user has no home folder, so there is no place for the journal.", {
        next: "Set INVOICES_DATA_DIR to a folder that is kept.",
      });
    }
  };
  switch (process.platform) {
    case "darwin":
      return join(home(), "Library", "Application Support", "invoicing-mcp");
    case "win32":
      return join(env["LOCALAPPDATA"] ?? join(home(), "AppData", "Local"), "invoicing-mcp");
    default:
      return join(env["XDG_STATE_HOME"] ?? join(home(), ".local", "state"), "invoicing-mcp");
  }
}
