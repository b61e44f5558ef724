import { afterEach, describe, expect, it } from "vitest";
import { ledgerOn } from "../../../src/journal/ledger.ts";
import { openPostgres } from "../../../src/store/postgres/open.ts";
import { freshSchema } from "../../harness/postgres.ts";
import { NOW, newOperation, PLACE } from "../rows.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

describe("what a dead instance left open", () => {
  it("is named to every instance by its place alone, once the lease is over", async () => {
    const { app } = await freshSchema();
    const [one, two] = [openPostgres(app), openPostgres(app)];
    opened.push(one, two);
    const other = { ...PLACE, organization_id: "other" };
    await ledgerOn(one.journal(PLACE)).operations.claim(newOperation({ lease_until: NOW + 1_000 }));
    await ledgerOn(one.journal(other)).operations.claim(newOperation({ ...other, lease_until: NOW + 2_000 }));
    expect(await two.abandoned(NOW + 999)).toEqual([]);
    expect(await two.abandoned(NOW + 1_000)).toEqual([PLACE]);
    expect(await two.abandoned(NOW + 2_000)).toEqual([PLACE, other]);
  });

  it("is taken over by exactly one of several, and never by its owner afterwards", async () => {
    const { app } = await freshSchema();
    const instances = Array.from({ length: 4 }, () => openPostgres(app));
    opened.push(...instances);
    const ledgers = instances.map((postgres) => ledgerOn(postgres.journal(PLACE)).operations);
    const claim = await ledgers[0]?.claim(newOperation());
    if (claim?.is !== "claimed") throw new Error("not claimed");
    const taken = await Promise.all(
      ledgers.map((operations, at) =>
        operations.transition(claim.row, {
          event: "taken_over",
          state: "unknown",
          owner: `instance ${at}`,
          lease_until: NOW + 120_000,
          now: NOW + 61_000,
        }),
      ),
    );
    expect(taken.filter((row) => row !== null)).toHaveLength(1);
    const late = await ledgers[0]?.transition(claim.row, {
      event: "settled",
      state: "done",
      result: {},
      now: NOW + 62_000,
    });
    expect(late).toBeNull();
    expect(await ledgers[0]?.attempt(claim.row, { now: NOW + 62_000, lease_until: NOW + 122_000 })).toBeNull();
  });
});
