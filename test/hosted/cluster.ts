import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { ledgerOn } from "../../src/journal/ledger.ts";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { Database } from "../../src/store/postgres/database.ts";
import { migrate } from "../../src/store/postgres/migrate.ts";
import { openAsOwner } from "../../src/store/postgres/open.ts";
import { type FaultProxy, startFaultProxy } from "../harness/fault-proxy.ts";
import { filledIn } from "../harness/mcp-tools.ts";
import { APP_ROLE } from "../harness/postgres.ts";
import { createPostgres, type PostgresServer } from "../harness/postgres-server.ts";
import { createTcpProxy, type TcpProxy } from "../harness/tcp-proxy.ts";
import { type Balancer, startBalancer } from "./balancer.ts";
import { bearer, organizationId, staticKey } from "./setup.ts";

/**
 * What a provider runs, as processes of this machine: instances of `serve` behind a balancer without memory, one PostgreSQL,
 * and one API for each organization. Every line between them goes through a proxy that can break it.
 */
export interface ClusterOptions {
  readonly organizations: number;
  /** What Node.js runs as an instance. */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly postgres?: Readonly<Record<string, string>>;
}

export interface Organization {
  readonly id: string;
  readonly simulator: RunningSimulator;
  /** Between the instances and the API. */
  readonly line: FaultProxy;
  /** Ids of effects that somebody else brought about. */
  readonly elsewhere: Set<string>;
}

export interface Instance {
  readonly url: string;
  readonly adminUrl: string;
  readonly pid: number;
  /** Between this instance and the database. */
  readonly line: TcpProxy;
  readonly isRunning: boolean;
  logs(): string;
  /** What it wrote on stdout. */
  printed(): string;
  /** As it happens to a process: at once, and nothing of it is left. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface Cluster {
  readonly postgres: PostgresServer;
  readonly schema: string;
  /** As the owner of the schema, who sees every organization. */
  query(sql: string, values?: readonly unknown[]): Promise<readonly unknown[]>;
  /** What is wrong with the record in itself. */
  verified(): Promise<readonly string[]>;
  readonly organizations: readonly Organization[];
  readonly balancer: Balancer;
  /** One more instance; the balancer does not know it. */
  start(env?: Readonly<Record<string, string>>): Promise<Instance>;
  /** A client of an organization, at the balancer, that answers every form with yes. */
  client(organization: number): Promise<Client>;
  close(): Promise<void>;
}

const SCHEMA = "invoicing";

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), "invoicing-"));
  const [postgres, balancer] = await Promise.all([createPostgres(options.postgres), startBalancer()]);
  const owner = { url: postgres.url(), schema: SCHEMA };
  await migrate({ owner, app: { role: APP_ROLE, password: null }, check: false });
  const organizations = await Promise.all(
    Array.from({ length: options.organizations }, async (_, index): Promise<Organization> => {
      const id = organizationId(index);
      // One effect of each act, so that they can be counted against the record.
      const switches = { rate_limits: "off", change_recipient_credit_note: "none" } as const;
      const simulator = await startSimulator({ seed: "empty", organization_id: id, switches });
      return { id, simulator, line: await startFaultProxy(simulator.url), elsewhere: new Set() };
    }),
  );
  const key = staticKey("agent");
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    ...(await access(folder, organizations, key.entry)),
    INVOICES_HTTP_LISTEN: "127.0.0.1:0",
    INVOICES_HTTP_ADMIN_LISTEN: "127.0.0.1:0",
    INVOICES_HTTP_URL: balancer.url,
    INVOICES_HTTP_KEYS: randomBytes(32).toString("base64"),
    INVOICES_HTTP_CALLS_PER_MINUTE: "100000",
    INVOICES_HTTP_CONCURRENT: "100",
    INVOICES_DATABASE_SCHEMA: SCHEMA,
    ...options.env,
  };
  const instances: Instance[] = [];
  const database = new Database(owner);
  return {
    postgres,
    schema: SCHEMA,
    query: (sql, values) => database.connected((connection) => connection.query(sql, values)),
    async verified() {
      const journal = openAsOwner(owner);
      try {
        return (await ledgerOn(journal).audit.verify()).problems;
      } finally {
        await journal.close();
      }
    },
    organizations,
    balancer,
    async start(more = {}) {
      const line = await createTcpProxy(() => postgres.port);
      const url = line.through(postgres.url(APP_ROLE));
      const instance = await started(options.command, { ...env, INVOICES_DATABASE_URL: url, ...more }, line);
      instances.push(instance);
      return instance;
    },
    async client(organization) {
      const address = new URL(balancer.url);
      if (organizations.length > 1) address.pathname += `/o/${organizations[organization]?.id}`;
      return clientAt(address, key.key);
    },
    async close() {
      await Promise.all(instances.map((instance) => instance.kill()));
      await Promise.all(instances.map(({ line }) => line.close()));
      await database.close();
      await Promise.all(organizations.flatMap(({ line, simulator }) => [line.close(), simulator.close()]));
      await balancer.close();
      await postgres.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Who may do what: one key, a member of every organization. */
async function access(folder: string, organizations: readonly Organization[], entry: object) {
  const file = join(folder, "access.json");
  const tenants = organizations.map(({ id, line }, index) => ({
    id,
    base_url: line.url,
    token_env: `TOKEN_${index}`,
    mode: "full",
    language: "en",
    timezone: "Europe/Berlin",
    members: [{ key: "agent" }],
  }));
  await writeFile(file, JSON.stringify({ version: 1, keys: [entry], organizations: tenants }));
  const tokens = organizations.map(({ simulator }, index) => [`TOKEN_${index}`, simulator.token]);
  return { INVOICES_HTTP_ACCESS: file, ...Object.fromEntries(tokens) };
}

async function started(command: readonly string[], env: Record<string, string>, line: TcpProxy): Promise<Instance> {
  const child = spawn(process.execPath, [...command], { env, stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(child, "exit");
  let logs = "";
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  const watchers = new Set<() => void>();
  const note = () => {
    for (const watch of [...watchers]) watch();
  };
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    logs += text;
    note();
  });
  void exited.then(note);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const seen = (text: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = text.exec(logs);
        if (found === null && isRunning()) return;
        watchers.delete(look);
        if (found === null) reject(new Error(`ended with ${child.exitCode ?? child.signalCode}: ${logs.slice(-2000)}`));
        else resolve(found);
      };
      watchers.add(look);
      look();
    });
  const [, port, admin] = await seen(/"event":"started".*"port":(\d+),"admin":"([^"]+)"/);
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    adminUrl: `http://${admin}`,
    pid: child.pid ?? 0,
    line,
    get isRunning() {
      return isRunning();
    },
    logs: () => logs,
    printed: () => printed,
    kill: () => ended(child, "SIGKILL", exited),
    stop: () => ended(child, "SIGTERM", exited),
  };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals, exited: Promise<unknown>): Promise<void> {
  child.kill(signal);
  await exited;
}

export async function clientAt(address: URL, key: string): Promise<Client> {
  const client = new Client(
    { name: "test", version: "2" },
    { versionNegotiation: { mode: "auto" }, capabilities: { elicitation: { form: {} } } },
  );
  client.setRequestHandler("elicitation/create", async ({ params }) => ({
    action: "accept",
    content: filledIn("requestedSchema" in params ? params.requestedSchema.properties : {}),
  }));
  await client.connect(new StreamableHTTPClientTransport(address, { requestInit: { headers: bearer(key) } }));
  return client;
}
