import { z } from "zod";
import { HOSTED_VARIABLE, type Setting } from "../config.ts";
import { givenValue, unknownVariable } from "../config-values.ts";
import { oneLine } from "../domain/untrusted.ts";
import { ConfigError } from "../errors.ts";
import {
  address,
  headers,
  hosts,
  isLoopback,
  keyRing,
  mailServer,
  networks,
  origins,
  webAddress,
  whole,
} from "./setting-values.ts";

/** What `invoicing-mcp serve` takes besides the settings of every start. `docs/hosting.md` shows them as a table. */
export const HOSTED_SETTINGS = [
  {
    name: "listen",
    env: "INVOICES_HTTP_LISTEN",
    flag: "listen",
    default: "127.0.0.1:8080",
    secret: false,
    refuses: "blank",
    description: "Address and port for clients. Another address than this computer's own needs authentication.",
  },
  {
    name: "admin_listen",
    env: "INVOICES_HTTP_ADMIN_LISTEN",
    flag: "admin-listen",
    default: "127.0.0.1:9090",
    secret: false,
    refuses: "blank",
    description: "Address and port of `/healthz`, `/readyz` and `/metrics`. Never to be reached from outside.",
  },
  {
    name: "url",
    env: "INVOICES_HTTP_URL",
    flag: "url",
    secret: false,
    refuses: "blank",
    description:
      "The address clients use, e.g. `https://invoices.example.com/mcp`: also the only audience a token may name. On this computer it follows from the port.",
  },
  {
    name: "access",
    env: "INVOICES_HTTP_ACCESS",
    flag: "access",
    secret: false,
    refuses: "blank",
    description: "File that says who may do what in which organization.",
  },
  {
    name: "issuer",
    env: "INVOICES_HTTP_ISSUER",
    flag: "issuer",
    secret: false,
    refuses: "blank",
    description: "Authorization server (OAuth 2.1, OpenID Connect) whose tokens are accepted.",
  },
  {
    name: "client_id",
    env: "INVOICES_HTTP_CLIENT_ID",
    flag: "client-id",
    secret: false,
    refuses: "blank",
    description: "Client that the approval page signs people in with, registered at the issuer.",
  },
  {
    name: "client_secret",
    env: "INVOICES_HTTP_CLIENT_SECRET",
    secret: true,
    refuses: "blank",
    description: "Its secret, when it has one.",
  },
  {
    name: "keys",
    env: "INVOICES_HTTP_KEYS",
    secret: true,
    refuses: "blank",
    description:
      "Keys for what travels through clients and browsers: 32 bytes each in base64, the newest first, with commas between. All instances need the same; without, each start makes its own.",
  },
  {
    name: "hosts",
    env: "INVOICES_HTTP_HOSTS",
    flag: "hosts",
    secret: false,
    refuses: "blank",
    description: "Further names in `Host` under which it may be called, with commas between.",
  },
  {
    name: "origins",
    env: "INVOICES_HTTP_ORIGINS",
    flag: "origins",
    secret: false,
    refuses: "blank",
    description: "Web origins whose pages may call it, e.g. `https://app.example.com`, with commas between.",
  },
  {
    name: "proxies",
    env: "INVOICES_HTTP_PROXIES",
    flag: "proxies",
    secret: false,
    refuses: "blank",
    description: "Addresses or networks of proxies whose `X-Forwarded-For` and `X-Request-Id` are believed.",
  },
  {
    name: "upstream_token_url",
    env: "INVOICES_HTTP_UPSTREAM_TOKEN_URL",
    flag: "upstream-token-url",
    secret: false,
    refuses: "blank",
    description:
      "Where the invoices API renews the tokens of its own sign-in, e.g. `https://auth.anny.co/oauth/token`. Without, stored credentials live as long as their token.",
  },
  {
    name: "upstream_client_id",
    env: "INVOICES_HTTP_UPSTREAM_CLIENT_ID",
    flag: "upstream-client-id",
    secret: false,
    refuses: "blank",
    description: "Client that the stored tokens were issued to, there.",
  },
  {
    name: "upstream_client_secret",
    env: "INVOICES_HTTP_UPSTREAM_CLIENT_SECRET",
    secret: true,
    refuses: "blank",
    description: "Its secret, when it has one.",
  },
  {
    name: "upstream_authorize_url",
    env: "INVOICES_HTTP_UPSTREAM_AUTHORIZE_URL",
    flag: "upstream-authorize-url",
    secret: false,
    refuses: "blank",
    description:
      "Where the invoices API lets people sign in, e.g. `https://auth.anny.co/oauth/authorize`: then the page for credentials offers that, too.",
  },
  {
    name: "upstream_scopes",
    env: "INVOICES_HTTP_UPSTREAM_SCOPES",
    flag: "upstream-scopes",
    default: "b.* user:read",
    secret: false,
    refuses: "blank",
    description: "What is asked for there.",
  },
  {
    name: "mail_url",
    env: "INVOICES_HTTP_MAIL_URL",
    secret: true,
    refuses: "blank",
    description:
      "Mail server that tells people where to approve, e.g. `smtps://user:password@mail.example.com`, or `smtp://…:587` with STARTTLS. Members are told whose `mail` is in the access file.",
  },
  {
    name: "mail_from",
    env: "INVOICES_HTTP_MAIL_FROM",
    flag: "mail-from",
    secret: false,
    refuses: "blank",
    description: "Address those messages come from.",
  },
  {
    name: "calls_per_minute",
    env: "INVOICES_HTTP_CALLS_PER_MINUTE",
    flag: "calls-per-minute",
    default: "120",
    secret: false,
    refuses: "blank",
    description: "Requests a minute of one principal in one organization, at each instance.",
  },
  {
    name: "concurrent",
    env: "INVOICES_HTTP_CONCURRENT",
    flag: "concurrent",
    default: "16",
    secret: false,
    refuses: "blank",
    description: "Requests at a time of one principal in one organization, at each instance.",
  },
  {
    name: "drain_seconds",
    env: "INVOICES_HTTP_DRAIN_SECONDS",
    flag: "drain-seconds",
    default: "25",
    secret: false,
    refuses: "blank",
    description: "How long requests under way may take to end when the server is stopped.",
  },
  {
    name: "traces",
    env: "INVOICES_HTTP_TRACES",
    flag: "traces",
    secret: false,
    refuses: "blank",
    description:
      "Where an OpenTelemetry collector takes traces (OTLP over HTTP), e.g. `http://127.0.0.1:4318/v1/traces`. Ids, kinds and times, nothing that was said.",
  },
  {
    name: "traces_headers",
    env: "INVOICES_HTTP_TRACES_HEADERS",
    secret: true,
    refuses: "blank",
    description: "Headers the collector wants, `name=value` with commas between.",
  },
] as const satisfies readonly Setting[];

