import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { ANY_ORIGIN } from "../../../src/domain/scope.ts";
import { ledgerOn } from "../../../src/journal/ledger.ts";
import { Database, type Wall } from "../../../src/store/postgres/database.ts";
import { openAsOwner, openPostgres, type Postgres } from "../../../src/store/postgres/open.ts";
import { givenApproval } from "../../harness/approvals.ts";
import { freshSchema, type TestDatabase } from "../../harness/postgres.ts";
import { counted, NOW, newOperation, openRow, PLACE } from "../rows.ts";

const mine = { ...PLACE, principal: "p" };
const theirs = { ...PLACE, organization_id: "other", principal: "p" };
const staging = { ...mine, origin: "https://staging.test" };

let database: TestDatabase;
let postgres: Postgres;
let raw: Database;

beforeAll(async () => {
  database = await freshSchema();
  postgres = openPostgres(database.app);
  raw = new Database(database.app);
  // A row in every table.
  const ledger = ledgerOn(postgres.journal(mine));
  const approval = { id: "a", digest: "digest", subject: "s" };
  const given = { act: "settle_payments", organization_id: "org", subject: "s", locks: ["cust:1"] } as const;
  await ledger.approvals.create(givenApproval(NOW, { id: "a", ...given, documents: ["i"] }));
  const bank_lines = [{ key: "line", shown: "ACME 119,00" }];
  await ledger.operations.claim(newOperation({ id: "op", kind: "mark_paid", subject_id: "i", approval, bank_lines }));
  await ledger.approvals.create(givenApproval(NOW, { id: "b", ...given }));
  await postgres.journal(mine).transaction(counted);
  await ledger.seenLines.keep(mine, [{ handle: "k3f", content: { text: "ACME 119,00" } }], NOW);
  const vault = postgres.vault([new Uint8Array(32)]);
  await vault.put(mine, { access_token: "t", refresh_token: null, expires_at: null });
  await vault.setMode(mine, "full");
});
afterAll(async () => {
  await postgres.close();
  await raw.close();
});

/** Statements of the server's own role, behind a wall of our choice, or none. */
function asServer(wall: Wall | null, sql: string): Promise<readonly unknown[]> {
  return raw.connected(async (connection) => {
    await connection.query(raw.opening("READ COMMITTED", wall));
    try {
      return await connection.query(sql);
    } catch (error) {
      throw error instanceof Error && error.cause instanceof Error ? error.cause : error;
    } finally {
      await connection.command("ROLLBACK");
    }
  });
}

async function walled(): Promise<readonly string[]> {
  const rows = await asServer(
    null,
    `SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'organization_id'
      WHERE relnamespace = '${database.app.schema}'::regnamespace AND relkind = 'r' ORDER BY relname`,
  );
  return z
    .array(z.object({ relname: z.string() }))
    .parse(rows)
    .map(({ relname }) => relname);
}

