import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import type { DestinationStream } from "pino";
import type { ProxySettings } from "../api/proxy.ts";
import { type Config, JOURNAL_FILE } from "../config.ts";
import { systemClock } from "../domain/clock.ts";
import { NOT_TRACED } from "../domain/tracing.ts";
import { ConfigError, InvoicingError } from "../errors.ts";
import { wantsSecondPerson } from "../guard/policy.ts";
import { localPrincipal } from "../guard/principal.ts";
import type { KeyRing } from "../guard/seal.ts";
import { passkeysIn } from "../journal/passkeys.ts";
import { once } from "../once.ts";
import { type JournalTrial, shownBy } from "../runtime.ts";
import { mcpEndpoint } from "../transports/http.ts";
import { VERSION } from "../version.ts";
import { type Access, KEY_NAME, keyHash, placeOf, type Tenant } from "./access.ts";
import { accessSource } from "./access-source.ts";
import { createAdminApp } from "./admin.ts";
import { type App, createApp } from "./app.ts";
import { createApprovePages, remotePage } from "./approve.ts";
import { approversIn } from "./approvers.ts";
import { type AuthorizationServer, authorizationServer, missedClients } from "./authorization-server.ts";
import { createCheckedTokens } from "./checked-tokens.ts";
import { sealedCookies } from "./cookies.ts";
import { CREDENTIALS_CALLBACK, CREDENTIALS_PATH, createCredentialPages } from "./credentials.ts";
import type { DatabaseConfig } from "./database-settings.ts";
import { type Listener, listen } from "./listener.ts";
import { liveAccess } from "./live-access.ts";
import { createLogger, type Logger } from "./log.ts";
import { createLogin } from "./login.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createNotices } from "./notices.ts";
import { placesOf } from "./places.ts";
import { type Records, recordsInDatabase, recordsInFile } from "./records.ts";
import { createRenewal, type Renew } from "./renewal.ts";
import { isLoopback } from "./setting-values.ts";
import type { HostedConfig } from "./settings.ts";
import { APPROVE_PATH, createSignIn } from "./sign-in.ts";
import { createTenants } from "./tenants.ts";
import type { UpstreamClient } from "./token-endpoint.ts";
import type { OpenTracing } from "./tracing.ts";
import { createUpstreamSignIn, type UpstreamSignIn } from "./upstream-sign-in.ts";

export interface ServeOptions {
  readonly config: Config;
  readonly hosted: HostedConfig;
  /** Where the record is kept, when it is not in a file. */
  readonly database: DatabaseConfig;
  readonly demo: boolean;
  readonly proxy: ProxySettings | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** One JSON object a line. */
  readonly logs: DestinationStream;
  readonly trial?: JournalTrial;
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
  if (!KEY_NAME.test(name)) {
    throw new ConfigError("--new-key takes a name of 1 to 64 letters, digits, dots, - and _.", {
      next: "Give one that says whose key it is, e.g. --new-key agents.",
    });
  }
  const key = `inv_${randomBytes(32).toString("base64url")}`;
  const entry = JSON.stringify({ name, sha256: keyHash(key).toString("hex") });
  return `Key, for the client (shown this once): ${key}\nEntry, for "keys" in the access file: ${entry}\n`;
}

const OWN_KEYS =
  "INVOICES_HTTP_KEYS is not set: no other instance, and not this one after a restart, can take what this one asks people. A yes that arrives there is lost.";

/** How often open operations of instances that are gone are looked for. */
const SWEEP_MS = 60_000;

