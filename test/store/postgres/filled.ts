import type { Database } from "../../../src/store/postgres/database.ts";

/**
 * Final operations with their locks, and used approvals, of so many organizations: what a journal holds after years. The
 * first organization is `org`; a few of each one's operations are open.
 */
export async function fill(owner: Database, organizations: number, each: number): Promise<void> {
  await owner.connected(async (connection) => {
    await connection.query(`SET search_path = ${owner.schema}; SET synchronous_commit = off`);
    for (let at = 0; at < organizations; at += 1) {
      const organization = at === 0 ? "org" : `org-${at}`;
      const given = [organization, each, "https://b.test"];
      await connection.query(
        `INSERT INTO op (id, origin, organization_id, principal, kind, fingerprint, identity_hash, locks, subject_type, subject_id,
            args, before, state, version, attempts, applied, quiet_at, created_at, updated_at, owner, lease_until, result,
            resource_id, why, candidates, approval_id, duplicate_of, note, remembered, repeat_until, acknowledged)
          SELECT $1 || '-op-' || n, $3, $1, 'p', (ARRAY['mark_paid','send_invoice','create_invoice','add_item'])[1 + n % 4],
            md5($1 || n), md5('i' || n), '["l-' || n || '"]', 'invoice', 'inv-' || n,
            '{"invoice_id":"inv-' || n || '"}', NULL, CASE WHEN n % 500 = 0 THEN 'unknown' ELSE 'done' END, 2, 1, true,
            1700000000000 + n, 1700000000000 + n, 1700000000000 + n, 'host|boot|1|1|x', 1700000060000 + n, '{"ok":true}',
            'r-' || n, NULL, '[]', 'a-' || n, NULL, '{"number":"R-1","amount":"119.00","currency":"EUR"}', true, NULL, false
          FROM generate_series(1, $2::int) AS n`,
        given,
      );
      await connection.query(
        `INSERT INTO op_lock (organization_id, lock, seq, origin, open)
          SELECT organization_id, 'l-' || replace(id, organization_id || '-op-', ''), seq, origin, state = 'unknown'
          FROM op WHERE organization_id = $1`,
        [organization],
      );
      await connection.query(
        `INSERT INTO approval (id, state, act, origin, organization_id, principal, subject, digest, plan, shown_hash, policy_hash,
            channels, documents, delivered_to, email_mark, locks, channel, channel_reason, approved_by, secret_hash, created_at,
            expires_at, answered_at)
          SELECT $1 || '-a-' || n, 'used', 'send_invoice', $3, $1, 'p', 's-' || n, 'd', NULL, 'h', 'h', '[]', '[]', 'cust-' || n % 50,
            'm', '[]', 'page', NULL, 'person', NULL, 1700000000000 + n, 1700000900000 + n, 1700000000500 + n
          FROM generate_series(1, $2::int) AS n`,
        given,
      );
    }
  });
}
