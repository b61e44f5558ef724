import { BlockList, isIP } from "node:net";
import { z } from "zod";
import { HOSTED_VARIABLE, type Setting } from "../config.ts";
import { givenValue, unknownVariable } from "../config-values.ts";
import { oneLine } from "../domain/untrusted.ts";
import { ConfigError } from "../errors.ts";
import type { KeyRing } from "../guard/seal.ts";

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

export interface Address {
  readonly host: string;
  readonly port: number;
}

const address = z.string().transform((value, context): Address => {
  const [, bracketed, plain, port] = /^(?:\[([0-9A-Fa-f:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(value) ?? [];
  const host = bracketed ?? plain;
  if (host !== undefined && Number(port) <= 65_535) return { host, port: Number(port) };
  context.addIssue({ code: "custom", message: "is not an address and port such as 127.0.0.1:8080" });
  return z.NEVER;
});

const list = z.string().transform((value) =>
  value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== ""),
);

/** https, or http on this computer: tokens travel there. */
const webAddress = z.string().transform((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : null;
  const safe = url !== null && (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname)));
  if (safe && url.username === "" && url.password === "" && url.search === "" && url.hash === "") return value;
  context.addIssue({
    code: "custom",
    message: "is not an address that begins with https:// (http only on this computer)",
  });
  return z.NEVER;
});

const origins = list.transform((values, context) => {
  for (const value of values) {
    if (URL.canParse(value) && new URL(value).origin === value) continue;
    context.addIssue({
      code: "custom",
      message: `holds ${oneLine(value, 80)}, which is no origin such as https://app.example.com`,
    });
  }
  return values;
});

const hosts = list.transform((values, context) => {
  for (const value of values) {
    if (/^[A-Za-z0-9.-]+(:\d{1,5})?$/.test(value)) continue;
    context.addIssue({ code: "custom", message: `holds ${oneLine(value, 80)}, which is no host name` });
  }
  return values.map((value) => value.toLowerCase());
});

const networks = list.transform((values, context) => {
  const block = new BlockList();
  for (const value of values) {
    const [start = "", bits] = value.split("/");
    const family = isIP(start) === 6 ? "ipv6" : "ipv4";
    const most = family === "ipv6" ? 128 : 32;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (isIP(start) === 0 || prefix < 0 || prefix > most) {
      context.addIssue({ code: "custom", message: `holds ${oneLine(value, 80)}, which is no address or network` });
    } else block.addSubnet(start, prefix, family);
  }
  return block;
});

const keyRing = list.transform((values, context): KeyRing => {
  const keys = values.map((value) => Buffer.from(value, "base64"));
  const [first, ...others] = keys;
  if (first !== undefined && keys.every((key) => key.length === 32)) return [first, ...others];
  context.addIssue({
    code: "custom",
    message: "is not a list of keys of 32 bytes in base64 (openssl rand -base64 32)",
  });
  return z.NEVER;
});

const headers = list.transform((values, context): Readonly<Record<string, string>> => {
  const pairs = values.map((value) => /^([A-Za-z0-9-]+)=([\x20-\x7e]+)$/.exec(value));
  if (pairs.some((pair) => pair === null)) {
    context.addIssue({ code: "custom", message: "is not a list of name=value" });
  }
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? "", pair?.[2] ?? ""]));
});

function whole(from: number, to: number) {
  return z
    .string()
    .regex(/^\d{1,9}$/, `is not a number from ${from} to ${to}`)
    .transform(Number)
    .refine((value) => value >= from && value <= to, `is not a number from ${from} to ${to}`);
}

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
  if ((config.upstream_token_url === undefined) !== (config.upstream_client_id === undefined)) {
    throw new ConfigError("Of INVOICES_HTTP_UPSTREAM_TOKEN_URL and INVOICES_HTTP_UPSTREAM_CLIENT_ID only one is set.", {
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

export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/.test(host);
}
