import { z } from "zod";
import type { JsonObject } from "../domain/json.ts";
import { decimal } from "../domain/money.ts";
import type { Sent } from "../domain/send-limits.ts";
import { ACTS, type Act, type Approval, type ApprovalStore } from "../guard/port.ts";
import { appendAudit } from "./audit.ts";
import { jsonObjectText } from "./operation-row.ts";
import type { AuditEvent } from "./port.ts";
import type { Connection, SqlValue } from "./sqlite.ts";

/** How long a batch may go on with its approval after the first of its acts. */
const BATCH_MS = 15 * 60_000;

const approvalRow = z.object({
  id: z.string(),
  state: z.enum(["pending", "approved", "declined", "expired", "used"]),
  act: z.enum(ACTS),
  principal: z.string(),
  organization_id: z.string(),
  subject: z.string(),
  digest: z.string(),
  plan: jsonObjectText,
  channel: z.enum(["form", "card", "page", "terminal", "token", "policy"]).nullable(),
  channel_reason: z.string().nullable(),
  approved_by: z.enum(["person", "model", "policy"]).nullable(),
  secret_hash: z.string().nullable(),
  created_at: z.number(),
  expires_at: z.number(),
  answered_at: z.number().nullable(),
});

/** Who wants to use an approval, and for what. */
export interface ApprovalUse {
  readonly id: string;
  readonly organization_id: string;
  readonly principal: string;
  readonly kind: string;
  readonly subject_id: string | null;
  readonly now: number;
}

/**
 * Uses up an approval inside the caller's transaction. Returns why it cannot be used, or `null` when it was consumed.
 * A batch (`settle_payments`) is used once per document it shows.
 */
export function consumeApproval(
  connection: Connection,
  wanted: { readonly id: string; readonly digest: string; readonly subject: string },
  use: ApprovalUse,
): string | null {
  const raw = connection.get("SELECT * FROM approval WHERE id = ?", wanted.id);
  if (raw === undefined) return "There is no such approval.";
  const approval: Approval = approvalRow.parse(raw);
  const batch = approval.act === "settle_payments" && use.kind === "mark_paid";
  if (approval.principal !== use.principal || approval.organization_id !== use.organization_id) {
    return "The approval was given to somebody else.";
  }
  if (!batch && (approval.act !== use.kind || approval.subject !== wanted.subject)) {
    return "The approval is for something else.";
  }
  if (approval.digest !== wanted.digest) return "The approval is for other content.";
  if (approval.state === "used" && !batch) return "The approval was used before.";
  if (approval.state !== "approved" && approval.state !== "used") return `The approval is ${approval.state}.`;
  if (approval.expires_at + (approval.state === "used" ? BATCH_MS : 0) <= use.now) return "The approval has expired.";
  if (batch) {
    if (!shows(approval, use.subject_id)) {
      return "The approval does not show this document.";
    }
    const first = connection.run(
      "INSERT OR IGNORE INTO approval_use VALUES (?,?,?)",
      approval.id,
      use.subject_id,
      use.id,
    );
    if (first === 0) return "The approval was used for this document before.";
  }
  connection.run("UPDATE approval SET state = 'used' WHERE id = ?", approval.id);
  return null;
}

/** The part of a stored plan (`guard/snapshot.ts`) that names the documents the person saw. */
const shownDocuments = z.object({ view: z.object({ documents: z.array(z.object({ id: z.string() })) }) });

function shows(approval: Approval, subjectId: string | null): boolean {
  const plan = shownDocuments.safeParse(approval.plan);
  return plan.success && plan.data.view.documents.some(({ id }) => id === subjectId);
}

/** Gives an approval back after an attempt that provably never left this machine. */
export function rearmApproval(connection: Connection, id: string, subjectId: string | null, now: number): void {
  connection.run("DELETE FROM approval_use WHERE approval_id = ? AND subject_id = ?", id, subjectId);
  connection.run("UPDATE approval SET state = 'approved' WHERE id = ? AND state = 'used' AND expires_at > ?", id, now);
}

const spentRows = z.array(z.object({ currency: z.string().nullable(), amount: z.string().nullable() }));

/** Open operations count as spent, because they may have left; a document that credits counts with its amount. */
export function spentSince(connection: Connection, organizationId: string, kind: string, since: number): Sent {
  const rows = spentRows.parse(
    connection.all(
      `SELECT json_extract(note, '$.currency') AS currency, json_extract(note, '$.amount') AS amount FROM op INDEXED BY op_created
        WHERE organization_id = ? AND created_at >= ? AND kind = ? AND state <> 'not_done'`,
      organizationId,
      since,
      kind,
    ),
  );
  const spent = new Map<string | null, { count: number; gross: ReturnType<typeof decimal> }>();
  for (const { currency, amount } of rows) {
    const so_far = spent.get(currency) ?? { count: 0, gross: decimal(0) };
    spent.set(currency, { count: so_far.count + 1, gross: so_far.gross.plus(decimal(amount ?? "0").abs()) });
  }
  return [...spent].map(([currency, { count, gross }]) => ({ currency, count, gross: gross.toFixed() }));
}

