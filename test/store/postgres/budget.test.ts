import { afterEach, describe, expect, it } from "vitest";
import { Budget, DEFAULT_BUDGET } from "../../../src/api/budget.ts";
import type { SharedBudget } from "../../../src/api/shared-budget.ts";
import type { Clock } from "../../../src/domain/clock.ts";
import { Database } from "../../../src/store/postgres/database.ts";
import { openPostgres } from "../../../src/store/postgres/open.ts";
import { freshSchema, type TestDatabase } from "../../harness/postgres.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const START = Date.parse("2026-04-01T08:00:00Z");

/** A clock that stands until it is moved, for the instances and for the database. */
async function heldClock({ owner }: TestDatabase): Promise<Clock & { moveTo(at: number): Promise<void> }> {
  let now = START;
  const database = new Database(owner);
  opened.push(database);
  const run = (sql: string) => database.connected((connection) => connection.query(sql));
  await run(`CREATE TABLE ${owner.schema}.held_clock AS SELECT ${now}::bigint AS at;
    CREATE OR REPLACE FUNCTION ${owner.schema}.now_ms() RETURNS bigint LANGUAGE sql AS 'SELECT at FROM ${owner.schema}.held_clock'`);
  return {
    now: () => now,
    sleep: () => Promise.reject(new Error("nobody sleeps here")),
    async moveTo(at) {
      now = at;
      await run(`UPDATE ${owner.schema}.held_clock SET at = ${at}`);
    },
  };
}

function instances(database: TestDatabase, clock: Clock, name = "credential"): readonly SharedBudget[] {
  return [1, 2].map(() => {
    const postgres = openPostgres(database.app, clock);
    opened.push(postgres);
    return postgres.budget(name);
  });
}

/** When places were given, as offsets from the start, to clients that ask again as soon as they may. */
async function served(
  budgets: readonly SharedBudget[],
  clock: Awaited<ReturnType<typeof heldClock>>,
  most: number,
  forMs: number,
) {
  const clients = budgets.flatMap((budget) => Array.from({ length: 3 }, () => ({ budget, next: START })));
  const given: number[] = [];
  for (;;) {
    const now = Math.min(...clients.map(({ next }) => next));
    if (now > START + forMs) return given;
    if (now > clock.now()) await clock.moveTo(now);
    await Promise.all(
      clients
        .filter(({ next }) => next === now)
        .map(async (client) => {
          const wait = await client.budget.take("read", { most });
          if (wait === 0) given.push(now - START);
          client.next = now + (wait === 0 ? 25 : wait);
        }),
    );
  }
}

describe("a budget of two instances", () => {
  it("is never exceeded in any minute, and filled to within 2 %", async () => {
    const database = await freshSchema();
    const clock = await heldClock(database);
    const most = 380;
    const given = await served(instances(database, clock), clock, most, 239_000);
    const inMinuteFrom = (from: number) => given.filter((at) => at >= from && at < from + 60_000).length;
    expect(Math.max(...given.map(inMinuteFrom))).toBeLessThanOrEqual(most);
    expect(given.length).toBeGreaterThanOrEqual(4 * most * 0.98);
  });

  it("costs less than a question per request while there is room", async () => {
    const database = await freshSchema();
    const clock = await heldClock(database);
    const [budget] = instances(database, clock);
    for (let request = 0; request < 100; request += 1) expect(await budget?.take("read", { most: 380 })).toBe(0);
    const owner = new Database(database.owner);
    opened.push(owner);
    const leases = await owner.connected((connection) =>
      connection.query(`SELECT id FROM ${database.owner.schema}.budget_lease`),
    );
    expect(leases.length).toBeLessThan(15);
  });

  it("keeps reads, writes and credentials apart, and holds everybody back after a 429", async () => {
    const database = await freshSchema();
    const clock = await heldClock(database);
    const [one, two] = instances(database, clock);
    const [other] = instances(database, clock, "another credential");
    const take = (budget: SharedBudget | undefined, kind: "read" | "write" = "read") => budget?.take(kind, { most: 2 });
    expect([await take(one), await take(two), await take(one)]).toEqual([0, 0, 60_000]);
    expect([await take(one, "write"), await take(other)]).toEqual([0, 0]);
    await two?.block(5_000);
    expect(await take(one, "write")).toBe(5_000);
    expect(await take(other)).toBe(0);
    await clock.moveTo(START + 61_000);
    expect([await take(two, "write"), await take(two)]).toEqual([0, 0]);
  });

  it("is the API client's budget; out of reach, its own limits go on", async () => {
    const database = await freshSchema();
    const clock = await heldClock(database);
    const [one, two] = instances(database, clock).map(
      (shared) => new Budget({ ...DEFAULT_BUDGET, reads_per_minute: 3, max_wait_ms: 0 }, clock, shared),
    );
    for (const budget of [one, two, one]) await budget?.acquire("read", `GET ${Math.random()}`);
    await expect(two?.acquire("read", "GET 4")).rejects.toMatchObject({ code: "rate_limited" });
    const alone = new Budget({ ...DEFAULT_BUDGET, reads_per_minute: 1, max_wait_ms: 0 }, clock, {
      take: () => Promise.reject(new Error("away")),
      block: () => Promise.reject(new Error("away")),
    });
    await alone.acquire("read", "GET 1");
    alone.block(0);
    await expect(alone.acquire("read", "GET 2")).rejects.toMatchObject({ code: "rate_limited" });
  });
});
