import type { Migration } from "./migration.ts";

/**
 * What one process knew alone: which request an operation came from, how often an approval was answered wrongly or not at
 * all, and the bank lines that an assistant may name by their handles.
 */
export const shared: Migration = {
  format: 3,
  sql: `
ALTER TABLE op ADD COLUMN request_id text, ADD COLUMN trace_id text;
-- For whoever runs the server: from a line of the log to what became of it.
CREATE INDEX op_request ON op (request_id) WHERE request_id IS NOT NULL;

-- An index that fits a question only by chance is taken where statistics are missing or mislead: the position alone is read
-- backwards through all organizations for the newest of one, the place alone through all of one for anything.
ALTER TABLE op DROP CONSTRAINT op_seq_key;
DROP INDEX op_list, op_place;
CREATE UNIQUE INDEX op_list ON op (organization_id, seq);
CREATE INDEX op_place ON op (organization_id, origin) WHERE version > 0;

ALTER TABLE approval
  ADD COLUMN wrong_entries integer NOT NULL DEFAULT 0,
  ADD COLUMN forms_sent integer NOT NULL DEFAULT 0,
  ADD COLUMN form_unanswered boolean NOT NULL DEFAULT false,
  ADD COLUMN card text CHECK (card IN ('sent','stands'));

CREATE TABLE seen_line (
  organization_id text NOT NULL CHECK (organization_id <> ''),
  origin text NOT NULL,
  principal text NOT NULL,
  handle text NOT NULL,
  content text NOT NULL,
  seen_at bigint NOT NULL,
  until bigint NOT NULL,
  PRIMARY KEY (organization_id, origin, principal, handle)
);
CREATE INDEX seen_line_until ON seen_line (until);
CREATE INDEX seen_line_place_until ON seen_line (organization_id, until);
ALTER TABLE seen_line ENABLE ROW LEVEL SECURITY;
CREATE POLICY wall ON seen_line
  USING (organization_id = current_setting('invoicing.organization', true)
    AND origin = current_setting('invoicing.origin', true))
  WITH CHECK (organization_id = current_setting('invoicing.organization', true)
    AND origin = current_setting('invoicing.origin', true));

-- Names and texts leave when their time is over, also where nobody works any more: lines at once, what approvals showed by the
-- journal of the place, which is all that is named.
CREATE FUNCTION forget_texts(at bigint) RETURNS TABLE (origin text, organization_id text)
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DELETE FROM seen_line WHERE until <= at;
    SELECT DISTINCT approval.origin, approval.organization_id FROM approval
      WHERE plan IS NOT NULL AND expires_at <= at AND state <> 'used' $$;
REVOKE ALL ON FUNCTION forget_texts FROM PUBLIC;
`,
};
