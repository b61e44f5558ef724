import type { Migration } from "./migration.ts";

/** Operations, approvals and the audit trail. What is written here never changes: journals of format 1 exist. */
export const journal: Migration = {
  format: 1,
  up: (connection) => connection.exec(SCHEMA),
};

const SCHEMA = `
CREATE TABLE op (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organization_id TEXT NOT NULL,
  principal TEXT NOT NULL,
  kind TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  identity_hash TEXT NOT NULL,
  lock TEXT NOT NULL,
  subject_type TEXT NOT NULL,
  subject_id TEXT,
  args TEXT NOT NULL,
  before TEXT,
  state TEXT NOT NULL,
  version INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  applied INTEGER NOT NULL,
  quiet_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  owner TEXT NOT NULL,
  lease_until INTEGER NOT NULL,
  result TEXT,
  resource_id TEXT,
  why TEXT,
  candidates TEXT NOT NULL,
  approval_id TEXT,
  duplicate_of TEXT,
  note TEXT,
  remembered INTEGER NOT NULL,
  repeat_until INTEGER,
  acknowledged INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX op_fingerprint ON op(organization_id, fingerprint) WHERE remembered = 1;
CREATE UNIQUE INDEX op_lock ON op(organization_id, lock) WHERE state IN ('dispatching','unknown','ambiguous');
CREATE INDEX op_open ON op(organization_id, seq) WHERE state IN ('dispatching','unknown','ambiguous');
CREATE INDEX op_mismatch ON op(organization_id, subject_id) WHERE state = 'mismatch' AND acknowledged = 0;
CREATE INDEX op_lock_latest ON op(organization_id, lock, seq);
CREATE INDEX op_created ON op(organization_id, created_at);
CREATE INDEX op_subject ON op(organization_id, subject_id, created_at);
CREATE INDEX op_resource ON op(organization_id, kind, resource_id) WHERE resource_id IS NOT NULL;
CREATE TRIGGER op_final BEFORE UPDATE OF state, result ON op
  WHEN OLD.state IN ('done','not_done','mismatch') AND (NEW.state IS NOT OLD.state OR NEW.result IS NOT OLD.result)
  BEGIN SELECT RAISE(ABORT, 'a final operation does not change'); END;
CREATE TRIGGER op_keep BEFORE DELETE ON op
  BEGIN SELECT RAISE(ABORT, 'operations are not deleted'); END;

CREATE TABLE approval (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  act TEXT NOT NULL,
  principal TEXT NOT NULL,
  organization_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  digest TEXT NOT NULL,
  plan TEXT NOT NULL,
  channel TEXT,
  channel_reason TEXT,
  approved_by TEXT,
  secret_hash TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  answered_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX approval_waiting ON approval(organization_id, principal, subject, created_at) WHERE state IN ('pending','approved');
CREATE INDEX approval_declined ON approval(organization_id, principal, answered_at) WHERE state = 'declined';
CREATE INDEX approval_used ON approval(organization_id, act, created_at) WHERE state = 'used';
CREATE TABLE approval_use (
  approval_id TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  operation_id TEXT NOT NULL,
  PRIMARY KEY (approval_id, subject_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  organization_id TEXT NOT NULL,
  principal TEXT NOT NULL,
  operation_id TEXT,
  approval_id TEXT,
  data TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_keep BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_fixed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TABLE audit_head (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL
) STRICT;
INSERT INTO audit_head VALUES (1, 0, '');
`;
