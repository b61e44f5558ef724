import type { Migration } from "./migration.ts";

/** What the trail says of one operation is found without reading all of it. */
export const trail: Migration = {
  format: 4,
  sql: `
CREATE INDEX audit_operation ON audit (operation_id) WHERE operation_id IS NOT NULL;
CREATE INDEX audit_approval ON audit (approval_id) WHERE approval_id IS NOT NULL;
`,
};
