import { z } from "zod";
import { JournalError } from "../../errors.ts";
import type { Approval } from "../../guard/port.ts";
import type { ApprovalKey, ApprovalTable, ApprovalUse, Unreadable, UseTable } from "../../journal/store-port.ts";
import { approvalColumns, approvalRow, type SqlValue, useRow } from "../rows.ts";
import { origins, type Session } from "./session.ts";

const idRow = z.object({ id: z.string() });

export const FIND_APPROVAL = {
  subject: `SELECT * FROM approval WHERE organization_id = $1 AND principal = $2 AND subject = $3 AND origin = $4
      AND state IN ('pending','approved') AND expires_at > $5 ORDER BY created_at DESC, id`,
  pending: `SELECT * FROM approval WHERE state = 'pending' AND expires_at > $1 AND ($2::text IS NULL OR origin = $2)
      AND ($3::text IS NULL OR organization_id = $3) AND ($4::text IS NULL OR principal = $4) ORDER BY created_at DESC, id`,
  locks: `SELECT * FROM approval WHERE id IN (SELECT approval_id FROM approval_lock
      WHERE organization_id = $1 AND lock = ANY($2)) AND origin = $3 AND state IN ('pending','approved') AND expires_at > $4
      ORDER BY id`,
  declined: `SELECT * FROM approval WHERE organization_id = $1 AND principal = $2 AND state = 'declined'
      AND answered_at >= $3 AND origin = $4 ORDER BY answered_at, id`,
  delivered: `SELECT * FROM approval WHERE organization_id = $1 AND delivered_to = $2 AND delivered_to IS NOT NULL
      AND state = 'used' AND origin = ANY($3) ORDER BY created_at DESC LIMIT 1`,
  kept: "SELECT * FROM approval WHERE plan IS NOT NULL AND expires_at <= $1 ORDER BY id",
} as const;

export class Approvals implements ApprovalTable {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  get(id: string): Promise<Approval | null> {
    return this.#session.one(approvalRow, "SELECT * FROM approval WHERE id = $1", id);
  }

  find(key: ApprovalKey): Promise<readonly Approval[]> {
    return this.#session.many(approvalRow, FIND_APPROVAL[key.by], ...valuesOf(key));
  }

  async page(after: string, limit: number): Promise<readonly (Approval | Unreadable<string>)[]> {
    const page = await this.#session.raw("SELECT * FROM approval WHERE id > $1 ORDER BY id LIMIT $2", after, limit);
    return page.map((raw) => {
      const row = approvalRow.safeParse(raw);
      return row.success ? row.data : { unreadable: idRow.parse(raw).id };
    });
  }

  async insert(approval: Approval): Promise<void> {
    await this.#session.insert("approval", approvalColumns(approval));
    await this.#index(approval);
  }

  async update(approval: Approval): Promise<void> {
    const { id: _id, ...columns } = approvalColumns(approval);
    const set = Object.keys(columns).map((name, at) => `${name} = $${at + 2}`);
    const changes = await this.#session.run(
      `UPDATE approval SET ${set.join(", ")} WHERE id = $1`,
      approval.id,
      ...Object.values(columns),
    );
    if (changes !== 1) throw new JournalError(`Approval ${approval.id} is gone.`);
    await this.#index(approval);
  }

  /** Locks are found only while something can come of the approval. */
  async #index({ id, origin, organization_id, locks, state }: Approval): Promise<void> {
    if (locks.length === 0) return;
    if (state === "pending" || state === "approved") {
      await this.#session.run(
        `INSERT INTO approval_lock (organization_id, origin, lock, approval_id)
          SELECT $1, $2, unnest($3::text[]), $4 ON CONFLICT DO NOTHING`,
        organization_id,
        origin,
        locks,
        id,
      );
    } else {
      await this.#session.run(
        "DELETE FROM approval_lock WHERE organization_id = $1 AND lock = ANY($2) AND approval_id = $3",
        organization_id,
        locks,
        id,
      );
    }
  }
}

function valuesOf(key: ApprovalKey): readonly (SqlValue | readonly string[])[] {
  switch (key.by) {
    case "subject":
      return [key.scope.organization_id, key.scope.principal, key.subject, key.scope.origin, key.now];
    case "pending":
      return [key.now, key.scope.origin ?? null, key.scope.organization_id ?? null, key.scope.principal ?? null];
    case "locks":
      return [key.place.organization_id, key.locks, key.place.origin, key.now];
    case "declined":
      return [key.scope.organization_id, key.scope.principal, key.since, key.scope.origin];
    case "delivered":
      return [key.place.organization_id, key.customer_id, origins(key.place)];
    case "kept":
      return [key.expired_by];
  }
}

export class Uses implements UseTable {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  of(approvalId: string): Promise<readonly ApprovalUse[]> {
    return this.#session.many(useRow, "SELECT * FROM approval_use WHERE approval_id = $1", approvalId);
  }

  async insert({ approval_id, subject_id, operation_id }: ApprovalUse): Promise<void> {
    const changes = await this.#session.run(
      `INSERT INTO approval_use (approval_id, subject_id, operation_id, organization_id, origin)
        SELECT id, $2, $3, organization_id, origin FROM approval WHERE id = $1`,
      approval_id,
      subject_id,
      operation_id,
    );
    if (changes !== 1) throw new JournalError(`Approval ${approval_id} is gone.`);
  }

  async remove(approvalId: string, subjectId: string): Promise<void> {
    await this.#session.run(
      "DELETE FROM approval_use WHERE approval_id = $1 AND subject_id = $2",
      approvalId,
      subjectId,
    );
  }
}
