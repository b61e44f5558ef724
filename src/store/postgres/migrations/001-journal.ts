import type { Migration } from "./migration.ts";

const SCOPE = ["op", "op_lock", "approval", "approval_lock", "approval_use", "bank_line"];

/**
 * The journal as SQLite's format 2 has it, with an audit trail per organization and walls around each. JSON is text, kept as
 * it was written: digests are made over it.
 */
export const journal: Migration = {
  format: 1,
  sql: `
CREATE TABLE op (
  seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  id text PRIMARY KEY,
  origin text NOT NULL,
  organization_id text NOT NULL CHECK (organization_id <> ''),
  principal text NOT NULL,
  kind text NOT NULL,
  fingerprint text NOT NULL,
  identity_hash text NOT NULL,
  locks text NOT NULL,
  subject_type text NOT NULL,
  subject_id text,
  args text NOT NULL,
  before text,
  state text NOT NULL,
  version integer NOT NULL,
  attempts integer NOT NULL,
  applied boolean NOT NULL,
  quiet_at bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  owner text NOT NULL,
  lease_until bigint NOT NULL,
  result text,
  resource_id text,
  why text,
  candidates text NOT NULL,
  approval_id text,
  duplicate_of text,
  note text,
  remembered boolean NOT NULL,
  repeat_until bigint,
  acknowledged boolean NOT NULL
);
CREATE UNIQUE INDEX op_fingerprint ON op (organization_id, fingerprint, origin) WHERE remembered;
CREATE INDEX op_open ON op (organization_id, seq) WHERE state IN ('dispatching','unknown','ambiguous');
CREATE INDEX op_lease ON op (lease_until) WHERE state IN ('dispatching','unknown','ambiguous');
CREATE INDEX op_mismatch ON op (organization_id, subject_id) WHERE state = 'mismatch' AND NOT acknowledged;
CREATE INDEX op_created ON op (organization_id, created_at);
CREATE INDEX op_subject ON op (organization_id, subject_id, seq);
CREATE INDEX op_list ON op (organization_id, seq);
CREATE INDEX op_place ON op (organization_id, origin);
CREATE INDEX op_resource ON op (organization_id, kind, resource_id) WHERE resource_id IS NOT NULL;

CREATE TABLE op_lock (
  organization_id text NOT NULL,
  lock text NOT NULL,
  seq bigint NOT NULL,
  origin text NOT NULL,
  open boolean NOT NULL,
  PRIMARY KEY (organization_id, lock, seq)
);
CREATE UNIQUE INDEX op_lock_open ON op_lock (organization_id, lock, origin) WHERE open;

CREATE TABLE approval (
  id text PRIMARY KEY,
  state text NOT NULL,
  act text NOT NULL,
  origin text NOT NULL,
  organization_id text NOT NULL CHECK (organization_id <> ''),
  principal text NOT NULL,
  subject text NOT NULL,
  digest text NOT NULL,
  plan text,
  shown_hash text NOT NULL,
  policy_hash text NOT NULL,
  channels text NOT NULL,
  documents text NOT NULL,
  delivered_to text,
  email_mark text,
  locks text NOT NULL,
  channel text,
  channel_reason text,
  approved_by text,
  secret_hash text,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  answered_at bigint
);
CREATE INDEX approval_waiting ON approval (organization_id, principal, subject, created_at) WHERE state IN ('pending','approved');
CREATE INDEX approval_pending ON approval (expires_at) WHERE state = 'pending';
CREATE INDEX approval_declined ON approval (organization_id, principal, answered_at) WHERE state = 'declined';
CREATE INDEX approval_delivered ON approval (organization_id, delivered_to, created_at)
  WHERE state = 'used' AND delivered_to IS NOT NULL;
CREATE INDEX approval_kept ON approval (expires_at) WHERE plan IS NOT NULL;
CREATE TABLE approval_lock (
  organization_id text NOT NULL,
  origin text NOT NULL,
  lock text NOT NULL,
  approval_id text NOT NULL,
  PRIMARY KEY (organization_id, lock, approval_id)
);
CREATE TABLE approval_use (
  approval_id text NOT NULL,
  subject_id text NOT NULL,
  operation_id text NOT NULL,
  organization_id text NOT NULL,
  origin text NOT NULL,
  PRIMARY KEY (approval_id, subject_id)
);

CREATE TABLE bank_line (
  organization_id text NOT NULL CHECK (organization_id <> ''),
  origin text NOT NULL,
  key text NOT NULL,
  operation_id text NOT NULL,
  invoice_id text NOT NULL,
  at bigint NOT NULL,
  shown text,
  PRIMARY KEY (organization_id, origin, key)
);
CREATE INDEX bank_line_operation ON bank_line (operation_id);

CREATE TABLE fact (
  -- Empty for what is so at the address of the API, whoever asks: which routes it has.
  organization_id text NOT NULL,
  origin text NOT NULL,
  kind text NOT NULL,
  key text NOT NULL,
  value text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (organization_id, origin, kind, key)
);

CREATE TABLE audit (
  seq bigint NOT NULL,
  at bigint NOT NULL,
  event text NOT NULL,
  origin text NOT NULL,
  organization_id text NOT NULL CHECK (organization_id <> ''),
  principal text NOT NULL,
  operation_id text,
  approval_id text,
  data text NOT NULL,
  fields_version integer NOT NULL,
  prev_hash text NOT NULL,
  hash text NOT NULL,
  PRIMARY KEY (organization_id, seq)
);
CREATE TABLE audit_head (
  organization_id text PRIMARY KEY,
  seq bigint NOT NULL,
  hash text NOT NULL
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION '% on % is not done', TG_OP, TG_TABLE_NAME; END $$;
CREATE TRIGGER op_final BEFORE UPDATE ON op FOR EACH ROW
  WHEN (OLD.state IN ('done','not_done','mismatch') AND (NEW.state IS DISTINCT FROM OLD.state OR NEW.result IS DISTINCT FROM OLD.result))
  EXECUTE FUNCTION refuse_change();
CREATE TRIGGER op_keep BEFORE DELETE OR TRUNCATE ON op EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON audit EXECUTE FUNCTION refuse_change();

${SCOPE.map(
  (table) => `
ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON ${table}
  USING (organization_id = current_setting('invoicing.organization', true)
    AND origin IN (current_setting('invoicing.origin', true), ''))
  WITH CHECK (organization_id = current_setting('invoicing.organization', true)
    AND origin IN (current_setting('invoicing.origin', true), ''));`,
).join("")}
ALTER TABLE fact ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON fact
  USING (organization_id IN (current_setting('invoicing.organization', true), '')
    AND origin = current_setting('invoicing.origin', true) AND origin <> '');
${["audit", "audit_head"]
  .map(
    (table) => `
ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON ${table}
  USING (organization_id = current_setting('invoicing.organization', true))
  WITH CHECK (organization_id = current_setting('invoicing.organization', true));`,
  )
  .join("")}
${Array.from({ length: 32 }, (_, turn) => `CREATE TABLE turn_${String(turn).padStart(2, "0")} ();`).join("\n")}
`,
};
