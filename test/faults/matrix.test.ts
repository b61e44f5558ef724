import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACT_KINDS } from "../../src/acts/index.ts";
import { openStore } from "../../src/store/open.ts";
import { onSqlite, PATIENCE_MS } from "./grounds.ts";
import { CELL_FAULTS, call, lane, SETTINGS } from "./matrix.ts";
import { apiAt, journalOn, openScene, stage } from "./scene.ts";

const folder = mkdtempSync(join(tmpdir(), "journal-matrix-"));
const sqlite = onSqlite(folder);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** All lanes at once: they wait for time-outs, not for the processor. */
describe(`every mutation × ${CELL_FAULTS.length} faults × alone, twin, second engine, over TCP`, () => {
  const lanes = ACT_KINDS.flatMap((kind) => SETTINGS.map((setting) => ({ kind, setting })));
  const results = new Map<string, string[]>();

  beforeAll(async () => {
    await Promise.all(
      lanes.map(async ({ kind, setting }) => {
        const wrong = await lane(kind, setting, CELL_FAULTS, (fault) => sqlite.fresh(`${kind}-${setting}-${fault}`));
        results.set(`${kind} ${setting}`, wrong);
      }),
    );
  }, PATIENCE_MS);

  it.each(lanes)("$kind, $setting", ({ kind, setting }) => {
    expect(results.get(`${kind} ${setting}`)).toEqual([]);
  });
});

describe("a request delivered twice by a middlebox", () => {
  it.concurrent.each(ACT_KINDS)(
    "%s: never told as not done, and counted where it can be seen",
    async (kind) => {
      const scene = await openScene();
      try {
        const act = await stage(kind, scene);
        const store = openStore(":memory:");
        const journal = journalOn(store, apiAt(scene.proxy.url, scene.simulator.token));
        await scene.proxy.plan("duplicate", act.isRequest, { times: 1 });
        const told = await call(journal, store, act);
        expect(act.effects()).toBeGreaterThan(0);
        expect(told.outcome).not.toBe("none");
        // The answer to a create names one id only: its twin shows in lists, not here.
        if (act.effects() > 1 && kind === "add_item") expect(told.outcome).toMatch(/ambiguous|unknown/);
        await journal.close();
        await store.close();
      } finally {
        await scene.close();
      }
    },
    60_000,
  );
});
