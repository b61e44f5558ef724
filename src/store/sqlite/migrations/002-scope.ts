import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { canonicalJson, type Json, type JsonObject } from "../../../domain/json.ts";
import type { Connection } from "../connection.ts";
import type { Migration } from "./migration.ts";

/**
 * The API's origin in every key, locks as sets, approvals without what they showed, bank lines, small facts, and digests
 * over written lists of fields.
 *
 * Operations of format 1 get the origin '' ("any"): where they were done is unknown, and a repeat that is refused can be
 * cleared up, one that is sent cannot. Approvals of format 1 were given for one unknown origin, so none that waits or is
 * unused goes on: it expires, and the person is asked again.
 */
export const scope: Migration = {
  format: 2,
  up(connection) {
    const stated = statedDigests(connection);
    connection.exec(COLUMNS);
    const attested = operationsOf1(connection, stated);
    connection.exec("ALTER TABLE op DROP COLUMN lock");
    attested.push(...approvalsOf1(connection));
    connection.exec(AFTER);
    appendLines(connection, attested);
    connection.exec("INSERT INTO upkeep VALUES ('vacuum')");
  },
};

const COLUMNS = `
ALTER TABLE op ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE op ADD COLUMN locks TEXT NOT NULL DEFAULT '[]';
ALTER TABLE audit ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN fields_version INTEGER NOT NULL DEFAULT 1;
DROP INDEX op_lock;
DROP INDEX op_lock_latest;
DROP INDEX op_fingerprint;
CREATE UNIQUE INDEX op_fingerprint ON op(organization_id, fingerprint, origin) WHERE remembered = 1;
CREATE TABLE op_lock (
  organization_id TEXT NOT NULL,
  lock TEXT NOT NULL,
  seq INTEGER NOT NULL,
  origin TEXT NOT NULL,
  open INTEGER NOT NULL,
  PRIMARY KEY (organization_id, lock, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE approval_2 (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  act TEXT NOT NULL,
  origin TEXT NOT NULL,
  organization_id TEXT NOT NULL,
  principal TEXT NOT NULL,
  subject TEXT NOT NULL,
  digest TEXT NOT NULL,
  plan TEXT,
  shown_hash TEXT NOT NULL,
  policy_hash TEXT NOT NULL,
  channels TEXT NOT NULL,
  documents TEXT NOT NULL,
  delivered_to TEXT,
  email_mark TEXT,
  locks TEXT NOT NULL,
  channel TEXT,
  channel_reason TEXT,
  approved_by TEXT,
  secret_hash TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  answered_at INTEGER
) STRICT, WITHOUT ROWID;
`;

const AFTER = `
CREATE UNIQUE INDEX op_lock_open ON op_lock(organization_id, lock, origin) WHERE open = 1;
DROP TABLE approval;
ALTER TABLE approval_2 RENAME TO approval;
CREATE INDEX approval_waiting ON approval(organization_id, principal, subject, created_at) WHERE state IN ('pending','approved');
CREATE INDEX approval_pending ON approval(created_at) WHERE state = 'pending';
CREATE INDEX approval_declined ON approval(organization_id, principal, answered_at) WHERE state = 'declined';
CREATE INDEX approval_delivered ON approval(organization_id, delivered_to, created_at) WHERE state = 'used' AND delivered_to IS NOT NULL;
CREATE INDEX approval_kept ON approval(expires_at) WHERE plan IS NOT NULL;
CREATE TABLE approval_lock (
  organization_id TEXT NOT NULL,
  lock TEXT NOT NULL,
  approval_id TEXT NOT NULL,
  PRIMARY KEY (organization_id, lock, approval_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE bank_line (
  organization_id TEXT NOT NULL,
  origin TEXT NOT NULL,
  key TEXT NOT NULL,
  operation_id TEXT NOT NULL,
  invoice_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  shown TEXT,
  PRIMARY KEY (organization_id, origin, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX bank_line_operation ON bank_line(operation_id);
CREATE TABLE fact (
  organization_id TEXT NOT NULL,
  origin TEXT NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, origin, kind, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE upkeep (due TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
`;

