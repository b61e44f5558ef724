import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { runSetup, type SetupOptions } from "../../src/setup/setup.ts";
import { CLI } from "../harness/cli-process.ts";

/** A person's computer: an empty home, nothing of the machine the tests run on. */
export interface Computer {
  readonly home: string;
  readonly env: Record<string, string>;
  setUp(options: Partial<SetupOptions>, answers?: readonly Answer[]): Promise<Finished>;
  remove(): void;
}

/** What the person does once a text is shown. */
export type Answer = readonly [shown: string, keys: string];
export const ENTER = "\r";
export const DOWN = "\u001B[B";
export const CTRL_C = "\u0003";

export interface Finished {
  readonly code: number | null;
  /** What was thrown, as a person reads it. */
  readonly error: string;
  readonly screen: string;
  readonly printed: string;
}

const NOTHING: SetupOptions = {
  settings: {},
  client: null,
  keep: null,
  name: "invoicing",
  demo: false,
  yes: false,
  print: false,
  token_stdin: false,
};

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

export function makeComputer(): Computer {
  const home = mkdtempSync(join(tmpdir(), "invoicing setup "));
  const env: Record<string, string> = { PATH: process.env["PATH"] ?? "", HOME: home };
  return {
    home,
    env,
    async setUp(options, answers = []) {
      const input = new PassThrough();
      const output = new PassThrough();
      let screen = "";
      let read = 0;
      const waiting = [...answers];
      output.on("data", (chunk: Buffer) => {
        screen += stripVTControlCharacters(chunk.toString("utf8"));
        const [next] = waiting;
        if (next === undefined) return;
        const at = screen.indexOf(next[0], read);
        if (at < 0) return;
        read = screen.length;
        waiting.shift();
        // The question is drawn before it listens.
        setTimeout(() => input.write(next[1]), 20);
      });
      let printed = "";
      const world = {
        system: { platform: process.platform, home, env },
        own: { platform: process.platform, node: process.execPath, embedded: false, node_options: [], script: CLI },
        proxy: null,
        input,
        output,
        print: (text: string) => {
          printed += text;
        },
        now: new Date("2026-03-01T09:00:00Z"),
      };
      const { HOME: before, TERM: terminal } = process.env;
      // A person's terminal; where a runner says that it is a dumb one, readline takes no key back.
      Object.assign(process.env, { HOME: home, TERM: "xterm-256color" });
      try {
        const code = await runSetup({ ...NOTHING, ...options }, world);
        return { code, error: "", screen, printed };
      } catch (thrown) {
        if (!(thrown instanceof Error)) throw thrown;
        const next = "next" in thrown ? ` ${String(thrown.next)}` : "";
        return { code: null, error: `${thrown.message}${next}`, screen, printed };
      } finally {
        restore("HOME", before);
        restore("TERM", terminal);
        if (waiting.length > 0) screen += `\n(still waiting for: ${waiting[0]?.[0]})`;
      }
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}
