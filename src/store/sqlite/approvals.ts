import { z } from "zod";
import { JournalError } from "../../errors.ts";
import type { Approval } from "../../guard/port.ts";
import type { ApprovalKey, ApprovalTable, ApprovalUse, Unreadable, UseTable } from "../../journal/store-port.ts";
import type { SqlValue } from "../rows.ts";
import { approvalColumns, approvalRow, useRow } from "../rows.ts";
import { listed, origins, type Session } from "./session.ts";

const idRow = z.object({ id: z.string() });

export const FIND_APPROVAL = {
  subject: `SELECT * FROM approval INDEXED BY approval_waiting WHERE organization_id = ? AND principal = ? AND subject = ?
    AND origin = ? AND state IN ('pending','approved') AND expires_at > ? ORDER BY created_at DESC`,
  pending: `SELECT * FROM approval INDEXED BY approval_pending WHERE state = 'pending' AND expires_at > ?
    AND coalesce(? = origin, 1) AND coalesce(? = organization_id, 1) AND coalesce(? = principal, 1) ORDER BY created_at DESC`,
  locks: `SELECT DISTINCT approval.* FROM approval_lock CROSS JOIN approval ON approval.id = approval_lock.approval_id
    WHERE approval_lock.organization_id = ? AND approval_lock.lock IN (SELECT value FROM json_each(?))
      AND approval.origin = ? AND state IN ('pending','approved') AND expires_at > ? ORDER BY approval.id`,
  declined: `SELECT * FROM approval INDEXED BY approval_declined WHERE organization_id = ? AND principal = ?
    AND state = 'declined' AND answered_at >= ? AND origin = ? ORDER BY answered_at`,
  delivered: `SELECT * FROM approval INDEXED BY approval_delivered WHERE organization_id = ? AND delivered_to = ?
    AND delivered_to IS NOT NULL AND state = 'used' AND origin IN (?, ?) ORDER BY created_at DESC LIMIT 1`,
  kept: "SELECT * FROM approval INDEXED BY approval_kept WHERE plan IS NOT NULL AND expires_at <= ? ORDER BY id",
} as const;

export class Approvals implements ApprovalTable {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async get(id: string): Promise<Approval | null> {
    return this.#session.one(approvalRow, "SELECT * FROM approval WHERE id = ?", id);
  }

  async find(key: ApprovalKey): Promise<readonly Approval[]> {
    return this.#session.many(approvalRow, FIND_APPROVAL[key.by], ...valuesOf(key));
  }

  async page(after: string, limit: number): Promise<readonly (Approval | Unreadable<string>)[]> {
    return this.#session.raw("SELECT * FROM approval WHERE id > ? ORDER BY id LIMIT ?", after, limit).map((raw) => {
      const row = approvalRow.safeParse(raw);
      return row.success ? row.data : { unreadable: idRow.parse(raw).id };
    });
  }

  async insert(approval: Approval): Promise<void> {
    this.#session.insert("approval", approvalColumns(approval));
    this.#index(approval);
  }

  async update(approval: Approval): Promise<void> {
    const { id: _id, ...columns } = approvalColumns(approval);
    const names = Object.keys(columns);
    const changes = this.#session.run(
      `UPDATE approval SET ${names.map((name) => `${name} = ?`).join(", ")} WHERE id = ?`,
      ...Object.values(columns),
      approval.id,
    );
    if (changes !== 1) throw new JournalError(`Approval ${approval.id} is gone.`);
    this.#index(approval);
  }

  /** Locks are found only while something can come of the approval. */
  #index({ id, organization_id, locks, state }: Approval): void {
    const waits = state === "pending" || state === "approved";
    for (const lock of locks) {
      const sql = waits
        ? "INSERT OR IGNORE INTO approval_lock (organization_id, lock, approval_id) VALUES (?, ?, ?)"
        : "DELETE FROM approval_lock WHERE organization_id = ? AND lock = ? AND approval_id = ?";
      this.#session.run(sql, organization_id, lock, id);
    }
  }
}

function valuesOf(key: ApprovalKey): readonly SqlValue[] {
  switch (key.by) {
    case "subject":
      return [key.scope.organization_id, key.scope.principal, key.subject, key.scope.origin, key.now];
    case "pending":
      return [key.now, key.scope.origin ?? null, key.scope.organization_id ?? null, key.scope.principal ?? null];
    case "locks":
      return [key.place.organization_id, listed(key.locks), key.place.origin, key.now];
    case "declined":
      return [key.scope.organization_id, key.scope.principal, key.since, key.scope.origin];
    case "delivered":
      return [key.place.organization_id, key.customer_id, ...origins(key.place)];
    case "kept":
      return [key.expired_by];
  }
}

export class Uses implements UseTable {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async of(approvalId: string): Promise<readonly ApprovalUse[]> {
    return this.#session.many(useRow, "SELECT * FROM approval_use WHERE approval_id = ?", approvalId);
  }

  async insert(use: ApprovalUse): Promise<void> {
    this.#session.insert("approval_use", { ...use });
  }

  async remove(approvalId: string, subjectId: string): Promise<void> {
    this.#session.run("DELETE FROM approval_use WHERE approval_id = ? AND subject_id = ?", approvalId, subjectId);
  }
}
