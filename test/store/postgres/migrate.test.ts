import { afterEach, describe, expect, it } from "vitest";
import { Database, type DatabaseSettings } from "../../../src/store/postgres/database.ts";
import { migrate } from "../../../src/store/postgres/migrate.ts";
import { FORMAT } from "../../../src/store/postgres/migrations/index.ts";
import { openPostgres } from "../../../src/store/postgres/open.ts";
import { APP_ROLE, emptySchema, freshSchema, type TestDatabase } from "../../harness/postgres.ts";
import { counted, PLACE } from "../rows.ts";

const run = ({ owner }: TestDatabase, more: { readonly check?: boolean; readonly role?: string } = {}) =>
  migrate({ owner, app: { role: more.role ?? APP_ROLE, password: null }, check: more.check ?? false });

const opened: Database[] = [];
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
});

function query(settings: DatabaseSettings, sql: string): Promise<readonly unknown[]> {
  const database = new Database(settings);
  opened.push(database);
  return database.connected((connection) => connection.query(sql));
}

async function refusal(settings: DatabaseSettings): Promise<string> {
  const postgres = openPostgres({ patience_ms: 0, ...settings });
  try {
    await postgres.journal(PLACE).transaction(counted);
    return "";
  } catch (error) {
    return String(error);
  } finally {
    await postgres.close();
  }
}

describe("migrate", () => {
  it("makes the schema, says so, and finds it up to date afterwards", async () => {
    const database = await emptySchema();
    expect(await run(database)).toContain(`The schema ${database.owner.schema} is made, in format ${FORMAT}.`);
    expect(await run(database)).toEqual([`The schema ${database.owner.schema} is up to date (format ${FORMAT}).`]);
    expect(await refusal(database.app)).toBe("");
  });

  it("only says what it would do with check", async () => {
    const database = await emptySchema();
    expect((await run(database, { check: true }))[0]).toBe("Nothing was changed. To be done:");
    expect(await query(database.owner, `SELECT to_regnamespace('${database.owner.schema}') AS schema`)).toEqual([
      { schema: null },
    ]);
  });

  it("is done once when several run it at the same moment", async () => {
    const database = await emptySchema();
    const said = (await Promise.all([1, 2, 3, 4].map(() => run(database)))).flat();
    expect(said.filter((line) => line.includes("is made, in format"))).toHaveLength(1);
    expect(said.filter((line) => line.includes("is up to date"))).toHaveLength(3);
  });

  it("leaves nothing of a step that fails", async () => {
    const database = await emptySchema();
    const { schema } = database.owner;
    await query(
      database.owner,
      `CREATE SCHEMA ${schema}; CREATE FUNCTION ${schema}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'`,
    );
    await expect(run(database)).rejects.toThrow("refused a statement (42723)");
    expect(
      await query(database.owner, `SELECT count(*) AS n FROM pg_class WHERE relnamespace = '${schema}'::regnamespace`),
    ).toEqual([{ n: 0 }]);
  });

  it("ends the work of versions that run and know another format, and only theirs", async () => {
    const database = await freshSchema();
    const { schema } = database.owner;
    const postgres = openPostgres({ patience_ms: 0, ...database.app });
    const journal = postgres.journal(PLACE);
    const ways = [
      () => journal.transaction(counted),
      () => journal.read((tx) => tx.facts.get(PLACE, "test", "count")),
      () => postgres.ready(),
    ];
    for (const way of ways) await way();
    for (const format of [FORMAT + 1, FORMAT - 1]) {
      await query(database.owner, `UPDATE ${schema}.schema_format SET format = ${format}`);
      for (const way of ways) await expect(way()).rejects.toThrow(`The schema ${schema} has format ${format}`);
    }
    await query(database.owner, `UPDATE ${schema}.schema_format SET format = ${FORMAT}`);
    for (const way of ways) await way();
    await postgres.close();
  });

  it("waits for what an older version is writing", async () => {
    const database = await freshSchema();
    const { schema } = database.owner;
    await query(database.owner, `UPDATE ${schema}.schema_format SET format = ${FORMAT - 1}`);
    const writer = new Database(database.owner);
    opened.push(writer);
    await writer.connected(async (connection) => {
      await connection.query(`BEGIN; LOCK TABLE ${schema}.turn_07 IN EXCLUSIVE MODE`);
      let ended = false;
      // The step was done already, so that it fails once it is begun.
      const migrating = run(database).then(
        () => "done",
        (error: unknown) => {
          ended = true;
          return String(error);
        },
      );
      const waits = `SELECT count(*) AS n FROM pg_locks WHERE relation = '${schema}.turn_07'::regclass AND NOT granted`;
      while (!ended && JSON.stringify(await query(database.owner, waits)) !== '[{"n":1}]');
      expect(ended).toBe(false);
      await connection.command("COMMIT");
      expect(await migrating).toMatch(/refused a statement|already exists/);
    });
  });

  it("makes the server's role with its password, and refuses the owner as one", async () => {
    const database = await freshSchema();
    const role = `${database.owner.schema}_app`;
    expect(await run(database, { role })).toEqual([
      `The role ${role} is made; it may do what the server needs and nothing else.`,
    ]);
    await expect(run(database, { role: "postgres" })).rejects.toThrow("no wall would hold");
  });

  it("does not touch another program's tables", async () => {
    const database = await emptySchema();
    await query(
      database.owner,
      `CREATE SCHEMA ${database.owner.schema}; CREATE TABLE ${database.owner.schema}.theirs ()`,
    );
    await expect(run(database)).rejects.toThrow("another program");
  });
});

describe("the server does not start", () => {
  it("where there is no schema, one of another format, or another program's", async () => {
    const empty = await emptySchema();
    expect(await refusal(empty.app)).toContain("has no journal in the schema");
    const database = await freshSchema();
    const format = (to: number) =>
      query(database.owner, `UPDATE ${database.owner.schema}.schema_format SET format = ${to}`);
    await format(FORMAT - 1);
    expect(await refusal(database.app)).toContain(`has format ${FORMAT - 1}; this version needs ${FORMAT}`);
    await format(FORMAT + 1);
    expect(await refusal(database.app)).toContain(`has format ${FORMAT + 1}; this version knows ${FORMAT}`);
    await expect(run(database)).rejects.toThrow(`this version knows ${FORMAT}`);
  });

  it("with a role that no wall holds, or one that has no rights", async () => {
    const database = await freshSchema();
    expect(await refusal({ ...database.app, url: database.owner.url })).toContain("no wall would hold");
    const stranger = `${database.owner.schema}_stranger`;
    await query(database.owner, `CREATE ROLE ${stranger} LOGIN`);
    expect(await refusal({ ...database.app, url: database.app.url.replace(APP_ROLE, stranger) })).toContain(
      "may not use the schema",
    );
  });

  it("without a database, a known user or a plain schema name", async () => {
    const { app } = await freshSchema();
    const nowhere = new URL(app.url);
    nowhere.port = "1";
    expect(await refusal({ ...app, url: nowhere.href })).toContain("cannot be reached (ECONNREFUSED)");
    expect(await refusal({ ...app, url: app.url.replace(APP_ROLE, "nobody_known") })).toContain("user or password");
    expect(await refusal({ ...app, url: `${app.url}_not_there` })).toContain("does not exist");
    expect(() => openPostgres({ ...app, schema: 'x"; DROP' })).toThrow("schema's name");
  });
});
