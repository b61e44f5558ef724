import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config.ts";
import { isJsonObject } from "../../src/domain/json.ts";
import type { DatabaseConfig } from "../../src/hosted/database-settings.ts";
import { type Served, serveHosted } from "../../src/hosted/serve.ts";
import { loadHostedConfig } from "../../src/hosted/settings.ts";
import { type RunningSimulator, type SimulatorOptions, startSimulator } from "../../src/simulator/index.ts";

/** One organization of a test: its members as in the access file. */
export interface TestTenant {
  readonly members: readonly object[];
  readonly mode?: string;
  readonly name?: string;
  /** The owner's policy, as in its file. */
  readonly policy?: object;
  /** The address of its chat, as in the environment. */
  readonly webhook?: string;
}

export interface HostedOptions {
  readonly tenants: readonly TestTenant[];
  readonly keys?: readonly { readonly name: string; readonly sha256: string }[];
  readonly issuer?: string;
  /** Settings by their variables. */
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: Readonly<Record<string, string>>;
  /** Settings that name a simulator. */
  readonly envOf?: (simulators: readonly RunningSimulator[]) => Readonly<Record<string, string>>;
  /** How the simulators are started. */
  readonly simulator?: Pick<SimulatorOptions, "token_lives_ms">;
  /** No credential in the settings: each works with the one entered for them. */
  readonly withoutTokens?: boolean;
  /** Where the record is kept; default: a file. */
  readonly database?: DatabaseConfig;
  /** Servers on the same record, with the same keys. Default 1. */
  readonly instances?: number;
}

export interface Hosted {
  readonly served: Served;
  /** All instances; `served` is the first. */
  readonly instances: readonly Served[];
  readonly simulators: readonly RunningSimulator[];
  readonly folder: string;
  /** Everything it logged. */
  logs(): string;
  close(): Promise<void>;
}

const NO_DATABASE: DatabaseConfig = { url: null, owner_url: null, schema: "invoicing", keys: null };

/** Of the test's organization of this position. */
export function organizationId(index: number): string {
  return `0b6f3c1e-5a44-4c58-9d3a-8f1c2e7b6a${String(10 + index)}`;
}

/** The hosted server as `serve` starts it, one simulator for each organization. */
export async function startHosted(options: HostedOptions): Promise<Hosted> {
  const folder = await mkdtemp(join(tmpdir(), "invoicing-"));
  const simulators = await Promise.all(
    options.tenants.map((_tenant, index) =>
      startSimulator({ ...options.simulator, organization_id: organizationId(index) }),
    ),
  );
  const access = join(folder, "access.json");
  for (const [index, { policy }] of options.tenants.entries()) {
    if (policy !== undefined) await writeFile(join(folder, `policy-${index}.json`), JSON.stringify(policy));
  }
  const tokens = Object.fromEntries(simulators.map(({ token }, index) => [`TOKEN_${index}`, token]));
  const webhooks = Object.fromEntries(options.tenants.map(({ webhook }, index) => [`WEBHOOK_${index}`, webhook]));
  await writeFile(
    access,
    JSON.stringify({
      version: 1,
      keys: options.keys ?? [],
      organizations: options.tenants.map(({ members, mode, name, policy, webhook }, index) => ({
        id: simulators[index]?.organization_id,
        base_url: simulators[index]?.url,
        ...(options.withoutTokens === true ? {} : { token_env: `TOKEN_${index}` }),
        mode: mode ?? "full",
        ...(name === undefined ? {} : { name }),
        ...(policy === undefined ? {} : { policy: `policy-${index}.json` }),
        ...(webhook === undefined ? {} : { webhook_env: `WEBHOOK_${index}` }),
        language: "en",
        members,
      })),
    }),
  );
  const env = {
    INVOICES_HTTP_LISTEN: "127.0.0.1:0",
    INVOICES_HTTP_ADMIN_LISTEN: "127.0.0.1:0",
    INVOICES_HTTP_ACCESS: access,
    ...(options.issuer === undefined ? {} : { INVOICES_HTTP_ISSUER: options.issuer }),
    INVOICES_TIMEZONE: "Europe/Berlin",
    ...options.env,
    ...options.envOf?.(simulators),
  };
  const lines: string[] = [];
  const keys = randomBytes(32).toString("base64");
  const start = () =>
    serveHosted({
      config: loadConfig({ "data-dir": join(folder, "state"), ...options.flags }, env, true),
      hosted: loadHostedConfig({}, { INVOICES_HTTP_KEYS: keys, ...env }),
      database: options.database ?? NO_DATABASE,
      demo: false,
      proxy: null,
      env: { ...tokens, ...webhooks },
      logs: { write: (line) => void lines.push(line) },
    });
  const served = await start();
  const instances = [served];
  while (instances.length < (options.instances ?? 1)) instances.push(await start());
  return {
    served,
    instances,
    simulators,
    folder,
    logs: () => lines.join(""),
    async close() {
      await Promise.all(instances.map((instance) => instance.close()));
      await Promise.all(simulators.map((simulator) => simulator.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A port that was free a moment ago, for what has to be known before it is opened. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** A key, and how the access file knows it. */
export function staticKey(name: string) {
  const key = `inv_${randomBytes(32).toString("base64url")}`;
  return { key, entry: { name, sha256: createHash("sha256").update(key).digest("hex") } };
}

type Asked = (
  name: string,
  args: Record<string, unknown>,
) => Promise<{ structuredContent?: unknown; isError?: unknown }>;

/** A draft that can be sent, made by calls. */
export async function draftBy(callTool: Asked): Promise<string> {
  const made = await callTool("create_invoice", {
    currency: "EUR",
    calculate_from_net: true,
    customer_id: "181227",
    notes: `Entwurf ${randomBytes(4).toString("hex")}`,
  });
  const invoice_id = isJsonObject(made.structuredContent) ? made.structuredContent["invoice_id"] : undefined;
  if (typeof invoice_id !== "string") throw new Error(`no draft: ${JSON.stringify(made)}`);
  const line = { invoice_id, title: "Leistung", quantity: 2, tax_rate: 19, single_net_amount: 50 };
  const added = await callTool("add_item", line);
  if (added.isError === true) throw new Error(`no line: ${JSON.stringify(added)}`);
  return invoice_id;
}

/** A message as a client of 2025 sends it, and what came back. */
export async function post(
  url: string,
  message: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
    body: typeof message === "string" ? message : JSON.stringify(message),
  });
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

export function call(name: string, args: object = {}, id: number | string = 1) {
  return { jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } };
}

/** The one answer in a body, whether it was streamed or not. */
export async function answerOf(
  response: Response,
): Promise<{ id: unknown; result?: CallResult; error?: { message: string } }> {
  const text = await response.text();
  const data = text
    .split("\n")
    .filter((line) => line.startsWith("data: {"))
    .at(-1);
  return JSON.parse(data === undefined ? text : data.slice(6));
}

export interface CallResult {
  readonly content: readonly { readonly type: string; readonly text: string }[];
  readonly structuredContent: Record<string, unknown>;
  readonly isError?: boolean;
}
