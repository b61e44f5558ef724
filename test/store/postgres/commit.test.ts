import { afterEach, describe, expect, it } from "vitest";
import type { JournalStore } from "../../../src/journal/store-port.ts";
import { openPostgres, type Postgres } from "../../../src/store/postgres/open.ts";
import { freshSchema } from "../../harness/postgres.ts";
import { createTcpProxy, type Fate, type TcpProxy } from "../../harness/tcp-proxy.ts";
import { counted, PLACE } from "../rows.ts";

const scope = PLACE;
const open: (Postgres | TcpProxy)[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function behindProxy(): Promise<{
  readonly proxy: TcpProxy;
  readonly store: JournalStore;
  readonly direct: JournalStore;
}> {
  const { app } = await freshSchema();
  const proxy = await createTcpProxy(() => Number(new URL(app.url).port));
  const url = proxy.through(app.url);
  const [postgres, direct] = [openPostgres({ ...app, url, patience_ms: 5_000 }), openPostgres(app)];
  open.push(postgres, direct, proxy);
  return { proxy, store: postgres.journal(scope), direct: direct.journal(scope) };
}

/** The first chunk with this word gets the fate, once. */
function once(proxy: TcpProxy, word: string, fate: Fate): () => number {
  let met = 0;
  proxy.fate = (chunk) => {
    if (!chunk.includes(word)) return "pass";
    met += 1;
    return met === 1 ? fate : "pass";
  };
  return () => met;
}

const count = (store: JournalStore) =>
  store.read(async (tx) => (await tx.facts.get(PLACE, "test", "count"))?.value["count"]);

describe("a connection that is lost", () => {
  it.each<[string, string, Fate]>([
    ["before the work began", "BEGIN", "cut"],
    ["in the middle of the work", "INSERT INTO fact", "cut"],
    ["in the middle of the work, which arrived", "INSERT INTO fact", "cut_after"],
    ["before COMMIT arrived", "COMMIT", "cut"],
    ["after COMMIT arrived", "COMMIT", "cut_after"],
  ])("%s loses nothing and does nothing twice", async (_when, word, fate) => {
    const { proxy, store, direct } = await behindProxy();
    await store.transaction(counted);
    const met = once(proxy, word, fate);
    await store.transaction(counted);
    expect(met()).toBeGreaterThan(0);
    expect(await count(direct)).toBe(2);
    await store.transaction(counted);
    expect(await count(store)).toBe(3);
  });

  it("runs the work once where the commit had arrived, and again where it had not", async () => {
    const { proxy, store } = await behindProxy();
    await store.transaction(counted);
    const runs = async (fate: Fate) => {
      let ran = 0;
      once(proxy, "COMMIT", fate);
      await store.transaction((tx) => {
        ran += 1;
        return counted(tx);
      });
      return ran;
    };
    expect([await runs("cut_after"), await runs("cut")]).toEqual([1, 2]);
  });

  it("for good is told, and leaves nothing behind", async () => {
    const { proxy, store, direct } = await behindProxy();
    await store.transaction(counted);
    await store
      .transaction(async (tx) => {
        proxy.partition(true);
        await counted(tx);
      })
      .then(
        () => expect.unreachable(),
        (error: unknown) => expect(String(error)).toMatch(/cannot be reached.*Nothing is sent/),
      );
    expect(await count(direct)).toBe(1);
    proxy.partition(false);
    await store.transaction(counted);
    expect(await count(direct)).toBe(2);
  });
});
