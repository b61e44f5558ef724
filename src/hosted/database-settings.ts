import { DATABASE_VARIABLE, type Setting } from "../config.ts";
import { givenValue, unknownVariable } from "../config-values.ts";
import { oneLine } from "../domain/untrusted.ts";
import { ConfigError } from "../errors.ts";
import type { VaultKeys } from "../store/vault-port.ts";
import { keysIn, NO_KEYS } from "./setting-values.ts";

/** How the hosted server and its owner's commands reach PostgreSQL. Variables alone: they hold secrets. */
export const DATABASE_SETTINGS = [
  {
    name: "url",
    env: "INVOICES_DATABASE_URL",
    secret: true,
    refuses: "blank",
    description:
      "PostgreSQL 16 or newer with the role of the server, e.g. `postgres://invoicing_app:…@db:5432/invoicing`. That role owns nothing: `invoicing-mcp migrate` makes it.",
  },
  {
    name: "owner_url",
    env: "INVOICES_DATABASE_OWNER_URL",
    secret: true,
    refuses: "blank",
    description:
      "The same database with the role that owns the schema. For `migrate` and `credentials` alone; instances do not need it.",
  },
  {
    name: "schema",
    env: "INVOICES_DATABASE_SCHEMA",
    default: "invoicing",
    secret: false,
    refuses: "blank",
    description: "Schema of the tables: small letters, digits and `_`.",
  },
  {
    name: "keys",
    env: "INVOICES_DATABASE_KEYS",
    secret: true,
    refuses: "blank",
    description:
      "Keys for the stored credentials: 32 bytes each in base64 (`openssl rand -base64 32`), commas between, the newest first. All instances need the same.",
  },
] as const satisfies readonly Setting[];

type DatabaseSetting = (typeof DATABASE_SETTINGS)[number]["name"];

export interface DatabaseConfig {
  readonly url: string | null;
  readonly owner_url: string | null;
  readonly schema: string;
  readonly keys: VaultKeys | null;
}

/** Reads them from the environment. Throws a `ConfigError` that names the variable and never its value. */
export function loadDatabaseConfig(env: Readonly<Record<string, string | undefined>>): DatabaseConfig {
  const ours = Object.keys(env).filter((name) => DATABASE_VARIABLE.test(name));
  const unknown = unknownVariable(
    ours,
    DATABASE_SETTINGS.map((setting) => setting.env),
    process.platform,
  );
  if (unknown !== null) {
    throw new ConfigError(`${unknown.name} is no setting. Was ${unknown.nearest} meant?`, {
      next: `Rename it to ${unknown.nearest} or remove it.`,
    });
  }
  const raw: Partial<Record<DatabaseSetting, string>> = {};
  for (const setting of DATABASE_SETTINGS) {
    const read = givenValue(env[setting.env], setting.name, setting.refuses);
    if ("problem" in read) throw wrong(setting.name, read.problem);
    if (read.value !== undefined) raw[setting.name] = read.value;
  }
  const schema = raw.schema ?? "invoicing";
  if (!/^[a-z_][a-z0-9_]{0,48}$/.test(schema)) {
    throw wrong("schema", `holds ${oneLine(schema, 60)}, which is no plain name in small letters`);
  }
  return {
    url: raw.url === undefined ? null : databaseUrl("url", raw.url),
    owner_url: raw.owner_url === undefined ? null : databaseUrl("owner_url", raw.owner_url),
    schema,
    keys: raw.keys === undefined ? null : keysOf(raw.keys),
  };
}

/** Where the hosted server keeps its record, with the role that owns it; `null`: not named. */
export function ownedDatabase(env: Readonly<Record<string, string | undefined>>) {
  const { owner_url, schema } = loadDatabaseConfig(env);
  return owner_url === null ? null : { url: owner_url, schema };
}

/** The error for a setting that a command cannot do without. */
export function missing(name: DatabaseSetting): ConfigError {
  return wrong(name, "is not set");
}

function databaseUrl(name: DatabaseSetting, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !["postgres:", "postgresql:"].includes(url.protocol)) {
    throw wrong(name, "is not an address that begins with postgres://");
  }
  if (url.username === "") throw wrong(name, "names no user");
  return value;
}

function keysOf(text: string): VaultKeys {
  const keys = keysIn(text);
  if (keys === null) throw wrong("keys", NO_KEYS);
  return keys;
}

function wrong(name: DatabaseSetting, problem: string): ConfigError {
  const setting = DATABASE_SETTINGS.find((one) => one.name === name);
  return new ConfigError(`${setting?.env ?? name} ${problem}.`, {
    next: setting?.description ?? "See docs/hosting.md.",
  });
}
