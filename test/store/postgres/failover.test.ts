import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate } from "../../../src/store/postgres/migrate.ts";
import { openPostgres, type Postgres } from "../../../src/store/postgres/open.ts";
import { APP_ROLE } from "../../harness/postgres.ts";
import { createPostgres, type PostgresServer } from "../../harness/postgres-server.ts";
import { createTcpProxy, type Fate, type TcpProxy } from "../../harness/tcp-proxy.ts";
import { counted, PLACE } from "../rows.ts";

/** Another server takes over: what a switch to a standby looks like from here. */
let server: PostgresServer;
let proxy: TcpProxy;
let patient: Postgres;
let hasty: Postgres;

beforeAll(async () => {
  server = await createPostgres();
  proxy = await createTcpProxy(() => server.port);
  const schema = "invoicing";
  await migrate({ owner: { url: server.url(), schema }, app: { role: APP_ROLE, password: null }, check: false });
  const url = proxy.through(server.url(APP_ROLE));
  patient = openPostgres({ url, schema, patience_ms: 30_000 });
  hasty = openPostgres({ url, schema, patience_ms: 100 });
  await patient.ready();
  await hasty.ready();
}, 60_000);
afterAll(async () => {
  await patient.close();
  await hasty.close();
  await proxy.close();
  await server.remove();
});

const count = () =>
  patient.journal(PLACE).read(async (tx) => (await tx.facts.get(PLACE, "test", "count"))?.value["count"]);

/** One statement after the other, as the superuser. */
async function asSuperuser(...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: server.url() });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

const promoted = () => asSuperuser("SELECT pg_promote(true, 20)");

describe("a database that can only be read", () => {
  it("is no place to record in, is not ready, can be read, and is waited for while a switch is under way", async () => {
    await patient.journal(PLACE).transaction(counted);
    await server.stop();
    await server.start("standby");
    await expect(hasty.journal(PLACE).transaction(counted)).rejects.toThrow(/can only be read .*Nothing is sent/);
    await expect(hasty.ready()).rejects.toThrow("can only be read");
    expect(await count()).toBe(1);
    const waiting = patient.journal(PLACE).transaction(counted);
    await promoted();
    await waiting;
    expect(await count()).toBe(2);
    await hasty.ready();
  }, 60_000);

  it("counts as lost when its owner has set it so, and nothing of the work stays", async () => {
    await asSuperuser("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()");
    const before = await count();
    await expect(hasty.journal(PLACE).transaction(counted)).rejects.toThrow("can only be read");
    await asSuperuser("ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()");
    await patient.journal(PLACE).transaction(counted);
    expect(await count()).toBe(Number(before) + 1);
  }, 60_000);
});

describe("a commit whose end was not told", () => {
  /** The first COMMIT meets the fate, and from then on nothing gets through. */
  async function parted(fate: Fate): Promise<readonly Promise<string>[]> {
    const committing = new Promise<void>((resolve) => {
      proxy.fate = (chunk) => {
        if (!chunk.includes("COMMIT")) return "pass";
        proxy.fate = () => "cut";
        resolve();
        return fate;
      };
    });
    const told = patient
      .journal(PLACE)
      .transaction(counted)
      .then(
        () => "stored",
        (error: unknown) => String(error),
      );
    await committing;
    return [told];
  }

  it("is found out after the server was started anew", async () => {
    const before = Number(await count());
    const [told] = await parted("cut_after");
    await server.stop();
    await server.start();
    proxy.fate = () => "pass";
    expect(await told).toBe("stored");
    expect(await count()).toBe(before + 1);
  }, 60_000);

  it("is never taken for another transaction that got its number after a crash", async () => {
    const before = Number(await count());
    const [told] = await parted("cut");
    await server.crash();
    await server.start();
    // More than had begun before: one of them has the number now.
    for (let time = 0; time < 20; time += 1) await asSuperuser("SELECT pg_current_xact_id()");
    proxy.fate = () => "pass";
    expect(await told).toContain("whether it did is not known");
    expect(await count()).toBe(before);
  }, 60_000);

  it("is not known when another server has taken over, which numbers transactions by itself", async () => {
    const [told] = await parted("cut_after");
    await server.stop();
    await server.start("standby");
    await promoted();
    proxy.fate = () => "pass";
    expect(await told).toContain("whether it did is not known");
    await patient.journal(PLACE).transaction(counted);
  }, 60_000);
});
