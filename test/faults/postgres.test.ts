import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACT_KINDS, type ActKind } from "../../src/acts/index.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { InvoicingError } from "../../src/errors.ts";
import { POINTS } from "../../src/journal/settings.ts";
import { migrate } from "../../src/store/postgres/migrate.ts";
import { performAny } from "../harness/acts.ts";
import { APP_ROLE } from "../harness/postgres.ts";
import { createPostgres, type PostgresServer } from "../harness/postgres-server.ts";
import { createTcpProxy, type TcpProxy } from "../harness/tcp-proxy.ts";
import { bundled } from "./bundle.ts";
import { onPostgres, openAt, PATIENCE_MS } from "./grounds.ts";
import { killed, MOMENTS } from "./killing.ts";
import { CELL_FAULTS, lane, SETTINGS } from "./matrix.ts";
import { apiAt, approved, journalOn, openScene, type Scene, stage } from "./scene.ts";

/** `FAULTS=all` runs every cell; else each lane takes its share, and all lanes together every fault and moment. */
const all = process.env["FAULTS"] === "all";
const share = <T>(values: readonly T[], turn: number, of: number): readonly T[] =>
  all ? values : values.filter((_, at) => (at + turn) % of === 0);

describe("the fault matrix on PostgreSQL, each engine an instance", () => {
  const lanes = ACT_KINDS.flatMap((kind, at) =>
    SETTINGS.map((setting, turn) => ({
      kind,
      setting,
      faults: share(CELL_FAULTS, at * SETTINGS.length + turn, CELL_FAULTS.length),
    })),
  );
  const results = new Map<string, readonly string[]>();

  beforeAll(async () => {
    await Promise.all(
      ACT_KINDS.map(async (kind) => {
        const address = await onPostgres.fresh(kind);
        for (const { setting, faults } of lanes.filter((one) => one.kind === kind)) {
          results.set(`${kind} ${setting}`, await lane(kind, setting, faults, () => address));
        }
      }),
    );
  }, PATIENCE_MS);

  it.each(lanes)("$kind, $setting", ({ kind, setting }) => {
    expect(results.get(`${kind} ${setting}`)).toEqual([]);
  });
});

describe("an instance that is killed", () => {
  const cells = ACT_KINDS.flatMap((kind, at) =>
    share(MOMENTS, at, MOMENTS.length).flatMap((moment) =>
      (all ? [true, false] : [true]).map((repeat) => ({ kind, moment, repeat })),
    ),
  );
  const results = new Map<string, readonly string[]>();
  /** An instance on another machine cannot look for the process: the lease decides, and that is over. */
  const elsewhere = {
    isOwnerAlive: () => null,
    clock: { ...systemClock, now: () => systemClock.now() + 61_000 },
  };
  let script = "";
  afterAll(() => rmSync(dirname(script), { recursive: true, force: true }));

  beforeAll(async () => {
    script = await bundled("child.ts");
    await Promise.all(
      ACT_KINDS.map(async (kind) => {
        const address = await onPostgres.fresh(kind);
        const scene = await openScene();
        const wrong: string[] = [];
        for (const cell of cells) {
          if (cell.kind === kind) wrong.push(...(await killed(script, scene, address, cell, elsewhere)));
        }
        results.set(kind, wrong);
        await scene.close();
      }),
    );
  }, PATIENCE_MS);

  it.each(ACT_KINDS)("%s: another one takes over what it left", (kind) => {
    expect(results.get(kind)).toEqual([]);
  });
});

const TROUBLES = ["crash", "restart", "partition"] as const;
type Trouble = (typeof TROUBLES)[number];

describe("a database that goes away in the middle", () => {
  let server: PostgresServer;
  let proxy: TcpProxy;
  let scene: Scene;
  let address = "";

  beforeAll(async () => {
    server = await createPostgres();
    proxy = await createTcpProxy(() => server.port);
    const schema = "invoicing";
    await migrate({ owner: { url: server.url(), schema }, app: { role: APP_ROLE, password: null }, check: false });
    const url = proxy.through(server.url(APP_ROLE));
    address = JSON.stringify({ url, schema, patience_ms: 15_000 });
    scene = await openScene();
  }, 60_000);
  afterAll(async () => {
    await scene.close();
    await proxy.close();
    await server.remove();
  });

  /** Comes back by itself while the act goes on. */
  async function troubled(trouble: Trouble): Promise<void> {
    if (trouble === "partition") {
      proxy.partition(true);
      setTimeout(() => proxy.partition(false), 700);
      return;
    }
    await (trouble === "crash" ? server.crash() : server.stop());
    await server.start();
  }

  async function cell(kind: ActKind, point: (typeof POINTS)[number], trouble: Trouble): Promise<readonly string[]> {
    const act = await stage(kind, scene);
    const store = openAt(address);
    const options = await approved(store, act);
    let met = false;
    const journal = journalOn(store, apiAt(scene.proxy.url, scene.simulator.token), {
      onPoint: async (at) => {
        if (at !== point || met) return;
        met = true;
        await troubled(trouble);
      },
    });
    const wrong: string[] = [];
    let told = "";
    for (let again = 0; again < 6 && told !== "done" && told !== "already_done"; again += 1) {
      try {
        const given = again === 0 ? options : await approved(store, act);
        told = (await performAny(journal, act.operation, act.args, given)).outcome;
      } catch (error) {
        if (!(error instanceof InvoicingError)) throw error;
        told = `error ${error.code}`;
        if (error.effect === "none" && error.code !== "journal" && act.effects() > 0)
          wrong.push(`told ${error.message}`);
      }
    }
    if (!met) wrong.push("nothing happened to the database");
    if (told !== "done" && told !== "already_done") wrong.push(`ends ${told}`);
    if (act.effects() !== 1) wrong.push(`happened ${act.effects()} times`);
    wrong.push(...(await store.audit.verify()).problems);
    await journal.close();
    await store.close();
    return wrong.map((what) => `${kind} × ${point} × ${trouble}: ${what}`);
  }

  const cells = ACT_KINDS.flatMap((kind, turn) =>
    share(
      POINTS.flatMap((point) => TROUBLES.map((trouble) => ({ kind, point, trouble }))),
      turn,
      POINTS.length * TROUBLES.length,
    ),
  );

  it.each(cells)(
    "$kind, $trouble at $point: once, and known",
    async ({ kind, point, trouble }) => {
      expect(await cell(kind, point, trouble)).toEqual([]);
    },
    90_000,
  );
});
