import type { ServerStart } from "./clients.ts";
import type { Texts } from "./given.ts";
import { flagsIn } from "./program.ts";
import { passedOn } from "./try-start.ts";

/** The settings that a client starts the server with, as far as they can be seen from this terminal. */
export function startSettings(start: ServerStart, env: Texts) {
  const given = Object.entries(start.env).flatMap(([name, text]) => {
    // What the client puts in when it starts it. What it asks the person for is not here.
    if (/\$\{input:/.test(text)) return [];
    return [[name, text.replace(/\$\{env:(\w+)\}/g, (_, variable: string) => env[variable] ?? "")] as const];
  });
  const demo: readonly (readonly [string, string])[] = start.args.includes("--demo") ? [["INVOICES_DEMO", "true"]] : [];
  const passed: Texts = { ...passedOn(env), ...Object.fromEntries([...given, ...demo]) };
  return { flags: flagsIn(start.args), env: passed };
}
