import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { type Config, JOURNAL_FILE, refuseDemo } from "./config.ts";
import { systemClock } from "./domain/clock.ts";
import { ANY_ORIGIN, type Place } from "./domain/scope.ts";
import { oneLine, terminalText } from "./domain/untrusted.ts";
import { ConfigError, NotFoundError } from "./errors.ts";
import { defaultPolicy, loadLocalPolicy } from "./guard/policy.ts";
import { approveInTerminal } from "./guard/terminal.ts";
import { type Ledger, ledgerOn } from "./journal/ledger.ts";
import { journalExportCsv, journalList, journalShow, journalVerify } from "./journal/owner.ts";
import { OPEN_STATES } from "./journal/port.ts";
import { openStore } from "./store/open.ts";

/** The terminal commands of the person who owns this server: `approve` and `journal`. */

export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/** Answers waiting approvals. Only at a real terminal: a pipe could be a program answering for the person. */
export async function runApprove(config: Config, { input, output }: Terminal): Promise<number> {
  if (!input.isTTY || !output.isTTY) {
    throw new ConfigError("approve must be run by a person in a terminal.", {
      next: "Open a terminal and run it there.",
    });
  }
  return withStore(config, async (store) => {
    const lines = createInterface({ input, output });
    const ended = new Promise<null>((resolve) => lines.once("close", () => resolve(null)));
    try {
      await approveInTerminal({
        store: store.approvals,
        clock: systemClock,
        policy: config.policy === undefined ? defaultPolicy : loadLocalPolicy(config.policy),
        io: {
          write: (text) => void output.write(terminalText(text)),
          ask: (prompt) => Promise.race([lines.question(terminalText(prompt)), ended]),
        },
      });
      return 0;
    } finally {
      lines.close();
    }
  });
}

const JOURNAL_COMMANDS = "list [--open] [--limit N], show ID, verify, or export --csv";

/** Where the hosted server keeps the record, as the role that owns it; `null`: in a file on this computer. */
export type OwnedDatabase = { readonly url: string; readonly schema: string } | null;

/** `invoicing-mcp journal …`: what was done, for the owner. Reads the record only; sends nothing. */
export async function runJournal(
  config: Config,
  words: readonly string[],
  flags: { readonly open: boolean; readonly csv: boolean; readonly limit: string | undefined },
  print: (text: string) => void,
  database: OwnedDatabase = null,
): Promise<number> {
  // Whatever a column holds: nothing of it commands the terminal.
  const write = (text: string) => print(terminalText(text));
  const [command, id] = words;
  const limit = Number(flags.limit ?? "50");
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) {
    throw new ConfigError("--limit is not a number from 1 to 10000.", { next: `journal ${JOURNAL_COMMANDS}` });
  }
  return withStore(
    config,
    async (store) => {
      switch (command) {
        case "list": {
          for (const place of await placesOf(store, config)) {
            write(`${placeText(place)}\n`);
            const filter = flags.open ? { states: OPEN_STATES, limit } : { limit };
            for (const line of await journalList(store, place, filter)) {
              write(
                `${[line.at, line.id, line.kind, line.number || line.subject, line.amount, line.state].filter((cell) => cell !== "").join("  ")}\n`,
              );
              if (line.why !== "") write(`    ${line.why}\n`);
            }
          }
          return 0;
        }
        case "show": {
          if (id === undefined) throw new ConfigError("journal show needs an id.", { next: "See: journal list." });
          write(`${JSON.stringify(await shown(store, config, id), null, 2)}\n`);
          return 0;
        }
        case "verify": {
          const { ok, text } = await journalVerify(store);
          write(`${text}\n`);
          return ok ? 0 : 1;
        }
        case "export": {
          if (!flags.csv) throw new ConfigError("journal export writes CSV only.", { next: "Add --csv." });
          for (const place of await placesOf(store, config)) {
            for await (const line of journalExportCsv(store, place)) write(line);
          }
          return 0;
        }
        default:
          throw new ConfigError("journal needs a command.", { next: `journal ${JOURNAL_COMMANDS}` });
      }
    },
    database,
  );
}

/** Of the organization that is configured, else of all; each origin by itself. */
async function placesOf(store: Ledger, config: Config): Promise<readonly Place[]> {
  const places = await store.operations.places();
  const { organization_id } = config;
  return organization_id === undefined ? places : places.filter((place) => place.organization_id === organization_id);
}

function placeText({ origin, organization_id }: Place): string {
  return `Organization ${oneLine(organization_id)}${origin === ANY_ORIGIN ? "" : ` at ${oneLine(origin)}`}`;
}

async function shown(store: Ledger, config: Config, id: string): Promise<unknown> {
  for (const place of await placesOf(store, config)) {
    if ((await store.operations.get(place, id)) !== null) return journalShow(store, place, id);
  }
  throw new NotFoundError("The journal has no operation of that id.", { next: "See: journal list." });
}

async function withStore<T>(
  config: Config,
  work: (store: Ledger) => Promise<T>,
  database: OwnedDatabase = null,
): Promise<T> {
  const store = database === null ? fileOf(config) : await ownedBy(database);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function ownedBy(database: NonNullable<OwnedDatabase>): Promise<Ledger> {
  const { openAsOwner } = await import("./store/postgres/open.ts");
  return ledgerOn(openAsOwner(database));
}

function fileOf(config: Config): Ledger {
  refuseDemo(config);
  const path = join(config.data_dir, JOURNAL_FILE);
  if (!existsSync(path)) {
    throw new ConfigError(`There is no journal at ${path} yet.`, {
      next: "It is made by the first write. If the server uses another folder, name it with --data-dir.",
    });
  }
  return openStore(path);
}
