import type { Migration } from "./migration.ts";

/** What the hosted server keeps besides the journal: credentials (encrypted), what each organization allows, shared budgets. */
export const hosted: Migration = {
  format: 2,
  sql: `
CREATE TABLE credential (
  origin text NOT NULL,
  organization_id text NOT NULL CHECK (organization_id <> ''),
  principal text NOT NULL CHECK (principal <> ''),
  key_id text NOT NULL,
  sealed bytea NOT NULL,
  state text NOT NULL CHECK (state IN ('alive','dead')),
  why text,
  version integer NOT NULL,
  renewable boolean NOT NULL,
  expires_at bigint,
  updated_at bigint NOT NULL,
  PRIMARY KEY (principal, organization_id, origin)
);
CREATE INDEX credential_key ON credential (key_id);
ALTER TABLE credential ENABLE ROW LEVEL SECURITY;
-- A principal's own: of one organization, or of all where none is named.
CREATE POLICY wall ON credential
  USING (principal = current_setting('invoicing.principal', true)
    AND current_setting('invoicing.organization', true) IN (organization_id, '')
    AND current_setting('invoicing.origin', true) IN (origin, ''));

CREATE TABLE organization (
  origin text NOT NULL,
  organization_id text NOT NULL CHECK (organization_id <> ''),
  mode text NOT NULL CHECK (mode IN ('read-only','draft-only','full')),
  updated_at bigint NOT NULL,
  PRIMARY KEY (organization_id, origin)
);
ALTER TABLE organization ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON organization
  USING (origin = current_setting('invoicing.origin', true)
    AND (organization_id = current_setting('invoicing.organization', true)
      OR EXISTS (SELECT FROM credential AS mine
        WHERE mine.organization_id = organization.organization_id AND mine.origin = organization.origin)))
  WITH CHECK (origin = current_setting('invoicing.origin', true)
    AND organization_id = current_setting('invoicing.organization', true));

-- Journals that were taken over: by the hash of their last line. The owner's alone.
CREATE TABLE taken_over (head text PRIMARY KEY, operations bigint NOT NULL, at timestamptz NOT NULL DEFAULT now());

-- Places in the API's limits. Keyed by a hash of the credential, which says nothing about whose it is.
CREATE TABLE budget_lease (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  credential text NOT NULL,
  kind text NOT NULL,
  slots integer NOT NULL,
  free_at bigint NOT NULL
);
CREATE INDEX budget_lease_credential ON budget_lease (credential, kind);
CREATE TABLE budget_block (
  credential text PRIMARY KEY,
  until bigint NOT NULL
);

-- By the database's clock, so that those of the instances need not agree. Losing a moment of it in a crash is no harm.
CREATE FUNCTION now_ms() RETURNS bigint LANGUAGE sql VOLATILE SET search_path FROM CURRENT AS $$
  SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;
CREATE FUNCTION take_slots(of_credential text, of_kind text, most integer, window_ms bigint, wanted integer, hold_ms bigint,
    settled bigint[], used integer[], ago_ms bigint[],
    OUT lease bigint, OUT granted integer, OUT remaining integer, OUT wait_ms bigint)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
  DECLARE
    at bigint;
    taken integer;
    blocked bigint;
    first_free bigint;
  BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_advisory_xact_lock(hashtextextended('invoicing-mcp budget ' || of_kind || ' ' || of_credential, 0));
    at := now_ms();
    UPDATE budget_lease SET slots = given.used, free_at = at - given.ago + window_ms
      FROM unnest(settled, used, ago_ms) AS given (id, used, ago)
      WHERE budget_lease.id = given.id AND credential = of_credential AND kind = of_kind;
    DELETE FROM budget_lease WHERE credential = of_credential AND kind = of_kind AND (free_at <= at OR slots = 0);
    SELECT coalesce(sum(slots), 0), min(free_at) INTO taken, first_free
      FROM budget_lease WHERE credential = of_credential AND kind = of_kind;
    SELECT until - at INTO blocked FROM budget_block WHERE credential = of_credential AND until > at;
    granted := CASE WHEN blocked IS NULL THEN greatest(0, least(wanted, most - taken)) ELSE 0 END;
    remaining := most - taken - granted;
    wait_ms := CASE WHEN granted > 0 THEN 0 ELSE greatest(coalesce(blocked, 0), CASE WHEN taken >= most THEN first_free - at ELSE 0 END, 1) END;
    IF granted > 0 THEN
      INSERT INTO budget_lease (credential, kind, slots, free_at)
        VALUES (of_credential, of_kind, granted, at + hold_ms + window_ms) RETURNING id INTO lease;
    END IF;
  END $$;
CREATE FUNCTION block_slots(of_credential text, for_ms bigint) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    INSERT INTO budget_block VALUES (of_credential, now_ms() + for_ms)
      ON CONFLICT (credential) DO UPDATE SET until = greatest(budget_block.until, excluded.until) $$;
REVOKE ALL ON FUNCTION take_slots, block_slots FROM PUBLIC;

-- Where something is open whose owner's time is over: the one question that reaches across organizations. It names no more.
CREATE FUNCTION abandoned(at bigint) RETURNS TABLE (origin text, organization_id text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT DISTINCT op.origin, op.organization_id FROM op
      WHERE op.lease_until <= at AND op.state IN ('dispatching','unknown','ambiguous') $$;
REVOKE ALL ON FUNCTION abandoned FROM PUBLIC;
`,
};
