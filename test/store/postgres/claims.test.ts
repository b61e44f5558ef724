import { afterEach, describe, expect, it } from "vitest";
import { ledgerOn } from "../../../src/journal/ledger.ts";
import { Database } from "../../../src/store/postgres/database.ts";
import { openPostgres } from "../../../src/store/postgres/open.ts";
import { freshSchema } from "../../harness/postgres.ts";
import { PLACE } from "../rows.ts";
import { claimRounds, outcomes } from "./races.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

describe("equal claims from 8 clients of two instances", () => {
  it("have one winner each, also while sessions of the database are ended", async () => {
    const { app, owner } = await freshSchema();
    const named = { ...app, url: `${app.url}?application_name=${app.schema}` };
    const [one, two, admin] = [openPostgres(named), openPostgres(named), new Database(owner)];
    opened.push(one, two, admin);
    const rounds = 60;
    let ended = 0;
    const raced = await claimRounds([one, two], rounds, 8, async (round) => {
      if (round % 10 !== 9) return;
      const gone = await admin.connected((connection) =>
        connection.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", [
          app.schema,
        ]),
      );
      ended += gone.length;
    });
    expect(outcomes(raced)).toEqual({ rounds, winners: rounds, others: rounds * 7 });
    expect((await ledgerOn(one.journal(PLACE)).audit.verify()).problems).toEqual([]);
    expect(ended).toBeGreaterThan(5);
  });
});
