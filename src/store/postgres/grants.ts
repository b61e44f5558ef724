import { TURNS, turnName } from "./database.ts";

/** What the server's role may do with each table; whatever is not here it may not. Nothing of the trail can be changed. */
const TABLES: Readonly<Record<string, string>> = {
  schema_format: "SELECT",
  op: "SELECT, INSERT, UPDATE",
  op_lock: "SELECT, INSERT, UPDATE",
  approval: "SELECT, INSERT, UPDATE",
  approval_lock: "SELECT, INSERT, DELETE",
  approval_use: "SELECT, INSERT, DELETE",
  bank_line: "SELECT, INSERT, UPDATE, DELETE",
  seen_line: "SELECT, INSERT, UPDATE, DELETE",
  fact: "SELECT, INSERT, UPDATE, DELETE",
  audit: "SELECT, INSERT",
  audit_head: "SELECT, INSERT, UPDATE",
  credential: "SELECT, INSERT, UPDATE, DELETE",
  organization: "SELECT, INSERT, UPDATE",
};

/** What it may ask without seeing the tables behind it. */
const FUNCTIONS = ["take_slots", "block_slots", "abandoned", "forget_texts"];

/** Statements that give a role exactly this, whatever it had before. `role` is a quoted name. */
export function grantsTo(role: string, schema: string): readonly string[] {
  const turns = Array.from({ length: TURNS }, (_, turn) => turnName(turn));
  return [
    `REVOKE ALL ON ALL TABLES IN SCHEMA ${schema} FROM ${role}`,
    `GRANT USAGE ON SCHEMA ${schema} TO ${role}`,
    ...Object.entries(TABLES).map(([table, rights]) => `GRANT ${rights} ON ${schema}.${table} TO ${role}`),
    `GRANT EXECUTE ON FUNCTION ${FUNCTIONS.map((name) => `${schema}.${name}`).join(", ")} TO ${role}`,
    // The right that LOCK TABLE needs; there are no rows.
    `GRANT UPDATE ON ${turns.map((turn) => `${schema}.${turn}`).join(", ")} TO ${role}`,
  ];
}
