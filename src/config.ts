import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { givenValue, type Refuses, tokenProblem, unknownVariable } from "./config-values.ts";
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

type SettingName = (typeof SETTINGS)[number]["name"];

/** Published regions of the API (wire facts 1). */
const REGIONS: Readonly<Record<string, string>> = {
  co: "https://b.anny.co",
  eu: "https://b.anny.eu",
  staging: "https://b.staging.anny.co",
};

export const CONFIRM_CHOICES = ["auto", "form", "card", "page", "terminal", "token", "deny"] as const;
const MODES = ["full", "draft-only", "read-only"] as const;

const timeZone = z.string().refine((zone) => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}, "is not a time zone such as Europe/Berlin");

const absolute = z.string().refine(isAbsolute, "must be an absolute path");

const schema = z.object({
  api_token: z
    .string()
    .transform((value, context) => {
      const problem = tokenProblem(value);
      if (problem === null) return value;
      context.addIssue({ code: "custom", message: problem });
      return z.NEVER;
    })
    .optional(),
  organization_id: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, "is not an organization id (a UUID)")
    .optional(),
  base_url: z.string().transform((value, context) => {
    const url = originOf(REGIONS[value] ?? value);
    if (typeof url === "string") return url;
    context.addIssue({ code: "custom", message: url.problem });
    return z.NEVER;
  }),
  mode: z.enum(MODES, { error: `must be one of ${MODES.join(", ")}` }),
  confirm: z.enum(CONFIRM_CHOICES, { error: `must be one of ${CONFIRM_CHOICES.join(", ")}` }),
  policy: z.string().optional(),
  data_dir: absolute,
  download_dir: absolute.optional(),
  language: z
    .string()
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "is not a language such as de-DE")
    .optional(),
  timezone: timeZone.optional(),
  demo: z.enum(["true", "false"], { error: "must be true or false" }).transform((value) => value === "true"),
});

export type Config = z.infer<typeof schema>;

/** Reads settings from flags (first) and the environment. Throws a `ConfigError` that names the variable. */
export function loadConfig(
  flags: Readonly<Record<string, string | undefined>>,
  env: Readonly<Record<string, string | undefined>>,
  demo: boolean,
): Config {
  const unknown = unknownVariable(
    Object.keys(env),
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
  const parsed = schema.safeParse({
    base_url: "https://b.anny.co",
    mode: "full",
    confirm: "auto",
    demo: "false",
    ...raw,
    data_dir: raw.data_dir ?? stateFolder(env),
  });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const setting = SETTINGS.find((one) => one.name === issue?.path[0]);
    throw new ConfigError(`${setting?.env ?? "A setting"} ${oneLine(issue?.message ?? "is not usable", 200)}.`, {
      next: setting?.description ?? "See --help.",
    });
  }
  if (!demo && !parsed.data.demo && parsed.data.api_token === undefined) {
    throw new ConfigError("INVOICES_API_TOKEN is not set.", {
      next: "Create an access token in the admin dashboard (Organization Settings, API) and set INVOICES_API_TOKEN to it. No account? Start with --demo, or INVOICES_DEMO=true: everything runs on a simulator.",
    });
  }
  return parsed.data;
}

function originOf(value: string): string | { readonly problem: string } {
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
  return url.origin;
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