type HostedName = (typeof HOSTED_SETTINGS)[number]["name"];

const schema = z.object({
  listen: address.prefault("127.0.0.1:8080"),
  admin_listen: address.prefault("127.0.0.1:9090"),
  url: webAddress.optional(),
  access: z.string().optional(),
  issuer: webAddress.optional(),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  keys: keyRing.optional(),
  hosts: hosts.prefault(""),
  origins: origins.prefault(""),
  proxies: networks.prefault(""),
  upstream_token_url: webAddress.optional(),
  upstream_client_id: z.string().optional(),
  upstream_client_secret: z.string().optional(),
  upstream_authorize_url: webAddress.optional(),
  upstream_scopes: z.string().prefault("b.* user:read"),
  mail_url: mailServer.optional(),
  mail_from: z.email("is not an e-mail address").optional(),
  calls_per_minute: whole(1, 100_000).prefault("120"),
  concurrent: whole(1, 10_000).prefault("16"),
  drain_seconds: whole(0, 3_600).prefault("25"),
  traces: z
    .url({ protocol: /^https?$/, error: "is not an address such as http://127.0.0.1:4318/v1/traces" })
    .optional(),
  traces_headers: headers.prefault(""),
});

export type HostedConfig = z.infer<typeof schema>;

/** Reads them from flags (first) and the environment. Throws a `ConfigError` that names the variable. */
export function loadHostedConfig(
  flags: Readonly<Record<string, string | undefined>>,
  env: Readonly<Record<string, string | undefined>>,
): HostedConfig {
  const known = HOSTED_SETTINGS.map((setting) => setting.env);
  const ours = Object.keys(env).filter((name) => HOSTED_VARIABLE.test(name));
  const unknown = unknownVariable(ours, known, process.platform);
  if (unknown !== null) {
    throw new ConfigError(`${unknown.name} is no setting. Was ${unknown.nearest} meant?`, {
      next: `Rename it to ${unknown.nearest} or remove it.`,
    });
  }
  const raw: Partial<Record<HostedName, string>> = {};
  for (const setting of HOSTED_SETTINGS) {
    for (const text of ["flag" in setting ? flags[setting.flag] : undefined, env[setting.env]]) {
      const read = givenValue(text, setting.name, setting.refuses);
      if ("problem" in read) throw new ConfigError(`${setting.env} ${read.problem}.`, { next: setting.description });
      if (read.value === undefined) continue;
      raw[setting.name] = read.value;
      break;
    }
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) return checked(parsed.data);
  const [issue] = parsed.error.issues;
  const setting = HOSTED_SETTINGS.find((one) => one.name === issue?.path[0]);
  throw new ConfigError(`${setting?.env ?? "A setting"} ${oneLine(issue?.message ?? "is not usable", 200)}.`, {
    next: setting?.description ?? "See docs/hosting.md.",
  });
}

