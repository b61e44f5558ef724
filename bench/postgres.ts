import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Place } from "../src/domain/scope.ts";
import { type Ledger, ledgerOn } from "../src/journal/ledger.ts";
import { Database, type DatabaseSettings } from "../src/store/postgres/database.ts";
import { migrate } from "../src/store/postgres/migrate.ts";
import { openPostgres, type Postgres } from "../src/store/postgres/open.ts";
import { givenApproval } from "../test/harness/approvals.ts";
import { createPostgres } from "../test/harness/postgres-server.ts";
import { FILLED_ORIGIN, fill, filledFingerprint } from "../test/store/postgres/filled.ts";
import { NOW, newOperation, PLACE } from "../test/store/rows.ts";
import { machine, median, printTable } from "./table.ts";

/**
 * By hand: `npx tsx bench/postgres.ts [OPERATIONS] [EQUAL CLAIMS] [SECONDS OF BUDGET]`, on a PostgreSQL of its own, or on the one
 * that BENCH_POSTGRES names (`postgres://postgres@…`), whose schema `long` is filled once and stays. What a claim, a recall and
 * the rest of a call cost in an empty journal and in a long one of 1,000 organizations, in pairs; equal claims from 8 processes;
 * the API's budget between two.
 */
const [operations = 1_000_000, claims = 50_000, budgetSeconds = 180] = process.argv.slice(2).map(Number);
const ORGANIZATIONS = 1_000;
const PAIRS = 500;
const WARM = 60;
const BUDGET = 380;

const own =
  process.env["BENCH_POSTGRES"] === undefined
    ? await createPostgres({ shared_buffers: "1GB", max_wal_size: "4GB", maintenance_work_mem: "512MB" })
    : null;
const address = new URL(own?.url() ?? process.env["BENCH_POSTGRES"] ?? "");

async function schema(name: string) {
  const as = (user: string) => Object.assign(new URL(address), { username: user }).href;
  const owner = { url: as("postgres"), schema: name };
  await migrate({ owner, app: { role: "invoicing_app", password: null }, check: false });
  return { owner, app: { url: as("invoicing_app"), schema: name } };
}

type Databases = Awaited<ReturnType<typeof schema>>;

async function asked<T>(owner: DatabaseSettings, shape: z.ZodType<T>, sql: string): Promise<readonly T[]> {
  const database = new Database({ statement_ms: 7_200_000, ...owner });
  try {
    return z.array(shape).parse(await database.connected((connection) => connection.query(sql)));
  } finally {
    await database.close();
  }
}

async function filled({ owner }: Databases): Promise<void> {
  const [there] = await asked(
    owner,
    z.object({ seq: z.number().nullable() }),
    `SELECT max(seq) AS seq FROM ${owner.schema}.op`,
  );
  if ((there?.seq ?? 0) >= operations) return;
  const began = performance.now();
  const database = new Database({ statement_ms: 7_200_000, ...owner });
  await fill(database, ORGANIZATIONS, Math.ceil(operations / ORGANIZATIONS));
  await database.connected((connection) => connection.query("ANALYZE"));
  await database.close();
  process.stdout.write(
    `Filled with ${operations} operations in ${((performance.now() - began) / 1000).toFixed(0)} s.\n\n`,
  );
}

async function sizes({ owner }: Databases): Promise<void> {
  const found = await asked(
    owner,
    z.object({ name: z.string(), rows: z.number(), table: z.number(), indexes: z.number() }),
    `SELECT relname::text AS name, reltuples::bigint AS rows, pg_table_size(oid) AS table, pg_indexes_size(oid) AS indexes
      FROM pg_class WHERE relnamespace = '${owner.schema}'::regnamespace AND relkind = 'r' AND reltuples > 1000 ORDER BY 3 DESC`,
  );
  const gigabytes = (bytes: number) => (bytes / 1024 ** 3).toFixed(2);
  const total = found.reduce((sum, one) => sum + one.table + one.indexes, 0);
  printTable(
    `Disk, GiB (${gigabytes(total)} in all)`,
    ["Table", "Rows", "Table", "Indexes"],
    found.map((one) => [one.name, String(one.rows), gigabytes(one.table), gigabytes(one.indexes)]),
  );
}