interface Attested {
  readonly operation_id: string | null;
  readonly approval_id: string | null;
  readonly organization_id: string;
  readonly principal: string;
  readonly data: JsonObject;
}

const PAGE = 1000;
const auditOf1 = z.object({ seq: z.number(), operation_id: z.string().nullable(), data: z.string() });
const statedData = z.object({ digest: z.string() });

/** Per operation, the digest its last line states. */
function statedDigests(connection: Connection): ReadonlyMap<string, string> {
  const stated = new Map<string, string>();
  for (let seq = 0; ; ) {
    const page = connection.all(
      "SELECT seq, operation_id, data FROM audit WHERE seq > ? ORDER BY seq LIMIT ?",
      seq,
      PAGE,
    );
    for (const raw of page) {
      const line = auditOf1.parse(raw);
      seq = line.seq;
      const data = statedData.safeParse(parsed(line.data));
      if (line.operation_id !== null && data.success) stated.set(line.operation_id, data.data.digest);
    }
    if (page.length < PAGE) return stated;
  }
}

const text = z.string().nullable();
const operationOf1 = z.object({
  seq: z.number(),
  id: z.string(),
  organization_id: z.string(),
  principal: z.string(),
  kind: z.string(),
  fingerprint: z.string(),
  identity_hash: z.string(),
  lock: z.string(),
  subject_type: z.string(),
  subject_id: text,
  state: z.string(),
  version: z.number(),
  attempts: z.number(),
  applied: z.number(),
  quiet_at: z.number(),
  created_at: z.number(),
  updated_at: z.number(),
  result: text,
  resource_id: text,
  why: text,
  candidates: z.string(),
  approval_id: text,
  duplicate_of: text,
  note: text,
  remembered: z.number(),
  repeat_until: z.number().nullable(),
  acknowledged: z.number(),
});

/** Gives each its hashed lock and its place, and says under the new list of fields what the old digest proved. */
function operationsOf1(connection: Connection, stated: ReadonlyMap<string, string>): Attested[] {
  const attested: Attested[] = [];
  for (let after = 0; ; ) {
    const page = connection.all("SELECT * FROM op WHERE seq > ? ORDER BY seq LIMIT ?", after, PAGE);
    for (const raw of page) {
      const row = operationOf1.parse(raw);
      after = row.seq;
      const { seq, lock, remembered, applied, acknowledged, result, candidates, note, ...plain } = row;
      const facts = {
        ...plain,
        applied: applied === 1,
        acknowledged: acknowledged === 1,
        result: parsed(result),
        candidates: parsed(candidates),
        note: parsed(note),
      };
      const locks = [sha256(`lock\n${lock}`)];
      const isSame = sha256(canonicalJson({ ...facts, lock })) === stated.get(row.id);
      const now = { ...facts, origin: "", locks, remembered: remembered === 1 };
      connection.run("UPDATE op SET locks = ? WHERE seq = ?", JSON.stringify(locks), seq);
      const open = Number(["dispatching", "unknown", "ambiguous"].includes(row.state));
      connection.run("INSERT INTO op_lock VALUES (?,?,?,'',?)", row.organization_id, locks[0] ?? "", seq, open);
      attested.push({
        operation_id: row.id,
        approval_id: null,
        organization_id: row.organization_id,
        principal: row.principal,
        data: { kind: row.kind, state: row.state, digest: isSame ? `v2:${sha256(canonicalJson(now))}` : "differed" },
      });
    }
    if (page.length < PAGE) return attested;
  }
}

const approvalOf1 = z.object({
  id: z.string(),
  state: z.string(),
  act: z.string(),
  principal: z.string(),
  organization_id: z.string(),
  subject: z.string(),
  digest: z.string(),
  plan: z.string(),
  channel: text,
  channel_reason: text,
  approved_by: text,
  created_at: z.number(),
  expires_at: z.number(),
  answered_at: z.number().nullable(),
});
const planOf1 = z.object({
  view: z.object({ documents: z.array(z.object({ id: z.string() })) }),
  facts: z.record(z.string(), z.string()).optional(),
});
const useOf1 = z.object({ approval_id: z.string(), subject_id: z.string(), operation_id: z.string() });

