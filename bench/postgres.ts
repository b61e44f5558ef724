import { performance } from "node:perf_hooks";
import { ledgerOn } from "../src/journal/ledger.ts";
import { Database } from "../src/store/postgres/database.ts";
import { migrate } from "../src/store/postgres/migrate.ts";
import { openPostgres, type Postgres } from "../src/store/postgres/open.ts";
import { createPostgres } from "../test/harness/postgres-server.ts";
import { fill } from "../test/store/postgres/filled.ts";
import { claimRounds, outcomes } from "../test/store/postgres/races.ts";
import { NOW, newOperation, PLACE } from "../test/store/rows.ts";

/**
 * By hand, on a PostgreSQL of its own: `npx tsx bench/postgres.ts [OPERATIONS] [EQUAL CLAIMS]`. What claim and recall cost in
 * an empty journal and in a long one of 1,000 organizations, how many acts a second one organization and many make, and
 * 50,000 equal claims from 8 clients of two instances.
 */
const [operations = 1_000_000, claims = 50_000] = process.argv.slice(2).map(Number);
const ORGANIZATIONS = 1_000;
const SAMPLES = 400;

const server = await createPostgres({ shared_buffers: "256MB", max_wal_size: "4GB" });

async function schema(name: string) {
  const owner = { url: server.url(), schema: name };
  await migrate({ owner, app: { role: "invoicing_app", password: null }, check: false });
  return { owner, app: { url: server.url("invoicing_app"), schema: name } };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

async function timed(work: (at: number) => Promise<unknown>): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let at = 0; at < SAMPLES; at += 1) {
    const from = performance.now();
    await work(at);
    taken.push(performance.now() - from);
  }
  return taken;
}

/** An act's two halves: claimed before it is sent, recalled when an equal call comes. */
async function claimAndRecall(postgres: Postgres) {
  const ledger = ledgerOn(postgres.journal(PLACE)).operations;
  const fingerprints: string[] = [];
  for (let warm = 0; warm < 50; warm += 1) await ledger.claim(newOperation());
  const claim = await timed(async () => {
    const operation = newOperation();
    fingerprints.push(operation.fingerprint);
    await ledger.claim(operation);
  });
  const recall = await timed((at) => ledger.findEqual(PLACE, fingerprints[at] ?? "", NOW));
  return { claim, recall };
}

const row = (name: string, values: readonly number[]) =>
  `| ${name} | ${quantile(values, 0.5).toFixed(2)} | ${quantile(values, 0.99).toFixed(2)} |`;

try {
  const [empty, long] = [await schema("empty"), await schema("long")];
  const began = performance.now();
  const owner = new Database({ ...long.owner, statement_ms: 3_600_000 });
  await fill(owner, ORGANIZATIONS, Math.ceil(operations / ORGANIZATIONS));
  await owner.connected((connection) => connection.query("ANALYZE"));
  await owner.close();
  console.info(`filled with ${operations} operations in ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
  const [small, big] = [openPostgres(empty.app), openPostgres(long.app)];
  // Taking turns, so that both meet the same machine.
  const first = [await claimAndRecall(small), await claimAndRecall(big)] as const;
  const second = [await claimAndRecall(small), await claimAndRecall(big)] as const;
  const all = (at: 0 | 1, what: "claim" | "recall") => [...first[at][what], ...second[at][what]];
  console.info("| ms | p50 | p99 |\n| --- | --- | --- |");
  for (const what of ["claim", "recall"] as const) {
    console.info(row(`${what}, empty journal`, all(0, what)));
    console.info(row(`${what}, ${operations} operations`, all(1, what)));
    const ratio = quantile(all(1, what), 0.5) / quantile(all(0, what), 0.5);
    console.info(`| ratio of the medians | ${ratio.toFixed(2)} | |`);
  }

  for (const organizations of [1, 8]) {
    const started = performance.now();
    const each = 400 / organizations;
    await Promise.all(
      Array.from({ length: organizations }, async (_, at) => {
        const place = { ...PLACE, organization_id: `busy-${organizations}-${at}` };
        const ledger = ledgerOn(big.journal(place)).operations;
        for (let done = 0; done < each; done += 1) await ledger.claim(newOperation(place));
      }),
    );
    const perSecond = 400 / ((performance.now() - started) / 1000);
    console.info(`\n${organizations} organizations at once: ${perSecond.toFixed(0)} claims a second`);
  }
  await small.close();
  await big.close();

  const race = await schema("race");
  const instances = [openPostgres(race.app), openPostgres(race.app)];
  const started = performance.now();
  const raced = await claimRounds(instances, Math.ceil(claims / 8), 8);
  const { rounds, winners } = outcomes(raced);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const { problems } = await ledgerOn(instances[0]?.journal(PLACE) ?? big.journal(PLACE)).audit.verify();
  console.info(
    `\n${raced.length} equal claims, 8 clients, 2 instances: ${winners} of ${rounds} with one winner, ${problems.length} problems in the trail, ${seconds} s`,
  );
  for (const postgres of instances) await postgres.close();
} finally {
  await server.remove();
}