/** What is only wrong together. */
function checked(config: HostedConfig): HostedConfig {
  const open = !isLoopback(config.listen.host);
  if (open && config.access === undefined) {
    throw new ConfigError("INVOICES_HTTP_LISTEN can be reached by others, and nobody would have to say who they are.", {
      next: "Name a file of who may do what with INVOICES_HTTP_ACCESS, or listen on 127.0.0.1. See docs/hosting.md.",
    });
  }
  if (open && config.url === undefined) {
    throw new ConfigError("INVOICES_HTTP_URL is not set.", {
      next: "Set it to the address clients use, e.g. https://invoices.example.com/mcp: tokens are checked against it.",
    });
  }
  if (config.issuer !== undefined && config.access === undefined) {
    throw new ConfigError("INVOICES_HTTP_ACCESS is not set: whoever can sign in at the issuer would be let in.", {
      next: "Name a file of who may do what. See docs/hosting.md.",
    });
  }
  if (config.url !== undefined && !isUsablePath(new URL(config.url).pathname)) {
    throw new ConfigError("INVOICES_HTTP_URL has a path that cannot be served.", {
      next: "Use letters, digits, - and _ between its slashes, and none that begins with /approve, /credentials or /.well-known, e.g. https://invoices.example.com/mcp.",
    });
  }
  for (const [name, needs] of NEEDS) {
    if (config[name] === undefined || config[needs] !== undefined) continue;
    throw new ConfigError(`${variableOf(name)} is set, and ${variableOf(needs)} is not.`, {
      next: `Set ${variableOf(needs)}, too, or remove ${variableOf(name)}. See docs/hosting.md.`,
    });
  }
  if ((config.upstream_token_url === undefined) !== (config.upstream_client_id === undefined)) {
    throw new ConfigError("Of INVOICES_HTTP_UPSTREAM_TOKEN_URL and INVOICES_HTTP_UPSTREAM_CLIENT_ID only one is set.", {
      next: "Set both, or none. See docs/hosting.md.",
    });
  }
  if (config.upstream_authorize_url !== undefined && config.upstream_client_id === undefined) {
    throw new ConfigError(
      "INVOICES_HTTP_UPSTREAM_AUTHORIZE_URL is set, and no client that people sign in with there.",
      {
        next: "Set INVOICES_HTTP_UPSTREAM_TOKEN_URL and INVOICES_HTTP_UPSTREAM_CLIENT_ID, too. See docs/hosting.md.",
      },
    );
  }
  if ((config.mail_url === undefined) !== (config.mail_from === undefined)) {
    throw new ConfigError("Of INVOICES_HTTP_MAIL_URL and INVOICES_HTTP_MAIL_FROM only one is set.", {
      next: "Set both, or none. See docs/hosting.md.",
    });
  }
  if (config.traces !== undefined && Object.keys(config.traces_headers).length > 0) {
    const { protocol, hostname } = new URL(config.traces);
    if (protocol === "http:" && !isLoopback(hostname)) {
      throw new ConfigError("INVOICES_HTTP_TRACES is not https, and INVOICES_HTTP_TRACES_HEADERS would travel open.", {
        next: "Use an https address, or leave the headers out.",
      });
    }
  }
  return config;
}

/** Without the second the first does nothing, and whoever set it thinks that it does. */
const NEEDS = [
  ["client_id", "issuer"],
  ["client_secret", "client_id"],
  ["upstream_client_secret", "upstream_client_id"],
] as const satisfies readonly (readonly [HostedName, HostedName])[];

function variableOf(name: HostedName): string {
  return HOSTED_SETTINGS.find((setting) => setting.name === name)?.env ?? name;
}

/** Compared as it arrives, and beside our own pages. */
function isUsablePath(path: string): boolean {
  return /^(\/[\w.-]+)*\/?$/.test(path) && !/^\/(approve|credentials|\.well-known)(\/|$)/.test(path);
}
