import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { DestinationStream } from "pino";
import type { ProxySettings } from "../api/proxy.ts";
import { type Config, JOURNAL_FILE } from "../config.ts";
import { systemClock } from "../domain/clock.ts";
import { ConfigError } from "../errors.ts";
import { defaultPolicy, type Policy } from "../guard/policy.ts";
import { once } from "../once.ts";
import { localPrincipal } from "../runtime.ts";
import { openStore } from "../store/open.ts";
import { mcpEndpoint } from "../transports/http.ts";
import { type Access, keyHash, loadAccess } from "./access.ts";
import { createAdminApp } from "./admin.ts";
import { type App, createApp } from "./app.ts";
import { type AuthorizationServer, authorizationServer, missedClients } from "./authorization-server.ts";
import { type Listener, listen } from "./listener.ts";
import { createLogger, type Logger } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { placesOf } from "./places.ts";
import { type HostedConfig, isLoopback } from "./settings.ts";
import { createTenants } from "./tenants.ts";

export interface ServeOptions {
  readonly config: Config;
  readonly hosted: HostedConfig;
  readonly policy: Policy | null;
  readonly demo: boolean;
  readonly proxy: ProxySettings | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** One JSON object a line. */
  readonly logs: DestinationStream;
}

export interface Served {
  /** The address clients use. */
  readonly url: string;
  readonly adminUrl: string;
  /** Ends what is under way within the time allowed, and settles what can be. */
  close(): Promise<void>;
}

/** A static key, shown once, and what the access file keeps of it. */
export function newKey(name: string): string {
  const key = `inv_${randomBytes(32).toString("base64url")}`;
  const entry = JSON.stringify({ name, sha256: keyHash(key).toString("hex") });
  return `Key, for the client (shown this once): ${key}\nEntry, for "keys" in the access file: ${entry}\n`;
}

/** How often open operations of instances that are gone are looked for. */
const SWEEP_MS = 60_000;

/** Starts the hosted server. Throws a `ConfigError` before anything listens when it must not start. */
export async function serveHosted(options: ServeOptions): Promise<Served> {
  const { config, hosted, demo } = options;
  const log = createLogger(options.logs);
  const report = (line: string) => log.warn({ event: "report" }, line);
  const server = hosted.issuer === undefined ? null : authorizationServer(hosted.issuer);
  const access = accessOf(options);
  if (hosted.access !== undefined && server === null && !access.hasKeys) {
    throw new ConfigError("Nobody can get in: there is neither an issuer nor a key.", {
      next: "Set INVOICES_HTTP_ISSUER, or name keys in the file of INVOICES_HTTP_ACCESS.",
    });
  }
  const store = openStore(demo ? ":memory:" : join(config.data_dir, JOURNAL_FILE));
  const tenants = createTenants({
    config,
    demo,
    tenants: access.tenants,
    store,
    keys: hosted.keys ?? [randomBytes(32)],
    proxy: options.proxy,
    page: () => null,
    report,
    log: (event, fields) => log.info({ event, ...fields }, event),
  });
  const endpoint = mcpEndpoint(report);
  const metrics = createMetrics();
  let stopping = false;
  const admin = await listen(
    createAdminApp({ problems: async () => (stopping ? ["stopping"] : await problemsOf(server)) }, metrics).fetch,
    hosted.admin_listen,
  );
  // The port is known once it is open, and with it the address on this computer; what comes before waits for it.
  let ready: (app: App) => void = () => {};
  const app = new Promise<App>((resolve) => {
    ready = resolve;
  });
  const listener = await listen(async (request, env) => (await app).fetch(request, env), hosted.listen).catch(
    async (error: unknown) => {
      await admin.drain(0);
      throw error;
    },
  );
  const url = hosted.url ?? `http://${hostOf(listener)}/mcp`;
  const served = createApp({
    places: placesOf(url, hosted),
    access,
    authentication: { local: hosted.access === undefined ? localPrincipal() : null, access, server },
    tenants,
    endpoint,
    limits: { perMinute: hosted.calls_per_minute, concurrent: hosted.concurrent },
    clock: systemClock,
    metrics,
    log,
  });
  ready(served);
  if (server !== null) void checkServer(server, log);
  const stopSweeping = sweep(() => tenants.recover(), report);
  log.info({ event: "started", url, admin: hostOf(admin) }, "serving");
  return {
    url,
    adminUrl: `http://${hostOf(admin)}`,
    close: once(async () => {
      stopping = true;
      stopSweeping();
      log.info({ event: "stopping" }, "stopping: what is under way may end");
      await listener.drain(hosted.drain_seconds * 1000);
      await endpoint.close();
      await tenants.close();
      await store.close();
      await admin.drain(0);
      log.info({ event: "stopped" }, "stopped");
    }),
  };
}

function accessOf({ config, hosted, policy, env }: ServeOptions): Access {
  if (hosted.access !== undefined) return loadAccess(hosted.access, { base_url: config.base_url, policy }, env);
  return {
    tenants: [
      {
        id: config.organization_id ?? null,
        origin: new URL(config.base_url).origin,
        mode: "full",
        policy: policy ?? defaultPolicy,
        language: config.language,
        timezone: config.timezone,
        members: [{ subject: "*", rights: ["read", "draft", "send", "cancel"] }],
        token: config.api_token,
      },
    ],
    hasKeys: false,
    keyName: () => null,
  };
}

async function problemsOf(server: AuthorizationServer | null): Promise<readonly string[]> {
  if (server === null) return [];
  return server.keys().then(
    () => [],
    () => ["the sign-in server cannot be reached"],
  );
}

async function checkServer(server: AuthorizationServer, log: Logger): Promise<void> {
  try {
    for (const sentence of missedClients(await server.metadata())) {
      log.warn({ event: "issuer_lacks", issuer: server.issuer }, sentence);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : "it failed";
    log.error({ event: "issuer_unreachable", issuer: server.issuer }, `The issuer cannot be used yet: ${why}.`);
  }
}

function sweep(work: () => Promise<void>, report: (line: string) => void): () => void {
  const run = () =>
    void work().catch((error: unknown) => report(`recovery: ${error instanceof Error ? error.message : "failed"}`));
  run();
  const timer = setInterval(run, SWEEP_MS);
  return () => clearInterval(timer);
}

function hostOf({ address }: Listener): string {
  const host = isLoopback(address.address) && address.family === "IPv6" ? "[::1]" : address.address;
  return `${host}:${address.port}`;
}
