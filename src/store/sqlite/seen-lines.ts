import type { Scope } from "../../domain/scope.ts";
import type { SeenLineRow, SeenLineTable } from "../../journal/store-port.ts";
import { seenLineRow } from "../rows.ts";
import { listed, type Session } from "./session.ts";

export class SeenLineRows implements SeenLineTable {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async find({ origin, organization_id, principal }: Scope, handles: readonly string[]) {
    return this.#session.many(
      seenLineRow,
      `SELECT * FROM seen_line WHERE organization_id = ? AND origin = ? AND principal = ?
        AND handle IN (SELECT value FROM json_each(?))`,
      organization_id,
      origin,
      principal,
      listed(handles),
    );
  }

  async all(): Promise<readonly SeenLineRow[]> {
    return this.#session.many(seenLineRow, "SELECT * FROM seen_line");
  }

  async put(lines: readonly SeenLineRow[]): Promise<void> {
    for (const { origin, organization_id, principal, handle, content, seen_at, until } of lines) {
      this.#session.run(
        `INSERT INTO seen_line (organization_id, origin, principal, handle, content, seen_at, until) VALUES (?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (organization_id, origin, principal, handle)
          DO UPDATE SET content = excluded.content, seen_at = excluded.seen_at, until = excluded.until`,
        organization_id,
        origin,
        principal,
        handle,
        JSON.stringify(content),
        seen_at,
        until,
      );
    }
  }

  async trim({ origin, organization_id, principal }: Scope, most: number): Promise<void> {
    this.#session.run(
      `DELETE FROM seen_line WHERE organization_id = ?1 AND origin = ?2 AND principal = ?3 AND (seen_at, handle) <= (
        SELECT seen_at, handle FROM seen_line WHERE organization_id = ?1 AND origin = ?2 AND principal = ?3
          ORDER BY seen_at DESC, handle DESC LIMIT 1 OFFSET ?4)`,
      organization_id,
      origin,
      principal,
      most,
    );
  }

  async removeUntil(until: number): Promise<void> {
    this.#session.run("DELETE FROM seen_line WHERE until <= ?", until);
  }
}
