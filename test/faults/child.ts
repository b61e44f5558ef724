/**
 * One act in a process of its own, for killing it: `child.ts URL TOKEN FILE KIND ARGS MODE POINT`. MODE is `act` or
 * `recover`. Prints `at POINT` and waits to be killed there; else prints the outcome.
 */
import { z } from "zod";
import { ACT_KINDS, ACTS } from "../../src/acts/index.ts";
import { InvoicingError } from "../../src/errors.ts";
import { performAny } from "../harness/acts.ts";
import { openAt } from "./grounds.ts";
import { apiAt, approved, journalOn } from "./scene.ts";

const [url = "", token = "", file = "", kindText, argsText = "{}", mode = "act", killAt = ""] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);
const store = openAt(file);
const journal = journalOn(store, apiAt(url, token), {
  onPoint: async (point) => {
    if (point !== killAt) return;
    say(`at ${point}`);
    // Keeps the process alive until it is killed.
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  },
});
if (mode === "recover") {
  await journal.recover();
  say("outcome recovered");
} else {
  const operation = ACTS[z.enum(ACT_KINDS).parse(kindText)];
  const args = z.record(z.string(), z.json()).parse(JSON.parse(argsText));
  try {
    const ended = await performAny(journal, operation, args, await approved(store, { operation, args }));
    say(`outcome ${ended.outcome}`);
  } catch (error) {
    if (!(error instanceof InvoicingError)) throw error;
    say(`outcome error ${error.effect} ${error.message}`);
  }
}
await journal.close();
await store.close();
