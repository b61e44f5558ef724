import type { Scope } from "../../domain/scope.ts";
import type { SeenLineRow, SeenLineTable } from "../../journal/store-port.ts";
import { seenLineRow } from "../rows.ts";
import type { Session } from "./session.ts";

export const SEEN_LINES = {
  find: "SELECT * FROM seen_line WHERE organization_id = $1 AND origin = $2 AND principal = $3 AND handle = ANY($4)",
  trim: `DELETE FROM seen_line WHERE organization_id = $1 AND origin = $2 AND principal = $3 AND (seen_at, handle) <= (
      SELECT seen_at, handle FROM seen_line WHERE organization_id = $1 AND origin = $2 AND principal = $3
        ORDER BY seen_at DESC, handle DESC OFFSET $4 LIMIT 1)`,
  expired: "DELETE FROM seen_line WHERE until <= $1",
} as const;

export class SeenLineRows implements SeenLineTable {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  find({ origin, organization_id, principal }: Scope, handles: readonly string[]) {
    return this.#session.many(seenLineRow, SEEN_LINES.find, organization_id, origin, principal, handles);
  }

  all(): Promise<readonly SeenLineRow[]> {
    return this.#session.many(seenLineRow, "SELECT * FROM seen_line");
  }

  /** However many, in one statement. */
  async put(lines: readonly SeenLineRow[]): Promise<void> {
    if (lines.length === 0) return;
    const column = (value: (line: SeenLineRow) => string) => lines.map(value);
    await this.#session.run(
      `INSERT INTO seen_line (organization_id, origin, principal, handle, content, seen_at, until)
        SELECT DISTINCT ON (organization_id, origin, principal, handle) organization_id, origin, principal, handle, content,
            seen_at::bigint, until::bigint
          FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
            WITH ORDINALITY AS line (organization_id, origin, principal, handle, content, seen_at, until, nth)
          ORDER BY organization_id, origin, principal, handle, nth DESC
        ON CONFLICT (organization_id, origin, principal, handle)
        DO UPDATE SET content = excluded.content, seen_at = excluded.seen_at, until = excluded.until`,
      column((line) => line.organization_id),
      column((line) => line.origin),
      column((line) => line.principal),
      column((line) => line.handle),
      column((line) => JSON.stringify(line.content)),
      column((line) => String(line.seen_at)),
      column((line) => String(line.until)),
    );
  }

  async trim({ origin, organization_id, principal }: Scope, most: number): Promise<void> {
    await this.#session.run(SEEN_LINES.trim, organization_id, origin, principal, most);
  }

  async removeUntil(until: number): Promise<void> {
    await this.#session.run(SEEN_LINES.expired, until);
  }
}