describe("the wall between organizations", () => {
  it("stands around everything that the server may read or write", async () => {
    const open = await asServer(
      null,
      `SELECT relname FROM pg_class WHERE relnamespace = '${database.app.schema}'::regnamespace AND relkind = 'r'
        AND NOT relrowsecurity AND relname <> 'schema_format' AND has_table_privilege(pg_class.oid, 'SELECT, INSERT, DELETE')`,
    );
    expect(open).toEqual([]);
    expect((await walled()).length).toBeGreaterThan(8);
  });

  it("shows each row in its own scope alone, whatever the query asks", async () => {
    for (const table of await walled()) {
      const count = async (wall: Wall | null) =>
        z.array(z.object({ n: z.number() })).parse(await asServer(wall, `SELECT count(*) AS n FROM ${table}`))[0]?.n;
      expect([table, (await count(mine)) ?? 0]).not.toEqual([table, 0]);
      expect([table, await count(null), await count(theirs)]).toEqual([table, 0, 0]);
      // A trail is the organization's, wherever its lines were made.
      if (!table.startsWith("audit")) expect([table, await count(staging)]).toEqual([table, 0]);
    }
  });

  it("lets nothing be written through", async () => {
    const copied =
      "INSERT INTO fact SELECT 'org', origin, kind, 'new', value, at FROM (VALUES ('https://b.test', 'k', '{}', 1)) AS v (origin, kind, value, at)";
    for (const wall of [null, theirs]) {
      await expect(asServer(wall, copied)).rejects.toThrow("row-level security");
      for (const table of ["op", "approval", "fact"]) {
        const column = table === "fact" ? "value" : "principal";
        expect(await asServer(wall, `UPDATE ${table} SET ${column} = 'x' RETURNING 1`)).toEqual([]);
      }
    }
    // Nor moved to another place.
    await expect(asServer(mine, "UPDATE fact SET organization_id = 'other'")).rejects.toThrow("row-level security");
  });

  it("holds for the journal: what another organization names by id is not there", async () => {
    const other = ledgerOn(postgres.journal(theirs));
    await postgres.journal(theirs).read(async (tx) => {
      expect(await tx.operations.get("op")).toBeNull();
      expect(await tx.approvals.get("a")).toBeNull();
      expect(await tx.uses.of("a")).toEqual([]);
      expect(await tx.bankLines.of("op")).toEqual([]);
      expect(await tx.operations.places()).toEqual([]);
    });
    const stolen = { ...openRow(), ...theirs, id: "op", version: 2 };
    await expect(postgres.journal(theirs).transaction((tx) => tx.operations.update(stolen))).rejects.toThrow(
      "meanwhile",
    );
    await expect(postgres.journal(theirs).transaction((tx) => tx.operations.insert(openRow()))).rejects.toThrow(
      "another organization",
    );
    expect(await other.operations.claim(newOperation({ ...theirs }))).toMatchObject({ is: "claimed" });
    expect((await other.audit.verify()).problems).toEqual([]);
    expect((await ledgerOn(postgres.journal(mine)).audit.verify()).problems).toEqual([]);
  });

  it("leaves only what has no more time, wherever it is, to the one who forgets for all", async () => {
    const rest = () => asServer(mine, "SELECT handle FROM seen_line");
    expect(await postgres.forget(NOW)).toEqual([]);
    expect(await rest()).toEqual([{ handle: "k3f" }]);
    await ledgerOn(postgres.journal(theirs)).approvals.create(
      givenApproval(NOW, { id: "late", act: "send_invoice", organization_id: "other", subject: "s", state: "pending" }),
    );
    // Named by its place alone: what it showed is taken away by the journal of that place.
    const later = NOW + 12 * 3_600_000;
    const places = await postgres.forget(later);
    expect(places).toContainEqual({ origin: theirs.origin, organization_id: "other" });
    expect(await rest()).toEqual([]);
    for (const place of places) await ledgerOn(postgres.journal(place)).approvals.tidy(later);
    expect(await postgres.forget(later)).toEqual([]);
  });

  it("lets everybody at one address know what is so there, whoever found it out", async () => {
    const route = {
      origin: PLACE.origin,
      organization_id: "",
      kind: "route_missing",
      key: "GET /x",
      value: {},
      at: NOW,
    };
    await postgres.journal(mine).transaction((tx) => tx.facts.put(route));
    const known = (place: typeof mine) =>
      postgres.journal(place).read((tx) => tx.facts.get({ ...place, organization_id: "" }, route.kind, route.key));
    expect([await known(mine), await known(theirs), await known(staging)]).toEqual([route, route, null]);
  });

  it("lets the place's queries find what was done before origins were recorded", async () => {
    const owner = openAsOwner(database.owner);
    const old = openRow({ origin: ANY_ORIGIN });
    await owner.transaction((tx) => tx.operations.insert(old));
    await owner.close();
    expect(await postgres.journal(mine).read((tx) => tx.operations.get(old.id))).toEqual(old);
    expect(await postgres.journal(theirs).read((tx) => tx.operations.get(old.id))).toBeNull();
  });
});

describe("the server's role", () => {
  it.each([
    "DELETE FROM op",
    "TRUNCATE op",
    "UPDATE audit SET data = ''",
    "DELETE FROM audit",
    "DELETE FROM audit_head",
    "DELETE FROM approval",
    "UPDATE schema_format SET format = 9",
    "ALTER TABLE op DISABLE ROW LEVEL SECURITY",
    "DROP POLICY wall ON op",
    "CREATE TABLE more ()",
    "SELECT * FROM budget_lease",
    "DELETE FROM budget_block",
  ])("may not: %s", async (sql) => {
    await expect(asServer(mine, sql)).rejects.toThrow(/permission denied|must be owner/);
  });
});