function approvalsOf1(connection: Connection): Attested[] {
  const uses = new Map<string, string[]>();
  for (const raw of connection.all("SELECT * FROM approval_use")) {
    const use = useOf1.parse(raw);
    uses.set(use.approval_id, [...(uses.get(use.approval_id) ?? []), `${use.subject_id} ${use.operation_id}`]);
  }
  return connection.all("SELECT * FROM approval ORDER BY id").map((raw) => {
    const row = approvalOf1.parse(raw);
    const plan = planOf1.safeParse(parsed(row.plan));
    const to = plan.success && row.act === "send_invoice" ? (plan.data.facts?.["customer id"] ?? null) : null;
    const email = plan.success ? (plan.data.facts?.["customer e-mail"] ?? null) : null;
    const delivered = to === null || email === null ? null : { customer_id: to, email_mark: emailMark(email) };
    const { channel, channel_reason, plan: _plan, ...kept } = row;
    const next = {
      ...kept,
      state: row.state === "pending" || row.state === "approved" ? "expired" : row.state,
      origin: "",
      shown_hash: sha256(canonicalJson(parsed(row.plan))),
      policy_hash: "",
      channels: row.answered_at === null || channel === null ? [] : [channel],
      documents: plan.success ? plan.data.view.documents.map(({ id }) => id) : [],
      delivered,
      locks: [],
    };
    connection.run(
      `INSERT INTO approval_2 (id, state, act, origin, organization_id, principal, subject, digest, plan, shown_hash,
        policy_hash, channels, documents, delivered_to, email_mark, locks, channel, channel_reason, approved_by,
        secret_hash, created_at, expires_at, answered_at) VALUES (?,?,?,'',?,?,?,?,NULL,?,'',?,?,?,?,'[]',?,?,?,NULL,?,?,?)`,
      next.id,
      next.state,
      next.act,
      next.organization_id,
      next.principal,
      next.subject,
      next.digest,
      next.shown_hash,
      JSON.stringify(next.channels),
      JSON.stringify(next.documents),
      delivered?.customer_id ?? null,
      delivered?.email_mark ?? null,
      channel,
      channel_reason,
      next.approved_by,
      next.created_at,
      next.expires_at,
      next.answered_at,
    );
    const used = [...(uses.get(row.id) ?? [])].sort();
    const counted = { ...next, channel: row.answered_at === null ? null : channel, used };
    return {
      operation_id: null,
      approval_id: row.id,
      organization_id: row.organization_id,
      principal: row.principal,
      data: { act: row.act, state: next.state, approval_record: `v2:${sha256(canonicalJson(counted))}` },
    };
  });
}

const headOf1 = z.object({ seq: z.number(), hash: z.string() });

/** At the time of the last line: this step has no clock, and lines never go back in time. */
function appendLines(connection: Connection, attested: readonly Attested[]): void {
  const last = z.object({ at: z.number().nullable() }).parse(connection.get("SELECT max(at) AS at FROM audit"));
  const at = last.at ?? 0;
  let { seq, hash } = headOf1.parse(connection.get("SELECT seq, hash FROM audit_head"));
  for (const line of attested) {
    seq += 1;
    const content = { ...line, seq, at, event: "migrated", origin: "", fields_version: 2 };
    const next = sha256(`${hash}\n${canonicalJson(content)}`);
    connection.run(
      `INSERT INTO audit (seq, at, event, origin, organization_id, principal, operation_id, approval_id, data, fields_version,
        prev_hash, hash) VALUES (?,?,'migrated','',?,?,?,?,?,2,?,?)`,
      seq,
      at,
      line.organization_id,
      line.principal,
      line.operation_id,
      line.approval_id,
      canonicalJson(line.data),
      hash,
      next,
    );
    hash = next;
  }
  connection.run("UPDATE audit_head SET seq = ?, hash = ?", seq, hash);
}

function emailMark(address: string): string {
  const salt = randomBytes(16).toString("hex");
  return `${salt}.${sha256(`${salt}\n${address.toLowerCase()}`)}`;
}

/** What does not read as JSON is shown as damaged by `verify`; it does not keep the journal from being opened. */
function parsed(json: string | null): Json {
  try {
    return json === null ? null : JSON.parse(json);
  } catch {
    return json;
  }
}

function sha256(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}
