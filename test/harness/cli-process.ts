import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isJsonObject } from "../../src/domain/json.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const CLI = join(ROOT, "dist", "cli.js");

/** Builds the command when it is missing or older than its sources, so that no test runs yesterday's server. */
export function buildCli(): void {
  const newest = Math.max(
    ...readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" }).map(
      (file) => statSync(join(ROOT, "src", file)).mtimeMs,
    ),
  );
  if (existsSync(CLI) && statSync(CLI).mtimeMs > newest) return;
  execFileSync(process.execPath, ["--import", "tsx", join(ROOT, "scripts", "build.ts")], { cwd: ROOT, stdio: "pipe" });
}

/** A home of its own: no settings, no journal of the machine the tests run on. */
export interface Home {
  readonly path: string;
  env(more?: Readonly<Record<string, string>>): Record<string, string>;
  remove(): void;
}

export function makeHome(): Home {
  const path = mkdtempSync(join(tmpdir(), "invoicing-"));
  return {
    path,
    env: (more = {}) => ({ PATH: process.env["PATH"] ?? "", HOME: path, XDG_STATE_HOME: join(path, "state"), ...more }),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcessWithoutNullStreams;
  /** What was written so far. */
  stdout(): string;
  stderr(): string;
  /** Sends one message of the protocol. */
  send(message: object): void;
  /** Sends a request and waits for its answer. */
  request(method: string, params: object): Promise<Record<string, unknown>>;
  /** The 2025 handshake. */
  initialize(): Promise<Record<string, unknown>>;
  /** Resolves when the text appeared on stdout or stderr. */
  seen(text: RegExp): Promise<string>;
  readonly finished: Promise<Finished>;
}

/** The built command as a real child process. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string>>): RunningCli {
  const child = spawn(process.execPath, [CLI, ...args], { env: { ...env }, stdio: ["pipe", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  const watchers = new Set<() => void>();
  const note = () => {
    for (const watch of [...watchers]) watch();
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    note();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    note();
  });
  // A process that is gone already is seen by its exit, not by a broken pipe.
  child.stdin.on("error", () => {});
  const finished = new Promise<Finished>((resolve) => {
    child.on("close", (code, signal) => {
      note();
      resolve({ code, signal, stdout, stderr });
    });
  });
  const when = <T>(look: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const check = () => {
        const found = look();
        if (found !== undefined) {
          watchers.delete(check);
          resolve(found);
        } else if (child.exitCode !== null || child.signalCode !== null) {
          watchers.delete(check);
          reject(new Error(`the process ended (${child.exitCode}): ${stderr}`));
        }
      };
      watchers.add(check);
      check();
    });
  let requests = 0;
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const request = async (method: string, params: object) => {
    requests += 1;
    const id = requests;
    send({ id, method, params });
    return when(() => protocolLines(stdout).find((line) => line["id"] === id));
  };
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    send,
    request,
    async initialize() {
      const answer = await request("initialize", {
        protocolVersion: "2025-06-18",
        capabilities: {},
        clientInfo: { name: "test", version: "1" },
      });
      send({ method: "notifications/initialized" });
      return answer;
    },
    seen: (text) => when(() => text.exec(stdout)?.[0] ?? text.exec(stderr)?.[0]),
    finished,
  };
}

/** Runs the command to its end, with an empty stdin. */
export function runCli(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Finished> {
  const running = startCli(args, env);
  running.child.stdin.end();
  return running.finished;
}

/** Every complete line of stdout as a message of the protocol. Throws when a line is anything else. */
export function protocolLines(stdout: string): Record<string, unknown>[] {
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const message: unknown = JSON.parse(line);
      if (!isJsonObject(message) || message["jsonrpc"] !== "2.0") throw new Error(`not the protocol: ${line}`);
      return message;
    });
}
