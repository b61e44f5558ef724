import { z } from "zod";
import { JournalError } from "../../errors.ts";
import type { Connected } from "./database.ts";
import { durabilityProblems } from "./durability.ts";
import { FORMAT } from "./migrations/index.ts";

/** What a schema is: nothing yet, ours with a format, or somebody else's. */
export type SchemaState =
  | { readonly is: "absent" }
  | { readonly is: "foreign" }
  | { readonly is: "ours"; readonly format: number };

const OLDEST_SERVER = 160_000;

const tablesRow = z.object({ ours: z.boolean(), tables: z.number() });
const formatRow = z.object({ format: z.number() });
const serverRow = z.object({ version: z.number() });
const roleRow = z.object({ role: z.string(), passes: z.boolean(), hidden: z.boolean() });

export async function stateOf(connection: Connected, schema: string): Promise<SchemaState> {
  const [found] = await connection.query(
    `SELECT bool_or(relname = 'schema_format') IS TRUE AS ours, count(*) AS tables FROM pg_class
      WHERE relnamespace = to_regnamespace($1)`,
    [schema],
  );
  const { ours, tables } = tablesRow.parse(found);
  if (!ours) return tables === 0 ? { is: "absent" } : { is: "foreign" };
  const [row] = await connection.query(`SELECT format FROM ${schema}.schema_format`);
  return { is: "ours", format: formatRow.parse(row).format };
}

/** Throws unless this server, schema and role can hold a journal as this version writes it. */
export async function requireReady(connection: Connected, schema: string, isOwner: boolean): Promise<void> {
  await requireServer(connection);
  const [found] = await connection.query(
    `SELECT current_user::text AS role,
      coalesce(bool_or(pg_has_role(relowner, 'USAGE')), false)
        OR (SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user) AS passes,
      to_regnamespace($1) IS NOT NULL AND NOT coalesce(has_schema_privilege(to_regnamespace($1)::oid, 'USAGE'), false) AS hidden
      FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relname = 'op'`,
    [schema],
  );
  const { role, passes, hidden } = roleRow.parse(found);
  if (hidden) {
    throw new JournalError(`The role ${role} may not use the schema ${schema}.`, {
      next: "Run: invoicing-mcp migrate, with this role in INVOICES_DATABASE_URL.",
    });
  }
  requireFormat(await stateOf(connection, schema), schema);
  if (passes && !isOwner) {
    throw new JournalError(`The role ${role} owns the tables or passes row-level security: no wall would hold.`, {
      next: "Name a role of its own in INVOICES_DATABASE_URL and the owner in INVOICES_DATABASE_OWNER_URL, then run: invoicing-mcp migrate.",
    });
  }
  const [problem] = await durabilityProblems(connection);
  if (problem !== undefined) throw new JournalError(problem, { next: "Switch it on, then restart." });
}

export async function requireServer(connection: Connected): Promise<void> {
  const [row] = await connection.query("SELECT current_setting('server_version_num')::int AS version");
  const { version } = serverRow.parse(row);
  if (version >= OLDEST_SERVER) return;
  throw new JournalError(`The database server is PostgreSQL ${Math.floor(version / 10_000)}; 16 or newer is needed.`, {
    next: "Upgrade it, or name another one in INVOICES_DATABASE_URL.",
  });
}

export function requireFormat(state: SchemaState, schema: string): void {
  if (state.is === "ours" && state.format === FORMAT) return;
  if (state.is === "absent") {
    throw new JournalError(`The database has no journal in the schema ${schema} yet.`, {
      next: "Run: invoicing-mcp migrate.",
    });
  }
  if (state.is === "foreign") throw foreign(schema);
  if (state.format > FORMAT) throw newer(schema, state.format);
  throw new JournalError(`The schema ${schema} has format ${state.format}; this version needs ${FORMAT}.`, {
    next: "Stop the instances of the older version, then run: invoicing-mcp migrate.",
  });
}

export function newer(schema: string, format: number): JournalError {
  return new JournalError(`The schema ${schema} has format ${format}; this version knows ${FORMAT}.`, {
    next: "Use the newer version of this server that migrated it: another schema would forget what was sent.",
  });
}

export function foreign(schema: string): JournalError {
  return new JournalError(`The schema ${schema} holds tables of another program.`, {
    next: "Name another one in INVOICES_DATABASE_SCHEMA.",
  });
}
