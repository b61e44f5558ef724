import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import type { Config } from "./config.ts";
import { systemClock } from "./domain/clock.ts";
import { ConfigError } from "./errors.ts";
import { defaultPolicy, loadPolicy } from "./guard/policy.ts";
import { approveInTerminal } from "./guard/terminal.ts";
import { openStore } from "./store/open.ts";
import type { Store } from "./store/port.ts";

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
        policy: config.policy === undefined ? defaultPolicy : loadPolicy(config.policy),
        io: {
          write: (text) => void output.write(text),
          ask: (prompt) => Promise.race([lines.question(prompt), ended]),
        },
      });
      return 0;
    } finally {
      lines.close();
    }
  });
}

async function withStore<T>(config: Config, work: (store: Store) => Promise<T>): Promise<T> {
  const path = join(config.data_dir, "journal.sqlite");
  if (!existsSync(path)) {
    throw new ConfigError(`There is no journal at ${path} yet.`, {
      next: "It is made by the first write. If the server uses another folder, name it with --data-dir.",
    });
  }
  const store = openStore(path);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