/** The steps of a call that ask the record, for the nth pair. What they need is made before they are timed. */
type Step = (ledger: Ledger, place: Place, nth: number) => Promise<() => Promise<unknown>>;

const last = new WeakMap<Ledger, string>();
const STEPS: Readonly<Record<string, Step>> = {
  "look and claim a draft's change": async ({ operations: record }, place) => {
    const operation = newOperation(place);
    return async () => {
      const { latest } = await record.look({
        ...place,
        locks: operation.locks,
        kind: "add_item",
        subject_id: operation.subject_id,
      });
      return record.claim({ ...operation, seen: latest });
    };
  },
  "claim a sending, with approval and a day's limits": async ({ operations: record, approvals }, place) => {
    const operation = newOperation({ ...place, kind: "send_invoice" });
    const approval = { id: operation.id, digest: "digest", subject: "s" };
    await approvals.create({
      ...givenApproval(NOW, { ...approval, ...place, act: "send_invoice" }),
      documents: [operation.id],
    });
    const limits = { currency: "EUR", gross: "119", max_count: 1_000, max_gross: null, unwarned: null };
    return () => record.claim({ ...operation, approval: { ...approval, limits } });
  },
  settle: async (ledger, place) => {
    const claim = await ledger.operations.claim(newOperation(place));
    if (claim.is !== "claimed") throw new Error(claim.is);
    last.set(ledger, claim.row.fingerprint);
    return () =>
      ledger.operations.transition(claim.row, { event: "settled", state: "done", result: { ok: true }, now: NOW + 1 });
  },
  "recall the newest": async (ledger, place) => {
    const fingerprint = last.get(ledger) ?? "";
    return () => ledger.operations.findEqual(place, fingerprint, NOW);
  },
  "recall any of all": async ({ operations: record }, place, nth) => {
    const fingerprint = filledFingerprint(
      (nth * 7_919 * ORGANIZATIONS + Number(place.organization_id.slice(4) || 0)) % operations,
    );
    return () => record.findEqual(place, fingerprint, NOW);
  },
  "list the newest 20":
    async ({ operations: record }, place) =>
    () =>
      record.list(place, { limit: 20 }),
};

async function compared(small: Postgres, big: Postgres): Promise<void> {
  const rows: string[][] = [];
  for (const [name, step] of Object.entries(STEPS)) {
    const taken: [empty: number, long: number][] = [];
    for (let nth = 0; nth < PAIRS + WARM; nth += 1) {
      const at = (nth * 389) % ORGANIZATIONS;
      const place = { origin: FILLED_ORIGIN, organization_id: at === 0 ? "org" : `org-${at}` };
      const pair: [number, number] = [0, 0];
      // Taking turns in going first, so that both meet the same machine.
      for (const which of nth % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        const work = await step(ledgerOf(which === 0 ? small : big, place), place, nth);
        const from = performance.now();
        await work();
        pair[which] = performance.now() - from;
      }
      if (nth >= WARM) taken.push(pair);
    }
    const [empty, long] = [taken.map(([value]) => value), taken.map(([, value]) => value)];
    const ratios = taken.map(([before, after]) => after / before);
    rows.push([name, median(empty).toFixed(2), median(long).toFixed(2), median(ratios).toFixed(2)]);
  }
  printTable(
    `An empty journal and one of ${operations} operations of ${ORGANIZATIONS} organizations, ms (${PAIRS} pairs)`,
    ["Step", "Empty", "Long", "Median of the pairs' ratios"],
    rows,
  );
}

