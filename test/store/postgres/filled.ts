import { createHash } from "node:crypto";
import type { Connected, Database } from "../../../src/store/postgres/database.ts";

/** Rows of one statement: small enough for the memory of a small server. */
const CHUNK = 250_000;
/** Indexes of a journal that is filled with more than this are made after the rows. */
const INDEXED = 100_000;
const OPEN_EVERY = 500;

const lockText = (organization: string, nth: string) => `'lock ' || ${organization} || ' ' || ${nth}`;
const sha = (text: string) => `encode(sha256((${text})::bytea), 'hex')`;

/** Where they were done. */
export const FILLED_ORIGIN = "https://b.test";

/** The fingerprint of the nth of all, from 0; it belongs to organization `n % organizations`. */
export function filledFingerprint(nth: number): string {
  return createHash("sha256")
    .update(`f op_${String(nth).padStart(26, "0")}`)
    .digest("hex");
}

/** The lock that the nth operation of an organization held, as it is stored. */
export function filledLock(organization: string, nth: number): string {
  return createHash("sha256").update(`lock ${organization} ${nth}`).digest("hex");
}

/**
 * What a journal holds after years: operations of so many organizations, mixed as they come in, with their locks, audit lines
 * and used approvals, each as wide as a real one. The first organization is `org`; every 500th operation is open. The nth of
 * an organization (from 0) concerns `inv-n` and `r-n`.
 */
export async function fill(owner: Database, organizations: number, each: number): Promise<void> {
  await owner.connected(async (connection) => {
    await connection.query(`SET search_path = ${owner.schema}; SET synchronous_commit = off; SET work_mem = '256MB'`);
    const total = organizations * each;
    const dropped = total > INDEXED ? await withoutIndexes(connection, owner.schema) : [];
    for (let from = 0; from < total; from += CHUNK) {
      const range = [from, Math.min(from + CHUNK, total) - 1, organizations];
      for (const statement of [OPERATIONS, LOCKS, APPROVALS, LINES]) await connection.query(statement, range);
    }
    await connection.query(
      `INSERT INTO audit_head (organization_id, seq, hash)
        SELECT organization_id, max(seq), ${sha("'end ' || organization_id")} FROM audit GROUP BY organization_id`,
    );
    for (const statement of dropped) await connection.query(statement);
  });
}

