import { closeSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ActKind } from "../src/acts/index.ts";
import type { NewOperation } from "../src/journal/rules/claim.ts";
import { ORGANIZATION_ID } from "../src/simulator/index.ts";
import { openStore } from "../src/store/open.ts";
import { loadSqlite } from "../src/store/sqlite/load.ts";
import { type Act, approved, journalOn, openScene, stage } from "../test/faults/scene.ts";
import { performAny } from "../test/harness/acts.ts";
import { median, printTable } from "./table.ts";

/**
 * What the journal costs: a write through it against the same requests without it, over loopback and with the journal
 * on this disk; and opening and claiming in a long journal against an empty one. Ratios of medians, taken in turns.
 * `ROUNDS` and `ROWS` in the environment make it longer or shorter.
 */
const ROUNDS = Number(process.env["ROUNDS"] ?? 40);
const ORIGIN = "https://api.test";
const ROWS = Number(process.env["ROWS"] ?? 1_000_000);
const KINDS: readonly ActKind[] = ["create_invoice", "add_item", "mark_paid"];

const folder = mkdtempSync(join(tmpdir(), "journal-bench-"));
try {
  await writes();
  await longJournal();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function writes(): Promise<void> {
  const scene = await openScene();
  const file = join(folder, "writes", "journal.db");
  const store = openStore(file);
  const journal = journalOn(store, scene.direct);
  const context = { api: scene.direct, now: Date.now(), isTaken: () => Promise.resolve(false) };

  /** The request alone. */
  const bare = async ({ operation, args }: Act) => {
    const prepared = await operation.prepare(args, context);
    if (prepared.state !== "go") throw new Error(prepared.state);
    return timed(() => operation.dispatch(args, prepared.before, scene.direct, {}));
  };
  /** The same reads and the same request as the journal makes them. */
  const withReads = ({ operation, args }: Act) =>
    timed(async () => {
      const prepared = await operation.prepare(args, context);
      if (prepared.state !== "go") throw new Error(prepared.state);
      const evidence = await operation.dispatch(args, prepared.before, scene.direct, {});
      if (evidence.kind !== "applied") throw new Error(evidence.kind);
      if (evidence.resource === null) await operation.reconcile(args, prepared.before, context, true);
    });
  const commits = new Map<ActKind, number>();
  const journalled = async (act: Act) => {
    const options = await approved(store, act);
    const before = changeCounter(file);
    const ms = await timed(async () => {
      const { outcome } = await performAny(journal, act.operation, act.args, options);
      if (outcome !== "done") throw new Error(outcome);
    });
    commits.set(act.kind, Math.max(commits.get(act.kind) ?? 0, changeCounter(file) - before));
    return ms;
  };

  const rows: string[][] = [];
  for (const kind of KINDS) {
    const taken: Record<"bare" | "withReads" | "journalled", number[]> = { bare: [], withReads: [], journalled: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      taken.bare.push(await bare(await stage(kind, scene)));
      taken.withReads.push(await withReads(await stage(kind, scene)));
      taken.journalled.push(await journalled(await stage(kind, scene)));
    }
    const through = median(taken.journalled);
    rows.push([
      kind,
      median(taken.bare).toFixed(1),
      (median(taken.withReads) / median(taken.bare)).toFixed(2),
      (through / median(taken.bare)).toFixed(2),
      (through / median(taken.withReads)).toFixed(2),
      String(commits.get(kind)),
    ]);
  }
  await journal.close();
  await store.close();
  await scene.close();
  printTable(
    `A write against a local API, medians of ${ROUNDS}`,
    [
      "write",
      "request alone (ms)",
      "with its reads",
      "through the journal",
      "journal / same requests",
      "durable commits",
    ],
    rows,
  );
}

async function longJournal(): Promise<void> {
  const files = { empty: join(folder, "empty", "journal.db"), long: join(folder, "long", "journal.db") };
  await openStore(files.empty).close();
  await openStore(files.long).close();
  fill(files.long, ROWS);
  const taken: Record<"empty" | "long", number[]> = { empty: [], long: [] };
  let serial = 0;
  for (let round = 0; round < ROUNDS * 3; round += 1) {
    for (const which of ["empty", "long"] as const) {
      serial += 1;
      const wanted = operation(serial);
      const ms = await timed(async () => {
        const store = openStore(files[which]);
        const claim = await store.operations.claim(wanted);
        if (claim.is !== "claimed") throw new Error(claim.is);
        await store.close();
      });
      taken[which].push(ms);
    }
  }
  printTable(
    `Opening and claiming, medians of ${ROUNDS * 3}`,
    ["journal", "ms", "ratio"],
    (["empty", "long"] as const).map((which) => [
      which === "empty" ? "empty" : `${ROWS} operations`,
      median(taken[which]).toFixed(2),
      (median(taken[which]) / median(taken.empty)).toFixed(2),
    ]),
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** SQLite counts the transactions that changed the file in its header (sqlite.org/fileformat.html, 1.3.7). */
function changeCounter(file: string): number {
  const bytes = Buffer.alloc(4);
  const opened = openSync(file, "r");
  readSync(opened, bytes, 0, 4, 24);
  closeSync(opened);
  return bytes.readUInt32BE();
}

/** Done operations of one organization, as they are after their time. */
function fill(file: string, count: number): void {
  const DatabaseSync = loadSqlite();
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA synchronous = OFF;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    INSERT INTO op (id, origin, organization_id, principal, kind, fingerprint, identity_hash, locks, subject_type, subject_id,
      args, before, state, version, attempts, applied, quiet_at, created_at, updated_at, owner, lease_until, result,
      resource_id, candidates, remembered, acknowledged)
    SELECT 'op_' || i, '${ORIGIN}', '${ORGANIZATION_ID}', 'p', 'add_item', hex(randomblob(32)), hex(randomblob(32)),
      '["inv:' || (i / 4) || '"]', 'invoice', 'inv-' || (i / 4), '{}', NULL, 'done', 2, 1, 1, i, i, i, 'o', i, '{}',
      'item-' || i, '[]', 1, 0 FROM n;
    INSERT INTO op_lock (organization_id, lock, seq, origin, open)
    SELECT organization_id, 'inv:' || ((seq - 1) / 4), seq, origin, 0 FROM op`);
  database.close();
}

function operation(serial: number): NewOperation {
  const now = Date.now();
  return {
    id: `op_bench_${serial}`,
    origin: ORIGIN,
    organization_id: ORGANIZATION_ID,
    principal: "p",
    kind: "add_item",
    fingerprint: `bench-${serial}`,
    identity_hash: `bench-${serial}`,
    locks: [`inv:bench-${serial}`],
    subject_type: "invoice",
    subject_id: `bench-${serial}`,
    args: { invoice_id: `bench-${serial}`, title: "Bench" },
    before: { item_ids: [], calculate_from_net: true },
    owner: "bench",
    lease_until: now + 60_000,
    duplicate_of: null,
    note: null,
    now,
    seen: null,
    approval: null,
  };
}