const ledgers = new Map<string, Ledger>();
const named = new Map<Postgres, string>();
function ledgerOf(postgres: Postgres, place: Place): Ledger {
  const key = `${named.get(postgres)} ${place.organization_id}`;
  const ledger = ledgers.get(key) ?? ledgerOn(postgres.journal(place));
  ledgers.set(key, ledger);
  return ledger;
}

interface Client {
  readonly child: ChildProcess;
  readonly lines: AsyncIterator<string>;
  say(line: string): void;
}

async function startClient(settings: DatabaseSettings, ...task: readonly string[]): Promise<Client> {
  const file = fileURLToPath(new URL("postgres-client.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", file, JSON.stringify(settings), ...task], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  if ((await lines.next()).value !== "ready") throw new Error("a client did not start");
  return { child, lines, say: (line) => void child.stdin.write(`${line}\n`) };
}

async function equalClaims({ owner, app }: Databases): Promise<void> {
  const clients = await Promise.all(Array.from({ length: 8 }, () => startClient(app, "claim")));
  const rounds = Math.ceil(claims / clients.length);
  const began = performance.now();
  let right = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const client of clients) client.say(`${process.pid}-${round}`);
    const got = await Promise.all(clients.map(async ({ lines }) => String((await lines.next()).value)));
    if (got.filter((is) => is === "claimed").length === 1 && got.every((is) => is === "claimed" || is === "equal"))
      right += 1;
  }
  const seconds = (performance.now() - began) / 1000;
  for (const { child } of clients) {
    child.stdin?.end();
    await once(child, "exit");
  }
  const postgres = openPostgres(app);
  const { problems } = await ledgerOn(postgres.journal(PLACE)).audit.verify();
  await postgres.close();
  const [made] = await asked(
    owner,
    z.object({ n: z.number() }),
    `SELECT count(*) AS n FROM ${owner.schema}.op WHERE fingerprint LIKE 'round-${process.pid}-%'`,
  );
  process.stdout.write(
    `${rounds * clients.length} equal claims from ${clients.length} processes: ${right} of ${rounds} with one winner, ${made?.n} operations, ${problems.length} problems in the trail, ${seconds.toFixed(0)} s.\n\n`,
  );
}

async function budget({ app }: Databases): Promise<void> {
  const clients = await Promise.all(
    [1, 2].map(() => startClient(app, "budget", String(BUDGET), String(budgetSeconds))),
  );
  for (const client of clients) client.say("go");
  const each = await Promise.all(
    clients.map(async ({ lines }) => {
      const given: number[] = [];
      for (let next = await lines.next(); next.done !== true; next = await lines.next()) given.push(Number(next.value));
      return given;
    }),
  );
  const given = each.flat().sort((a, b) => a - b);
  const minutes = Math.ceil(budgetSeconds / 60);
  let most = 0;
  for (let from = 0, to = 0; to < given.length; to += 1) {
    while ((given[to] ?? 0) - (given[from] ?? 0) >= 60_000) from += 1;
    most = Math.max(most, to - from + 1);
  }
  process.stdout.write(
    `A budget of ${BUDGET} a minute, two processes, ${budgetSeconds} s: ${each.map(({ length }) => length).join(" + ")} of ${minutes * BUDGET} places taken, ${most} in the fullest minute.\n\n`,
  );
}

try {
  process.stdout.write(`${machine()}\n\n`);
  if (operations > 0) {
    const [empty, long] = [await schema(`empty_${process.pid}`), await schema("long")];
    await filled(long);
    await sizes(long);
    const [small, big] = [openPostgres(empty.app), openPostgres(long.app)];
    named.set(small, "small").set(big, "big");
    await compared(small, big);
    await small.close();
    await big.close();
  }
  const race = await schema(`race_${process.pid}`);
  if (claims > 0) await equalClaims(race);
  if (budgetSeconds > 0) await budget(race);
} finally {
  await own?.remove();
}
