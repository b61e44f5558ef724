import { ConfigError } from "../errors.ts";
import { CLIENT_IDS, clientNamed, ENTRY_NAME } from "./clients.ts";
import type { Texts } from "./given.ts";
import { type SetupOptions, TOKEN_PLACES } from "./setup.ts";

/** The flags of `setup` in words, and as options. */

export const setupHelp = [
  "invoicing-mcp setup: connects a client with your account, and reads once to prove it. Changes nothing there.",
  "",
  "In a terminal it asks for everything. For scripts, --yes asks nothing and takes:",
  `  --client NAME      ${CLIENT_IDS.join(", ")}`,
  "  --base-url         region (co, eu, staging) or address of the API",
  "  --organization ID  where the token sees several",
  "  --token-stdin      read the token from stdin; else from INVOICES_API_TOKEN",
  `  --keep PLACE       ${TOKEN_PLACES.join(", ")}: where the token is kept (default: keyring, else file)`,
  `  --name NAME        how the client lists it (default: ${ENTRY_NAME})`,
  "  --demo             the built-in simulator: no account, no token",
  "  --print            show what to paste, and write no client's file",
  "Every other setting that is given (--mode, --confirm, --policy …; see --help) is written into the client's entry.",
  "",
].join("\n");

/** Throws `ConfigError` that names the flag. */
export function setupOptions(values: Readonly<Record<string, unknown>>, texts: Texts): SetupOptions {
  const { client, keep, name = ENTRY_NAME, ...settings } = texts;
  if (!/^[A-Za-z0-9_-]{1,40}$/.test(name)) {
    throw new ConfigError("--name may hold letters, digits, - and _ alone.", { next: "Give another name." });
  }
  return {
    settings,
    client: clientNamed(client),
    keep: oneOf("--keep", keep, TOKEN_PLACES),
    name,
    demo: values["demo"] === true,
    yes: values["yes"] === true,
    print: values["print"] === true,
    token_stdin: values["token-stdin"] === true,
  };
}

function oneOf<T extends string>(flag: string, text: string | undefined, words: readonly T[]): T | null {
  if (text === undefined) return null;
  const word = words.find((one) => one === text);
  if (word === undefined) {
    throw new ConfigError(`${flag} must be one of ${words.join(", ")}.`, { next: "See setup --help." });
  }
  return word;
}
