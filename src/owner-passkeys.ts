import { hostname } from "node:os";
import { join } from "node:path";
import { type Config, JOURNAL_FILE, refuseDemo } from "./config.ts";
import { systemClock } from "./domain/clock.ts";
import { oneLine, terminalText } from "./domain/untrusted.ts";
import { ConfigError } from "./errors.ts";
import { type BrowserEnvironment, systemBrowser } from "./guard/channels/browser.ts";
import { openPasskeyPage } from "./guard/channels/passkey-page.ts";
import type { PasskeyStore } from "./guard/passkeys/port.ts";
import { localPrincipal } from "./guard/principal.ts";
import { dateText, type Language, languageOf, say, timeText } from "./guard/wording.ts";
import { passkeysIn } from "./journal/passkeys.ts";
import { openStore } from "./store/open.ts";

const COMMANDS = "add [NAME], list, or remove ID";
/** How long the page waits for its owner. */
const PATIENCE_MS = 10 * 60_000;

export interface PasskeyTerminal {
  /** Input and output are a person's terminal. */
  readonly isPersons: boolean;
  readonly print: (text: string) => void;
  readonly desktop: BrowserEnvironment;
}

/**
 * `invoicing-mcp passkey …`, for the owner of this computer. Only at a real terminal: a passkey that an assistant could
 * register would approve what the assistant asks for.
 */
export async function runPasskey(config: Config, words: readonly string[], terminal: PasskeyTerminal): Promise<number> {
  if (!terminal.isPersons) {
    throw new ConfigError("passkey must be run by a person in a terminal.", {
      next: "Open a terminal and run it there.",
    });
  }
  refuseDemo(config);
  const host = Intl.DateTimeFormat().resolvedOptions();
  const language = languageOf(config.language ?? host.locale);
  const [command, ...rest] = words;
  const store = openStore(join(config.data_dir, JOURNAL_FILE));
  const passkeys = passkeysIn(store.facts);
  try {
    switch (command) {
      case "add":
        return await add(passkeys, rest.join(" "), language, terminal);
      case "list":
        return await list(passkeys, language, config.timezone ?? host.timeZone, terminal);
      case "remove":
        return await remove(passkeys, rest[0] ?? "", language, terminal);
      default:
        throw new ConfigError("passkey needs a command.", { next: `passkey ${COMMANDS}` });
    }
  } finally {
    await store.close();
  }
}

async function add(
  passkeys: PasskeyStore,
  given: string,
  language: Language,
  { print, desktop }: PasskeyTerminal,
): Promise<number> {
  const name = oneLine(given, 60) || oneLine(hostname(), 60);
  const page = await openPasskeyPage({ passkeys, principal: localPrincipal(), clock: systemClock, language, name });
  const stop = new AbortController();
  try {
    const open = say(language, "Open this address in your browser:", "Diese Adresse im Browser öffnen:");
    print(`${open} ${page.link}\n`);
    await systemBrowser(desktop)(page.link);
    const late = systemClock.sleep(PATIENCE_MS, stop.signal).then(
      () => null,
      () => null,
    );
    const passkey = await Promise.race([page.registered, late]);
    print(
      passkey === null
        ? `${say(language, "Nothing was registered.", "Es wurde nichts hinterlegt.")}\n`
        : terminalText(`${say(language, "Registered", "Hinterlegt")}: ${passkey.name} (${passkey.id.slice(0, 12)})\n`),
    );
    return passkey === null ? 1 : 0;
  } finally {
    stop.abort();
    await page.close();
  }
}

async function list(
  passkeys: PasskeyStore,
  language: Language,
  timeZone: string,
  { print }: PasskeyTerminal,
): Promise<number> {
  const own = await passkeys.list(localPrincipal());
  if (own.length === 0) print(`${say(language, "No passkey is registered.", "Es ist kein Passkey hinterlegt.")}\n`);
  for (const { id, name, created_at, used_at } of own) {
    const at = (instant: number) =>
      `${dateText(new Date(instant).toISOString().slice(0, 10), language)}, ${timeText(instant, language, timeZone)}`;
    const used = used_at === null ? say(language, "not used yet", "noch nicht benutzt") : at(used_at);
    print(terminalText(`${id.slice(0, 12)}  ${name}  ${at(created_at)}  ${used}\n`));
  }
  return 0;
}

async function remove(
  passkeys: PasskeyStore,
  start: string,
  language: Language,
  { print }: PasskeyTerminal,
): Promise<number> {
  const found = (await passkeys.list(localPrincipal())).filter(({ id }) => start !== "" && id.startsWith(start));
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new ConfigError(found.length > 1 ? "More than one passkey begins like that." : "There is no such passkey.", {
      next: "See: passkey list.",
    });
  }
  await passkeys.remove(localPrincipal(), only.id);
  print(terminalText(`${say(language, "Removed", "Entfernt")}: ${only.name}\n`));
  return 0;
}
