import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { z } from "zod";
import { VERSION } from "../version.ts";
import type { ServerStart } from "./clients.ts";

/** Starts what was configured as a client would, and reads once. */

export type Tried =
  /** `says`: the first lines of the answer. */
  | { readonly kind: "answered"; readonly isError: boolean; readonly says: string }
  | { readonly kind: "silent"; readonly reason: string };

/** Variables that clients pass on; the others of this terminal are not there later (MCP SDK, default environment). */
const PASSED_ON: readonly string[] = [
  ...["HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"],
  ...["APPDATA", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "PROCESSOR_ARCHITECTURE", "SYSTEMDRIVE", "SYSTEMROOT"],
  ...["TEMP", "USERNAME", "USERPROFILE", "PROGRAMFILES"],
];

/** npx may have to download. */
const PATIENCE_MS = 120_000;

const Message = z.object({ jsonrpc: z.literal("2.0"), id: z.number().optional(), result: z.unknown().optional() });
const Result = z.object({
  isError: z.boolean().optional(),
  content: z.array(z.object({ text: z.string().optional() })),
});

/** The environment that a client gives a server. */
export function passedOn(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value !== undefined && PASSED_ON.includes(name.toUpperCase()) ? [[name, value]] : [],
    ),
  );
}

export async function tryStart(start: ServerStart, env: Readonly<Record<string, string | undefined>>): Promise<Tried> {
  const child = spawn(start.command, [...start.args], {
    env: { ...passedOn(env), ...start.env },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  child.stdin.on("error", () => {});
  try {
    return await new Promise<Tried>((resolve) => {
      const silent = (reason: string) => resolve({ kind: "silent", reason });
      const timer = setTimeout(() => silent(`it did not answer within ${PATIENCE_MS / 1_000} s`), PATIENCE_MS);
      timer.unref();
      child.once("error", (error) => silent(`${start.command} could not be started (${codeOf(error)})`));
      child.once("exit", (code) => silent(`it ended at once (exit code ${code ?? "none"})`));
      createInterface({ input: child.stdout }).on("line", (line) => {
        const message = Message.safeParse(parsed(line));
        if (!message.success) return silent("it wrote something else than the protocol");
        if (message.data.id === 1) {
          send({ method: "notifications/initialized" });
          send({ id: 2, method: "tools/call", params: { name: "list_invoices", arguments: { limit: 1 } } });
        }
        if (message.data.id === 2) resolve(answerIn(message.data.result));
      });
      const clientInfo = { name: "invoicing-mcp-setup", version: VERSION };
      send({ id: 1, method: "initialize", params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo } });
    });
  } finally {
    child.stdin.end();
    // By itself it ends with its input; what npx puts in between may not.
    setTimeout(() => child.kill(), 2_000).unref();
  }
}

function answerIn(result: unknown): Tried {
  const read = Result.safeParse(result);
  if (!read.success) return { kind: "silent", reason: "it refused to read the invoices" };
  const says = read.data.content.map(({ text }) => text ?? "").join("\n");
  return { kind: "answered", isError: read.data.isError === true, says };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "unknown error";
}
