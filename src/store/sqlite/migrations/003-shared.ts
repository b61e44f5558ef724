import type { Migration } from "./migration.ts";

/**
 * What one process knew alone: which request an operation came from, how often an approval was answered wrongly or not at
 * all, and the bank lines that an assistant may name by their handles.
 */
export const shared: Migration = {
  format: 3,
  up: (connection) => connection.exec(SCHEMA),
};

const SCHEMA = `
ALTER TABLE op ADD COLUMN request_id TEXT;
ALTER TABLE op ADD COLUMN trace_id TEXT;
ALTER TABLE approval ADD COLUMN wrong_entries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE approval ADD COLUMN forms_sent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE approval ADD COLUMN form_unanswered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE approval ADD COLUMN card TEXT;
CREATE TABLE seen_line (
  organization_id TEXT NOT NULL,
  origin TEXT NOT NULL,
  principal TEXT NOT NULL,
  handle TEXT NOT NULL,
  content TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (organization_id, origin, principal, handle)
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_line_until ON seen_line(until);
`;
