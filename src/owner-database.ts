import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { oneLine } from "./domain/untrusted.ts";
import { ConfigError } from "./errors.ts";
import { type DatabaseConfig, missing } from "./hosted/database-settings.ts";
import { enteredSecret } from "./hosted/entered.ts";
import type { DatabaseSettings } from "./store/postgres/database.ts";
import { migrate } from "./store/postgres/migrate.ts";
import { vaultAsOwner } from "./store/postgres/open.ts";
import { takeOver } from "./store/postgres/takeover.ts";
import { type CredentialInfo, HOSTED_MODES, type UpstreamSecret, type Vault } from "./store/vault-port.ts";

/** The commands of who owns the hosted server's database: `migrate` and `credentials`. */

export interface Console {
  readonly input: NodeJS.ReadStream;
  /** For questions: never what a program reads. */
  readonly questions: NodeJS.WriteStream;
  readonly print: (text: string) => void;
}

export async function runMigrate(
  config: DatabaseConfig,
  words: readonly string[],
  flags: { readonly check: boolean; readonly fromJournal: string | undefined },
  print: Console["print"],
): Promise<number> {
  noMore(words);
  const owner = ownerOf(config);
  if (config.url === null) throw missing("url");
  const app = new URL(config.url);
  const done = await migrate({
    owner,
    app: {
      role: decodeURIComponent(app.username),
      password: app.password === "" ? null : decodeURIComponent(app.password),
    },
    check: flags.check,
  });
  for (const line of done) print(`${line}\n`);
  if (flags.fromJournal === undefined || flags.check) return 0;
  const { operations, approvals, lines, repeated } = await takeOver(flags.fromJournal, owner);
  print(
    repeated
      ? "This journal was taken over before; nothing was changed.\n"
      : `Taken over: ${operations} operations, ${approvals} approvals, ${lines} audit lines. The file takes nothing new from now on.\n`,
  );
  return 0;
}

const COMMANDS = "add, list, remove, mode MODE or rotate";

export interface CredentialFlags {
  readonly principal: string | undefined;
  readonly organization: string | undefined;
  /** Origin of the API. */
  readonly origin: string;
}

/** `invoicing-mcp credentials …`. A token is typed or piped in, never an argument: those are visible to other programs. */
export async function runCredentials(
  config: DatabaseConfig,
  [command, ...words]: readonly string[],
  flags: CredentialFlags,
  { input, questions, print }: Console,
): Promise<number> {
  if (config.keys === null) throw missing("keys");
  noMore(command === "mode" ? words.slice(1) : words);
  const vault = vaultAsOwner(ownerOf(config), config.keys);
  try {
    switch (command) {
      case "add": {
        const scope = scopeOf(flags);
        const secret = secretOf(await hidden(input, questions, "Access token (not shown): "));
        const { version } = await vault.put(scope, secret);
        print(version === 1 ? "Stored.\n" : "Stored in place of the one before.\n");
        return 0;
      }
      case "list":
        print(await listed(vault));
        return 0;
      case "remove": {
        const removed = await vault.remove(scopeOf(flags));
        print(removed ? "Removed. Revoke the token where it was made, too.\n" : "There was none.\n");
        return removed ? 0 : 1;
      }
      case "mode": {
        const mode = HOSTED_MODES.find((one) => one === words[0]);
        if (mode === undefined) throw usage(`The mode is ${HOSTED_MODES.join(", ")}.`);
        const place = { origin: flags.origin, organization_id: organizationOf(flags) };
        await vault.setMode(place, mode);
        print(
          `${oneLine(place.organization_id, 80)} at ${place.origin} is ${mode} from now on, unless the access file names a mode for it.\n`,
        );
        return 0;
      }
      case "rotate":
        print(`${await vault.rotateKeys()} credentials were encrypted anew with the first key.\n`);
        return 0;
      default:
        throw usage(`The command is credentials ${COMMANDS}.`);
    }
  } finally {
    await vault.close();
  }
}

function ownerOf(config: DatabaseConfig): DatabaseSettings {
  if (config.owner_url === null) throw missing("owner_url");
  return { url: config.owner_url, schema: config.schema };
}

function organizationOf({ organization }: CredentialFlags): string {
  if (organization === undefined) throw usage("--organization is missing.");
  return organization;
}

function scopeOf(flags: CredentialFlags) {
  if (flags.principal === undefined) throw usage("--principal is missing.");
  return { origin: flags.origin, organization_id: organizationOf(flags), principal: flags.principal };
}

/** A flag without its dashes is a command that does something else: `migrate check`. */
function noMore([word]: readonly string[]): void {
  if (word !== undefined) throw usage(`Unexpected argument '${oneLine(word, 80)}'. Nothing was done.`);
}

function usage(message: string): ConfigError {
  return new ConfigError(message, { next: "See --help and docs/hosting.md." });
}

async function listed(vault: Vault): Promise<string> {
  const all = await vault.list();
  if (all.length === 0) return "No credentials are stored.\n";
  const modes = new Map<string, string>();
  for (const { origin, organization_id } of all) {
    modes.set(`${origin} ${organization_id}`, await vault.modeOf({ origin, organization_id }));
  }
  return all.map((info) => `${lineOf(info, modes.get(`${info.origin} ${info.organization_id}`) ?? "")}\n`).join("");
}

function lineOf(info: CredentialInfo, mode: string): string {
  const state = info.why === null ? info.state : `${info.state}: ${info.why}`;
  const until = info.expires_at === null ? "" : `, until ${new Date(info.expires_at).toISOString()}`;
  return oneLine(
    `${info.principal}  ${info.organization_id}  ${info.origin}  ${mode}  ${state}${until}  key ${info.key_id}`,
    400,
  );
}

function secretOf(text: string): UpstreamSecret {
  const entered = enteredSecret(text);
  if (!("is" in entered)) return entered;
  if (entered.is === "nothing") throw usage("No token was given.");
  if (entered.is === "no_token") throw usage(`The token ${entered.because}. Nothing was stored.`);
  throw usage(
    "That is no token answer (access_token, refresh_token, expires_in or expiresAt), or its token is cut. Nothing was stored.",
  );
}

/** From a terminal without showing it; from a pipe up to its end. */
async function hidden(input: NodeJS.ReadStream, output: NodeJS.WriteStream, question: string): Promise<string> {
  if (!input.isTTY) {
    let text = "";
    for await (const chunk of input) text += String(chunk);
    return text.trim();
  }
  output.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: silent, terminal: true });
  try {
    const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
    return (await Promise.race([lines.question(""), ended])).trim();
  } finally {
    lines.close();
    output.write("\n");
  }
}
