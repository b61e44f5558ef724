import { once } from "node:events";
import { createInterface } from "node:readline";
import { ledgerOn } from "../src/journal/ledger.ts";
import { openPostgres } from "../src/store/postgres/open.ts";
import { newOperation, PLACE } from "../test/store/rows.ts";

/**
 * One instance in a process of its own, for `bench/postgres.ts`. `claim`: for each line on stdin, claims what all others claim
 * at that moment and says what it got. `budget MOST SECONDS`: takes places as fast as they are given and says when, in
 * milliseconds since the epoch.
 */
const [settings = "", task = "", most = "0", seconds = "0"] = process.argv.slice(2);
const postgres = openPostgres(JSON.parse(settings));
await postgres.ready();
process.stdout.write("ready\n");

if (task === "claim") {
  const { operations } = ledgerOn(postgres.journal(PLACE));
  for await (const round of createInterface({ input: process.stdin })) {
    const claim = await operations.claim(newOperation({ fingerprint: `round-${round}`, locks: [`inv:${round}`] }));
    process.stdout.write(`${claim.is}\n`);
  }
}
if (task === "budget") {
  await once(process.stdin, "data");
  const budget = postgres.budget("one credential");
  const end = Date.now() + Number(seconds) * 1000;
  const client = async () => {
    while (Date.now() < end) {
      const wait = await budget.take("read", { most: Number(most) });
      if (wait === 0) process.stdout.write(`${Date.now()}\n`);
      await new Promise((resolve) => setTimeout(resolve, wait === 0 ? 5 : Math.min(wait, end - Date.now())));
    }
  };
  await Promise.all([client(), client(), client()]);
  process.stdin.destroy();
}
await postgres.close();