export class SqliteApprovals implements ApprovalStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async create(approval: Approval): Promise<void> {
    this.#connection.transaction(() => {
      this.#connection.run(
        `INSERT INTO approval (id, state, act, principal, organization_id, subject, digest, plan, channel, channel_reason,
          approved_by, secret_hash, created_at, expires_at, answered_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
        approval.id,
        approval.state,
        approval.act,
        approval.principal,
        approval.organization_id,
        approval.subject,
        approval.digest,
        JSON.stringify(approval.plan),
        approval.channel,
        approval.channel_reason,
        approval.approved_by,
        approval.secret_hash,
        approval.created_at,
        approval.expires_at,
        approval.answered_at,
      );
      this.#audit(approval, "approval_asked", approval.created_at, {});
    });
  }

  async get(id: string): Promise<Approval | null> {
    return this.#get(id);
  }

  async findOpen(key: {
    readonly principal: string;
    readonly organization_id: string;
    readonly subject: string;
    readonly now: number;
  }): Promise<readonly Approval[]> {
    return this.#many(
      `SELECT * FROM approval WHERE organization_id = ? AND principal = ? AND subject = ?
        AND state IN ('pending','approved') AND expires_at > ? ORDER BY created_at DESC`,
      key.organization_id,
      key.principal,
      key.subject,
      key.now,
    );
  }

  async pending(now: number): Promise<readonly Approval[]> {
    return this.#many(
      "SELECT * FROM approval WHERE state = 'pending' AND expires_at > ? ORDER BY created_at DESC",
      now,
    );
  }

  async answer(id: string, answer: Parameters<ApprovalStore["answer"]>[1]): Promise<boolean> {
    return this.#connection.transaction(() => {
      const changes = this.#connection.run(
        `UPDATE approval SET state = ?, channel = ?, approved_by = ?, answered_at = ?
          WHERE id = ? AND state = 'pending' AND expires_at > ?`,
        answer.state,
        answer.channel,
        answer.approved_by,
        answer.now,
        id,
        answer.now,
      );
      const approval = changes === 1 ? this.#get(id) : null;
      if (approval === null) return false;
      this.#audit(approval, "approval_answered", answer.now, {
        answer: answer.state,
        channel: answer.channel,
        by: answer.approved_by,
        after_ms: answer.now - approval.created_at,
      });
      return true;
    });
  }

  async offer(id: string, offer: Parameters<ApprovalStore["offer"]>[1]): Promise<void> {
    this.#connection.run(
      "UPDATE approval SET channel = ?, channel_reason = ?, secret_hash = coalesce(?, secret_hash) WHERE id = ? AND state = 'pending'",
      offer.channel,
      offer.reason,
      offer.secret_hash ?? null,
      id,
    );
  }

  async expire(id: string, now: number): Promise<void> {
    this.#connection.transaction(() => {
      const changes = this.#connection.run(
        "UPDATE approval SET state = 'expired' WHERE id = ? AND state IN ('pending','approved')",
        id,
      );
      const approval = changes === 1 ? this.#get(id) : null;
      if (approval !== null) this.#audit(approval, "approval_expired", now, {});
    });
  }

  async declinedSince(key: Parameters<ApprovalStore["declinedSince"]>[0]): Promise<readonly number[]> {
    return z
      .array(z.object({ answered_at: z.number() }))
      .parse(
        this.#connection.all(
          `SELECT answered_at FROM approval WHERE organization_id = ? AND principal = ? AND state = 'declined'
          AND answered_at >= ? ORDER BY answered_at`,
          key.organization_id,
          key.principal,
          key.since,
        ),
      )
      .map(({ answered_at }) => answered_at);
  }

  async recentlyUsed(organizationId: string, act: Act, limit: number): Promise<readonly Approval[]> {
    return this.#many(
      "SELECT * FROM approval WHERE organization_id = ? AND act = ? AND state = 'used' ORDER BY created_at DESC LIMIT ?",
      organizationId,
      act,
      limit,
    );
  }

  async spentSince(organizationId: string, act: Act, since: number): ReturnType<ApprovalStore["spentSince"]> {
    return spentSince(this.#connection, organizationId, act === "settle_payments" ? "mark_paid" : act, since);
  }

  #get(id: string): Approval | null {
    const row = this.#connection.get("SELECT * FROM approval WHERE id = ?", id);
    return row === undefined ? null : approvalRow.parse(row);
  }

  #many(sql: string, ...values: SqlValue[]): readonly Approval[] {
    return this.#connection.all(sql, ...values).map((row) => approvalRow.parse(row));
  }

  #audit(approval: Approval, event: AuditEvent, at: number, data: JsonObject): void {
    appendAudit(this.#connection, {
      at,
      event,
      organization_id: approval.organization_id,
      principal: approval.principal,
      operation_id: null,
      approval_id: approval.id,
      data: { act: approval.act, approved_digest: approval.digest, ...data },
    });
  }
}