/** Starts the hosted server. Throws a `ConfigError` before anything listens when it must not start. */
export async function serveHosted(options: ServeOptions): Promise<Served> {
  const { config, hosted } = options;
  const log = createLogger(options.logs);
  const report = (line: string) => log.warn({ event: "report" }, line);
  const server = hosted.issuer === undefined ? null : authorizationServer(hosted.issuer);
  const metrics = createMetrics();
  const live = liveAccess({ load: accessSource(options), log, metrics });
  const access = () => live.now();
  const tracing = await tracingOf(hosted);
  const records = recordsOf(options);
  let stopping = false;
  const health = {
    problems: async () => (stopping ? ["stopping"] : problemsOf(server, records, access())),
    warnings: () => access().problems,
  };
  const ports = await openPorts(hosted, createAdminApp(health, metrics));
  const url = hosted.url ?? `http://${hostOf(ports.listener)}/mcp`;
  const places = placesOf(url, hosted);
  const keys = hosted.keys ?? [randomBytes(32)];
  if (hosted.keys === undefined && options.database.url !== null && !options.demo)
    log.warn({ event: "keys_own" }, OWN_KEYS);
  const pages = pagesOf(options, { access, records, keys, log, origin: places.origin });
  const notices = createNotices({
    hosted,
    page: `${places.origin}${APPROVE_PATH}`,
    proxy: options.proxy,
    log,
    metrics,
  });
  const tenants = createTenants({
    config,
    demo: options.demo,
    access,
    records,
    renew: renewalOf(hosted, options.proxy, metrics),
    metrics,
    credentialPage:
      pages === null || records.vault === null
        ? null
        : { address: `${places.origin}${CREDENTIALS_PATH}`, isFor: (principal) => isPersonOf(hosted, principal) },
    keys,
    proxy: options.proxy,
    page: (principal, tenant) =>
      pages !== null && (wantsSecondPerson(tenant.policy) || isPersonOf(hosted, principal))
        ? remotePage(places.origin, (plan) => notices.tell(tenant, principal, plan))
        : null,
    report,
    log: (event, fields) => log.info({ event, ...fields }, event),
    tracing,
    trial: options.trial,
  });
  const endpoint = mcpEndpoint(report);
  ports.ready(
    createApp({
      places,
      access,
      authentication: {
        local: hosted.access === undefined ? localPrincipal() : null,
        access,
        server,
        tokens: createCheckedTokens(systemClock),
      },
      tenants,
      endpoint,
      pages,
      limits: { perMinute: hosted.calls_per_minute, concurrent: hosted.concurrent },
      clock: systemClock,
      metrics,
      log,
      tracing,
    }),
  );
  if (server !== null) void checkServer(server, log);
  records.ready().catch((error: unknown) => {
    log.error(
      { event: "record_unusable" },
      error instanceof InvoicingError ? `${error.message} ${error.next}` : "the record cannot be used",
    );
  });
  const stopSweeping = sweep(() => tenants.recover(), report);
  log.info({ event: "started", url, port: ports.listener.address.port, admin: hostOf(ports.admin) }, "serving");
  return {
    url,
    adminUrl: `http://${hostOf(ports.admin)}`,
    close: once(async () => {
      stopping = true;
      stopSweeping();
      log.info({ event: "stopping" }, "stopping: what is under way may end");
      await ports.listener.drain(hosted.drain_seconds * 1000);
      await endpoint.close();
      await notices.close();
      await tenants.close();
      await records.close();
      await tracing.close();
      await ports.admin.drain(0);
      live.close();
      log.info({ event: "stopped" }, "stopped");
    }),
  };
}

/** Both ports. The address on this computer is known once they are open; what comes before `ready` waits for it. */
async function openPorts(hosted: HostedConfig, adminApp: Pick<App, "fetch">) {
  const admin = await listen((request) => adminApp.fetch(request), hosted.admin_listen);
  let ready: (app: App) => void = () => {};
  const app = new Promise<App>((resolve) => {
    ready = resolve;
  });
  try {
    const listener = await listen(async (request, peer) => (await app).fetch(request, peer), hosted.listen);
    return { admin, listener, ready };
  } catch (error) {
    await admin.drain(0);
    throw error;
  }
}

