import { ledgerOn } from "../../src/journal/ledger.ts";
import { openAsOwner } from "../../src/store/postgres/open.ts";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { counted, newOperation } from "./rows.ts";

/** A process on the database of a test: `hang` stops inside a transaction, `claim` runs races for a number of rounds. */
const [address = "", task = "", rounds = "0"] = process.argv.slice(2);
const store = address.startsWith("{")
  ? openAsOwner(JSON.parse(address))
  : openSqlite(address, { busy_timeout_ms: 20_000 });

if (task === "hang") {
  await store.transaction(async (tx) => {
    await counted(tx);
    process.stdout.write("inside\n");
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  });
}
if (task === "claim") {
  const { operations } = ledgerOn(store);
  for (let round = 0; round < Number(rounds); round += 1) {
    const races = {
      fingerprint: newOperation({ fingerprint: `same-${round}` }),
      lock: newOperation({ locks: [`own-${process.pid}-${round}`, `same-${round}`] }),
      approval: newOperation({
        kind: "send_invoice",
        approval: { id: `once-${round}`, digest: "digest", subject: "s" },
      }),
    };
    for (const [race, operation] of Object.entries(races)) {
      const claim = await operations.claim(operation);
      process.stdout.write(`${race}-${round} ${claim.is}\n`);
    }
  }
}
await store.close();
