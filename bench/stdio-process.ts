import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

/** One start of a server over stdio, as a host makes it. */
export interface Start {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly ms: number;
  /** Peak resident memory in MiB; not a number where the system does not tell. */
  readonly peak: number;
  /** The line of the last answer. */
  readonly answer: string;
}

interface Message {
  readonly jsonrpc: "2.0";
  readonly id?: number;
  readonly method: string;
  readonly params?: object;
}

const client = { name: "bench", version: "0" };
const modern = {
  _meta: {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": client,
    "io.modelcontextprotocol/clientCapabilities": {},
  },
};
const OPENING = {
  "2025": [
    {
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: client },
    },
    { jsonrpc: "2.0", method: "notifications/initialized" },
    { jsonrpc: "2.0", id: 2, method: "tools/list" },
  ],
  "2026": [
    { jsonrpc: "2.0", id: 1, method: "server/discover", params: modern },
    { jsonrpc: "2.0", id: 2, method: "tools/list", params: modern },
  ],
} as const satisfies Record<string, readonly Message[]>;

/**
 * Time from the start of the process to the answer of `tools/list`, or of a call after it. A message is sent when the
 * request before it is answered, as clients do.
 */
export async function answered(
  { command, env }: Start,
  era: keyof typeof OPENING,
  call?: { readonly name: string; readonly arguments: object },
): Promise<Answered> {
  const messages: Message[] = [...OPENING[era]];
  if (call !== undefined) {
    messages.push({
      jsonrpc: "2.0",
      id: 3,
      method: "tools/call",
      params: era === "2026" ? { ...call, ...modern } : call,
    });
  }
  const began = performance.now();
  const server = spawn(process.execPath, [...command], { stdio: ["pipe", "pipe", "ignore"], env });
  const giveUp = setTimeout(() => server.kill("SIGKILL"), 60_000);
  let text = "";
  server.stdout.setEncoding("utf8");
  const say = (): number | undefined => {
    for (let message = messages.shift(); message !== undefined; message = messages.shift()) {
      server.stdin.write(`${JSON.stringify(message)}\n`);
      if (message.id !== undefined) return message.id;
    }
    return undefined;
  };
  let waiting = say();
  let answer = "";
  for await (const chunk of server.stdout) {
    text += String(chunk);
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      if (waiting === undefined || !new RegExp(`"id":${waiting}[,}]`).test(line)) continue;
      answer = line;
      waiting = say();
    }
    if (waiting === undefined) break;
  }
  const ms = performance.now() - began;
  const peak = peakOf(server.pid);
  clearTimeout(giveUp);
  server.kill("SIGKILL");
  if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
  if (waiting !== undefined) throw new Error(`${command.join(" ")}: no answer to request ${waiting}`);
  return { ms, peak, answer };
}

/** Milliseconds that a Node without anything to do takes to come and go. */
export async function bareNode(): Promise<number> {
  const began = performance.now();
  await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit");
  return performance.now() - began;
}

/** Peak resident memory of a process, in MiB; known on Linux only. */
export function peakOf(pid: number | null | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