/** The pages for people, where they can sign in; `null` where they cannot. */
function pagesOf(
  { config, hosted, proxy }: ServeOptions,
  parts: {
    readonly access: () => Access;
    readonly records: Records;
    readonly keys: KeyRing;
    readonly log: Logger;
    readonly origin: string;
  },
): App | null {
  const { issuer, client_id, client_secret } = hosted;
  const { access, records, keys, log, origin } = parts;
  if (issuer === undefined || client_id === undefined) return null;
  const cookies = sealedCookies(keys);
  const redirectUri = `${origin}${APPROVE_PATH}/callback`;
  const tenants = () => access().tenants;
  const login = createLogin({ issuer, clientId: client_id, clientSecret: client_secret, redirectUri, cookies });
  const signIn = createSignIn({ login, cookies, issuer, origin, tenants, log });
  const pages: App = new Hono();
  if (records.vault !== null) {
    const { vault } = records;
    const budgetOf = (tenant: Tenant) => records.budget(placeOf(tenant));
    const upstream = upstreamSignInOf(hosted, origin, proxy);
    const entering = { signIn, tenants, vault, budgetOf, proxy, upstream, clock: systemClock, log };
    pages.route("/", createCredentialPages(entering));
  }
  const approving = createApprovePages({
    signIn,
    tenants,
    origin,
    approvalsOf: (tenant) => records.of(placeOf(tenant)).approvals,
    approversOf: (tenant) => approversIn(records.of(placeOf(tenant)).facts, placeOf(tenant)),
    passkeysOf: (tenant) => passkeysIn(records.of(placeOf(tenant)).facts, placeOf(tenant)),
    shownBy: (tenant) => {
      const timezone = tenant.timezone ?? config.timezone;
      const store = async () => records.of(placeOf(tenant));
      return shownBy({ config: { language: tenant.language, timezone }, store });
    },
    clock: systemClock,
    log,
  });
  return pages.route("/", approving);
}

/** This server as a client of the API's own sign-in. */
function upstreamClientOf(hosted: HostedConfig, proxy: ProxySettings | null): UpstreamClient | null {
  const { upstream_token_url: token_url, upstream_client_id: client_id } = hosted;
  if (token_url === undefined || client_id === undefined) return null;
  return { token_url, client_id, client_secret: hosted.upstream_client_secret, proxy };
}

function renewalOf(hosted: HostedConfig, proxy: ProxySettings | null, metrics: Metrics): Renew | null {
  const client = upstreamClientOf(hosted, proxy);
  return client === null ? null : createRenewal(client, metrics.credentialRenewal);
}

function upstreamSignInOf(hosted: HostedConfig, origin: string, proxy: ProxySettings | null): UpstreamSignIn | null {
  const client = upstreamClientOf(hosted, proxy);
  const { upstream_authorize_url: authorize_url, upstream_scopes: scopes } = hosted;
  if (client === null || authorize_url === undefined) return null;
  return createUpstreamSignIn({ client, authorize_url, scopes, redirect_uri: `${origin}${CREDENTIALS_CALLBACK}` });
}

function isPersonOf({ issuer }: HostedConfig, principal: string): boolean {
  return issuer !== undefined && principal.startsWith(`${issuer}|`);
}

function recordsOf({ config, database, demo }: ServeOptions): Records {
  if (demo) return recordsInFile(":memory:");
  return database.url === null ? recordsInFile(join(config.data_dir, JOURNAL_FILE)) : recordsInDatabase(database);
}

/** Loaded only where somebody listens. */
async function tracingOf({ traces, traces_headers }: HostedConfig): Promise<OpenTracing> {
  if (traces === undefined) return { ...NOT_TRACED, close: async () => {} };
  const { openTracing } = await import("./tracing.ts");
  return openTracing({ url: traces, headers: traces_headers, version: VERSION, instance: hostname() });
}

async function problemsOf(
  server: AuthorizationServer | null,
  records: Records,
  { isLapsed, problems }: Access,
): Promise<readonly string[]> {
  const signIn = server?.keys().then(
    () => [],
    () => ["the sign-in server cannot be reached"],
  );
  const record = records.ready().then(
    () => [],
    () => ["nothing can be recorded"],
  );
  return [...((await signIn) ?? []), ...(await record), ...(isLapsed ? problems : [])];
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
