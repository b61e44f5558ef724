/**
 * The rooms of the house and who may import whom, as data. A pattern is a room (`domain`), one file of a room
 * (`api/port.ts`) or a file name with `*` (`guard/plan*.ts`). A room may always import itself unless it is listed in
 * `SOLITARY`. Reasons: docs/architecture.md and docs/decisions/layout.md.
 */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  "errors.ts": [],
  "version.ts": [],
  "instructions.ts": [],
  domain: [],
  jsonapi: ["errors.ts"],
  api: ["jsonapi", "domain", "errors.ts"],
  payments: ["domain", "errors.ts"],
  documents: ["ui/loopback*", "domain", "errors.ts"],
  billing: ["domain"],
  acts: [
    "api/port.ts",
    "guard/facts.ts",
    "guard/plan*",
    "guard/policy.ts",
    "guard/port.ts",
    "guard/risk*",
    "guard/text-risks.ts",
    "guard/wording.ts",
    "domain",
    "errors.ts",
  ],
  store: [
    "journal/port.ts",
    "api/shared-budget.ts",
    "journal/store-port.ts",
    "journal/ledger.ts",
    "journal/rules/digest.ts",
    "guard/port.ts",
    "acts/index.ts",
    "domain",
    "errors.ts",
    "once.ts",
  ],
  journal: ["acts", "api/port.ts", "guard/port.ts", "guard/passkeys/port.ts", "domain", "errors.ts"],
  ui: ["domain/guarded-acts.ts"],
  guard: ["ui", "domain", "errors.ts"],
  toolkit: [
    "guard",
    "journal/port.ts",
    "acts",
    "api/port.ts",
    "documents/port.ts",
    "payments",
    "ui/names.ts",
    "domain",
    "errors.ts",
  ],
  tools: [
    "toolkit",
    "domain",
    "acts",
    "errors.ts",
    "api/port.ts",
    "journal/port.ts",
    "payments",
    "billing",
    "guard/plan*",
    "documents/file-name.ts",
  ],
  prompts: ["toolkit"],
  resources: ["toolkit", "domain", "ui/card.ts", "ui/names.ts", "ui/views.ts"],
  pictures: ["ui/loopback*", "ui/names.ts", "ui/views.ts", "guard/port.ts", "toolkit/report.ts", "domain"],
  simulator: [],
  "config.ts": ["config-shape.ts", "config-values.ts", "domain", "errors.ts"],
  "config-shape.ts": ["config-values.ts"],
  credentials: ["domain", "errors.ts"],
  "config-values.ts": ["domain"],
  "offer.ts": ["version.ts"],
  "help.ts": ["config.ts", "version.ts"],
  "answering.ts": ["toolkit", "guard/port.ts", "domain"],
  "server.ts": ["answering.ts", "toolkit", "guard/port.ts", "domain", "errors.ts", "offer.ts"],
  transports: ["answering.ts", "server.ts", "offer.ts", "toolkit/effect.ts", "toolkit/listed-tool.ts", "domain"],
  "owner-passkeys.ts": ["config.ts", "store", "journal", "guard", "domain", "errors.ts"],
  "owner.ts": ["config.ts", "store", "journal", "guard", "domain", "errors.ts"],
  setup: ["api", "config.ts", "config-values.ts", "credentials", "domain", "errors.ts", "version.ts"],
  "owner-database.ts": ["hosted/database-settings.ts", "hosted/entered.ts", "store", "domain", "errors.ts"],
  doctor: [
    "api",
    "config.ts",
    "credentials",
    "domain",
    "errors.ts",
    "guard",
    "setup",
    "store",
    "toolkit",
    "tools",
    "version.ts",
  ],
  "start-settings.ts": ["config.ts", "credentials", "guard/policy.ts"],
  "once.ts": [],
  "runtime.ts": ["*"],
  "assemble.ts": [
    "config.ts",
    "domain",
    "errors.ts",
    "instructions.ts",
    "once.ts",
    "runtime.ts",
    "server.ts",
    "store/preflight.ts",
    "toolkit",
    "tools",
  ],
  hosted: [
    "api/connection.ts",
    "api/port.ts",
    "api/probe.ts",
    "api/proxy.ts",
    "api/shared-budget.ts",
    "api/token.ts",
    "assemble.ts",
    "config.ts",
    "config-values.ts",
    "domain",
    "errors.ts",
    "guard",
    "journal/ledger.ts",
    "journal/passkeys.ts",
    "journal/port.ts",
    "once.ts",
    "runtime.ts",
    "server.ts",
    "store/open.ts",
    "store/postgres/open.ts",
    "store/vault-port.ts",
    "toolkit",
    "transports/http.ts",
    "transports/when-sent.ts",
    "ui/page.ts",
    "ui/plan-view.ts",
    "version.ts",
  ],
  "cli.ts": ["*"],
};

/** Files of these rooms do not know each other: a new one is added without reading the others. `index.ts` and `load.ts` list them. */
export const SOLITARY: readonly string[] = ["tools", "prompts", "resources"];

/** Packages that only some rooms may know, so that each can be replaced in one place. */
export const PACKAGES: readonly { readonly name: string; readonly allowed: readonly string[] }[] = [
  { name: "@modelcontextprotocol/", allowed: ["server.ts", "transports", "ui/register*"] },
  { name: "undici", allowed: ["api"] },
  { name: "@simplewebauthn/server", allowed: ["guard"] },
  { name: "big.js", allowed: ["domain/money.ts", "simulator"] },
  { name: "hono", allowed: ["hosted", "simulator", "transports", "ui"] },
  { name: "@hono/node-server", allowed: ["hosted", "simulator", "transports", "ui"] },
  { name: "jose", allowed: ["hosted"] },
  { name: "nodemailer", allowed: ["hosted"] },
  { name: "openid-client", allowed: ["hosted"] },
  { name: "pino", allowed: ["hosted"] },
  { name: "prom-client", allowed: ["hosted"] },
  { name: "@opentelemetry/", allowed: ["hosted"] },
  { name: "node:sqlite", allowed: ["store", "simulator"] },
  { name: "@photostructure/sqlite", allowed: ["store", "simulator"] },
  { name: "pg", allowed: ["store"] },
  { name: "@napi-rs/keyring", allowed: ["credentials"] },
  { name: "@clack/prompts", allowed: ["setup"] },
  { name: "jsonc-parser", allowed: ["setup"] },
  { name: "smol-toml", allowed: ["setup"] },
  { name: "yaml", allowed: ["setup"] },
];

/** Rooms that reach the outside only through what they are given. */
export const WITHOUT_NODE: readonly string[] = ["domain", "jsonapi", "acts", "tools", "prompts"];

/** What belongs to the process is read in one file and passed on. */
export const PROCESS_MEMBERS: readonly string[] = [
  "argv",
  "env",
  "stdin",
  "stdout",
  "exit",
  "exitCode",
  "abort",
  "kill",
];

/** Who may touch them, and why. `import` is an import of `node:process`; `*` is everything. */
export const PROCESS_ALLOWED: Readonly<Record<string, { readonly members: readonly string[]; readonly why: string }>> =
  {
    "cli.ts": { members: ["*"], why: "It is the process." },
    "transports/sdk-shims.ts": { members: ["import"], why: "The SDK's platform module exports it." },
    "journal/owner-process.ts": { members: ["kill"], why: "Signal 0 asks whether the owner of a lease still lives." },
  };

export const MAX_LINES = 400;
/** Longer files, each with its reason. */
export const LONG_FILES: Readonly<Record<string, string>> = {};

export const FORBIDDEN_NAMES = /^(utils?|helpers?|common|manager|misc)$/;
