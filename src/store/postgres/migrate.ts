import { z } from "zod";
import { JournalError } from "../../errors.ts";
import { Again, type Connected, Database, type DatabaseSettings, literal, TURN_NAMES } from "./database.ts";
import { journalError } from "./failures.ts";
import { foreign, newer, requireServer, stateOf } from "./format.ts";
import { grantsTo } from "./grants.ts";
import { FORMAT, MIGRATIONS } from "./migrations/index.ts";

export interface MigrationOrder {
  /** As the owner of the schema. */
  readonly owner: DatabaseSettings;
  /** The role that instances use; made if it is missing. Its rights are set anew each time. */
  readonly app: { readonly role: string; readonly password: string | null };
  /** Says what would be done and does nothing. */
  readonly check: boolean;
}

const MIGRATION_MS = 600_000;
const roleRow = z.object({ current: z.boolean(), exists: z.boolean() });

/** Brings the schema to this version's format. One at a time, all or nothing. Says what it did, one sentence each. */
export async function migrate(order: MigrationOrder): Promise<readonly string[]> {
  const database = new Database({ statement_ms: MIGRATION_MS, ...order.owner });
  try {
    return await database.connected((connection) => migrated(connection, database.schema, order));
  } catch (error) {
    throw error instanceof Again ? journalError(error.cause) : error;
  } finally {
    await database.close();
  }
}

async function migrated(connection: Connected, schema: string, order: MigrationOrder): Promise<readonly string[]> {
  await requireServer(connection);
  await connection.command("BEGIN");
  try {
    // One run at a time in this database: roles are shared by its schemas.
    await connection.query("SELECT pg_advisory_xact_lock(hashtextextended('invoicing-mcp migrate', 0))");
    const done = [...(await steps(connection, schema)), ...(await roleSteps(connection, schema, order.app))];
    await connection.command(order.check ? "ROLLBACK" : "COMMIT");
    if (done.length === 0) return [`The schema ${schema} is up to date (format ${FORMAT}).`];
    return order.check ? ["Nothing was changed. To be done:", ...done] : done;
  } catch (error) {
    if (!connection.isBroken) await connection.command("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

async function steps(connection: Connected, schema: string): Promise<readonly string[]> {
  const state = await stateOf(connection, schema);
  if (state.is === "foreign") throw foreign(schema);
  const from = state.is === "ours" ? state.format : 0;
  if (from > FORMAT) throw newer(schema, from);
  if (from === FORMAT) return [];
  if (from === 0) {
    await connection.command(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    await connection.command(`REVOKE ALL ON SCHEMA ${schema} FROM PUBLIC`);
  }
  await connection.command(`SET LOCAL search_path = ${schema}, pg_temp`);
  if (from === 0) {
    await connection.command(
      "CREATE TABLE schema_format (one boolean PRIMARY KEY CHECK (one), format integer NOT NULL)",
    );
    await connection.command("INSERT INTO schema_format VALUES (true, 0)");
  }
  // What is being written ends first; what waits meanwhile sees the new format, and is refused by the version that wants it.
  else await connection.command(`LOCK TABLE ${TURN_NAMES.join(", ")} IN EXCLUSIVE MODE`);
  for (const { format, sql } of MIGRATIONS) if (format > from) await connection.command(sql);
  await connection.change("UPDATE schema_format SET format = $1", [FORMAT]);
  return [
    from === 0
      ? `The schema ${schema} is made, in format ${FORMAT}.`
      : `The schema ${schema} is brought from format ${from} to ${FORMAT}.`,
  ];
}

async function roleSteps(
  connection: Connected,
  schema: string,
  { role, password }: MigrationOrder["app"],
): Promise<readonly string[]> {
  const [row] = await connection.query(
    "SELECT $1 = current_user AS current, EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS exists",
    [role],
  );
  const { current, exists } = roleRow.parse(row);
  if (current) {
    throw new JournalError(
      `The server's role and the owner of the schema are the same (${role}): no wall would hold.`,
      {
        next: "Name a role of its own in INVOICES_DATABASE_URL; migrate makes it.",
      },
    );
  }
  const name = `"${role.replaceAll('"', '""')}"`;
  if (!exists) {
    const secret = password === null ? "" : ` PASSWORD ${literal(password)}`;
    await connection.command(
      `CREATE ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT${secret}`,
    );
  }
  for (const statement of grantsTo(name, schema)) await connection.command(statement);
  return exists ? [] : [`The role ${role} is made; it may do what the server needs and nothing else.`];
}