/** The secondary indexes and their making. */
async function withoutIndexes(connection: Connected, schema: string): Promise<readonly string[]> {
  const found = await connection.query(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made FROM pg_index
      JOIN pg_class ON pg_class.oid = indrelid
      WHERE relnamespace = $1::regnamespace AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`,
    [schema],
  );
  const statements: string[] = [];
  for (const row of found) {
    if (typeof row !== "object" || row === null || !("name" in row) || !("made" in row)) continue;
    await connection.query(`DROP INDEX ${String(row.name)}`);
    statements.push(String(row.made));
  }
  return statements;
}

/** `$1` to `$2`, dealt out to `$3` organizations. */
const DEALT = `(SELECT n, n / $3::int AS nth, CASE WHEN n % $3::int = 0 THEN 'org' ELSE 'org-' || n % $3::int END AS organization,
    'op_' || lpad(n::text, 26, '0') AS id, 1700000000000 + n * 10 AS at,
    (ARRAY['create_invoice','add_item','add_item','update_item','send_invoice','mark_paid'])[1 + (n / $3::int) % 6] AS kind
  FROM generate_series($1::bigint, $2::bigint) AS n) AS dealt`;
const PRINCIPAL = "'https://login.example.com|' || md5(organization || nth % 5)";

const OPERATIONS = `
INSERT INTO op (id, origin, organization_id, principal, kind, fingerprint, identity_hash, locks, subject_type, subject_id, args,
    before, state, version, attempts, applied, quiet_at, created_at, updated_at, owner, lease_until, result, resource_id, why,
    candidates, approval_id, duplicate_of, note, remembered, repeat_until, acknowledged, request_id, trace_id)
  SELECT id, '${FILLED_ORIGIN}', organization, ${PRINCIPAL}, kind, ${sha("'f ' || id")}, ${sha("'i ' || id")},
    '["' || ${sha(lockText("organization", "nth"))} || '"]', 'invoice', 'inv-' || nth, '{"invoice_id":"inv-' || nth || '"}', NULL,
    CASE WHEN nth % ${OPEN_EVERY} = ${OPEN_EVERY - 1} THEN 'unknown' ELSE 'done' END, 2, 1, true, at, at, at + 700,
    'host-' || n % 2 || '|' || md5('boot') || '|17|' || n % 9, at + 60000,
    '{"invoice_id":"inv-' || nth || '","number":"R-2026-' || nth || '","status":"sent"}',
    'r-' || nth, NULL, '[]', CASE WHEN kind IN ('send_invoice','mark_paid') THEN 'a-' || id END, NULL,
    '{"number":"R-2026-' || nth || '","amount":"1785.00","currency":"EUR","customer_id":"' || nth % 50 || '"}', true, NULL, false,
    md5('r' || id)::uuid::text, md5('t' || id)
  FROM ${DEALT} ORDER BY n`;

const LOCKS = `
INSERT INTO op_lock (organization_id, lock, seq, origin, open)
  SELECT op.organization_id, held.lock, op.seq, op.origin, op.state = 'unknown'
  FROM op CROSS JOIN LATERAL (SELECT op.locks::jsonb ->> 0 AS lock
    UNION ALL SELECT ${sha("'customer ' || op.organization_id || ' ' || (op.args::jsonb ->> 'invoice_id')")}
      WHERE op.kind = 'send_invoice') AS held
  WHERE op.id BETWEEN 'op_' || lpad($1::bigint::text, 26, '0') AND 'op_' || lpad($2::bigint::text, 26, '0') AND $3::int > 0`;

const APPROVALS = `
INSERT INTO approval (id, state, act, origin, organization_id, principal, subject, digest, plan, shown_hash, policy_hash, channels,
    documents, delivered_to, email_mark, locks, channel, channel_reason, approved_by, secret_hash, created_at, expires_at, answered_at)
  SELECT 'a-' || id, 'used', kind, '${FILLED_ORIGIN}', organization, ${PRINCIPAL}, ${sha("'s ' || id")}, ${sha("'d ' || id")}, NULL,
    ${sha("'p ' || id")}, ${sha("'policy'")}, '["form","card","page","terminal"]', '["inv-' || nth || '"]', 'cust-' || nth % 50,
    md5(id) || '.' || ${sha("'e ' || id")}, '["' || ${sha(lockText("organization", "nth"))} || '"]', 'form', 'the client shows forms',
    'person', NULL, at - 20000, at + 880000, at - 2000
  FROM ${DEALT} WHERE kind IN ('send_invoice','mark_paid') ORDER BY n`;

/** Asked and answered where somebody was asked; claimed and settled. */
const LINES = `
INSERT INTO audit (seq, at, event, origin, organization_id, principal, operation_id, approval_id, data, fields_version, prev_hash, hash)
  SELECT nth * 2 + line, at + line * 700, (ARRAY['dispatched','settled'])[line], '${FILLED_ORIGIN}', organization, ${PRINCIPAL}, id,
    CASE WHEN kind IN ('send_invoice','mark_paid') THEN 'a-' || id END,
    '{"kind":"' || kind || '","state":"done","attempts":1,"subject_id":"inv-' || nth || '","resource_id":"r-' || nth ||
      '","note":{"number":"R-2026-' || nth || '","amount":"1785.00","currency":"EUR","customer_id":"' || nth % 50 ||
      '"},"digest":"v2:' || ${sha("'o ' || id")} || '"}',
    2, ${sha("'h ' || id || line")}, ${sha("'g ' || id || line")}
  FROM ${DEALT} CROSS JOIN generate_series(1, 2) AS line ORDER BY n, line`;
