import { z } from "zod";
import { canonicalJson, type JsonObject } from "../domain/json.ts";
import { decimal } from "../domain/money.ts";
import { DAY_MS, overDay, type SendLimits } from "../domain/send-limits.ts";
import type { OperationFilter } from "../journal/port.ts";
import type { OperationKind } from "../operations/operation.ts";
import { consumeApproval, rearmApproval, spentSince } from "./approvals.ts";
import { appendAudit } from "./audit.ts";
import { operationDigest, parseOperation } from "./operation-row.ts";
import type { AuditEvent, Change, Claim, Look, NewOperation, OperationRow, OperationStore } from "./port.ts";
import { OPEN_STATES } from "./schema.ts";
import type { Connection, SqlValue } from "./sqlite.ts";

// The index is named in each: a planner without statistics may take another one that starts with the organization.
export const FIND_EQUAL =
  "SELECT * FROM op INDEXED BY op_fingerprint WHERE organization_id = ? AND fingerprint = ? AND remembered = 1";
export const FIND_OPEN_LOCK = `SELECT * FROM op INDEXED BY op_lock WHERE organization_id = ? AND lock = ? AND state IN ${OPEN_STATES}`;
export const FIND_CANDIDATE = `SELECT op.* FROM op INDEXED BY op_open CROSS JOIN json_each(op.candidates) AS named
  WHERE op.organization_id = ? AND op.state IN ${OPEN_STATES} AND named.value = ? LIMIT 1`;
export const FIND_MISMATCH =
  "SELECT * FROM op INDEXED BY op_mismatch WHERE organization_id = ? AND subject_id = ? AND state = 'mismatch' AND acknowledged = 0 LIMIT 1";
export const LATEST_ON_LOCK =
  "SELECT max(seq) AS seq FROM op INDEXED BY op_lock_latest WHERE organization_id = ? AND lock = ?";
export const FIND_TAKEN =
  "SELECT 1 FROM op INDEXED BY op_resource WHERE organization_id = ? AND kind = ? AND resource_id = ? AND resource_id IS NOT NULL LIMIT 1";
/** Sends to a customer that a reading at that instant cannot have seen as sent: under way then, or begun since. */
export const FIND_UNSEEN = `SELECT * FROM op INDEXED BY op_created
  WHERE organization_id = ? AND created_at >= ? AND kind = ? AND state <> 'not_done'
    AND json_extract(note, '$.customer_id') = ? AND json_extract(note, '$.currency') = ?
    AND (updated_at >= ? OR state IN ${OPEN_STATES})`;
const latestSeq = z.object({ seq: z.number().nullable() });

const FINAL = ["done", "not_done", "mismatch"];

export class SqliteOperations implements OperationStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async get(organizationId: string, id: string): Promise<OperationRow | null> {
    return this.#one("SELECT * FROM op WHERE id = ? AND organization_id = ?", id, organizationId);
  }

  async findEqual(organizationId: string, fingerprint: string, now: number): Promise<OperationRow | null> {
    return remembered(this.#one(FIND_EQUAL, organizationId, fingerprint), now);
  }

  async look(key: Pick<NewOperation, "organization_id" | "lock" | "kind" | "subject_id">): Promise<Look> {
    return this.#look(key);
  }

  async claim(operation: NewOperation): Promise<Claim> {
    const { organization_id, fingerprint, approval, now } = operation;
    return this.#connection.transaction((): Claim => {
      const equal = this.#one(FIND_EQUAL, organization_id, fingerprint);
      if (equal && remembered(equal, now)) return { is: "equal", row: equal };
      const { holder, latest } = this.#look(operation);
      if (holder) return { is: "held", row: holder };
      if (latest !== operation.seen) return { is: "stale" };
      const over = approval?.limits ? this.#overLimits(operation, approval.limits) : null;
      if (over) return over;
      if (approval) {
        const refused = consumeApproval(this.#connection, approval, operation);
        if (refused !== null) return { is: "refused", reason: refused };
      }
      if (equal) this.#connection.run("UPDATE op SET remembered = 0 WHERE id = ?", equal.id);
      const row = rowOf(operation);
      this.#insert(row);
      this.#audit(row, "dispatched", now, row.principal);
      return { is: "claimed", row };
    });
  }

  async attempt(
    row: OperationRow,
    attempt: { readonly now: number; readonly lease_until: number },
  ): Promise<OperationRow | null> {
    return this.#connection.transaction(() => {
      const current = this.#current(row);
      if (current?.state !== "dispatching") return null;
      const next: OperationRow = {
        ...current,
        version: current.version + 1,
        attempts: current.attempts + 1,
        quiet_at: attempt.now,
        updated_at: attempt.now,
        lease_until: attempt.lease_until,
      };
      this.#update(next, null);
      this.#audit(next, "attempted", attempt.now, next.principal);
      return next;
    });
  }

  async transition(row: OperationRow, change: Change): Promise<OperationRow | null | { readonly refused: string }> {
    return this.#connection.transaction(() => {
      const current = this.#current(row);
      if (current === null) return null;
      // A mismatch is final; a person may only note that it was looked at.
      const acknowledges = current.state === "mismatch" && change.verdict !== undefined;
      if (FINAL.includes(current.state) && !acknowledges) return null;
      if (change.verdict) {
        const { principal, approval } = change.verdict;
        const user = { ...current, principal, kind: "resolve_operation" as const, now: change.now };
        const refused = consumeApproval(this.#connection, approval, user);
        if (refused !== null) return { refused };
      }
      const next = acknowledges
        ? { ...current, version: current.version + 1, updated_at: change.now, acknowledged: true }
        : changed(current, change);
      this.#update(next, acknowledges || change.remember === undefined ? null : change.remember !== null);
      if (change.rearm && current.approval_id !== null) {
        rearmApproval(this.#connection, current.approval_id, current.subject_id, change.now);
      }
      this.#audit(next, change.event, change.now, change.verdict?.principal ?? next.principal, {
        ...(change.verdict ? { verdict_approval_id: change.verdict.approval.id } : {}),
      });
      return next;
    });
  }

  async open(organizationId: string): Promise<readonly OperationRow[]> {
    return this.#many(
      `SELECT * FROM op INDEXED BY op_open WHERE organization_id = ? AND state IN ${OPEN_STATES} ORDER BY seq`,
      organizationId,
    );
  }

  async organizations(): Promise<readonly string[]> {
    const rows = z
      .array(z.object({ organization_id: z.string() }))
      .parse(this.#connection.all("SELECT DISTINCT organization_id FROM op ORDER BY organization_id"));
    return rows.map((row) => row.organization_id);
  }

  async list(organizationId: string, filter: OperationFilter): Promise<readonly OperationRow[]> {
    const conditions = ["organization_id = ?"];
    const values: SqlValue[] = [organizationId];
    const onlyOpen = filter.states?.every((state) => !FINAL.includes(state)) ?? false;
    const index = onlyOpen ? "INDEXED BY op_open" : filter.subject_id === undefined ? "" : "INDEXED BY op_subject";
    if (filter.states) {
      conditions.push(`state IN (${filter.states.map(() => "?").join(",")})`);
      values.push(...filter.states);
      if (onlyOpen) conditions.push(`state IN ${OPEN_STATES}`);
    }
    if (filter.subject_id !== undefined) {
      conditions.push("subject_id = ?");
      values.push(filter.subject_id);
    }
    if (filter.since !== undefined) {
      conditions.push("created_at >= ?");
      values.push(Date.parse(filter.since));
    }
    if (filter.until !== undefined) {
      conditions.push("created_at < ?");
      values.push(Date.parse(filter.until));
    }
    return this.#many(
      `SELECT * FROM op ${index} WHERE ${conditions.join(" AND ")} ORDER BY seq DESC LIMIT ?`,
      ...values,
      filter.limit,
    );
  }

  async isTaken(organizationId: string, kind: OperationKind, resourceId: string): Promise<boolean> {
    return this.#connection.get(FIND_TAKEN, organizationId, kind, resourceId) !== undefined;
  }

  #look({
    organization_id,
    lock,
    kind,
    subject_id,
  }: Pick<NewOperation, "organization_id" | "lock" | "kind" | "subject_id">): Look {
    const latest = latestSeq.parse(this.#connection.get(LATEST_ON_LOCK, organization_id, lock)).seq;
    const holder =
      this.#one(FIND_OPEN_LOCK, organization_id, lock) ??
      (subject_id === null ? null : this.#one(FIND_CANDIDATE, organization_id, subject_id)) ??
      (kind === "send_invoice" && subject_id !== null ? this.#one(FIND_MISMATCH, organization_id, subject_id) : null);
    return { holder, latest };
  }

  /** Read in the claim's transaction: what was claimed before it counts, whoever claimed it. */
  #overLimits({ organization_id, kind, subject_id, now }: NewOperation, limits: SendLimits): Claim | null {
    const breach = overDay(limits, spentSince(this.#connection, organization_id, kind, now - DAY_MS));
    if (breach !== null) return { is: "over_limit", breach };
    const { unwarned, currency, gross } = limits;
    if (unwarned === null || gross === null) return null;
    const twin = this.#many(
      FIND_UNSEEN,
      organization_id,
      now - DAY_MS,
      kind,
      unwarned.customer_id,
      currency,
      unwarned.since,
    ).find(
      (row) =>
        row.subject_id !== subject_id &&
        decimal(row.note?.amount ?? "0")
          .abs()
          .eq(gross),
    );
    return twin === undefined
      ? null
      : { is: "refused", reason: "An invoice over the same amount went to this customer since this one was read." };
  }

  #one(sql: string, ...values: SqlValue[]): OperationRow | null {
    const row = this.#connection.get(sql, ...values);
    return row === undefined ? null : parseOperation.parse(row);
  }

  #many(sql: string, ...values: SqlValue[]): readonly OperationRow[] {
    return this.#connection.all(sql, ...values).map((row) => parseOperation.parse(row));
  }

  /** The row as it is now, if nobody changed it since `row` was read. */
  #current(row: OperationRow): OperationRow | null {
    return this.#one("SELECT * FROM op WHERE id = ? AND version = ?", row.id, row.version);
  }

  #insert(row: OperationRow): void {
    this.#connection.run(
      `INSERT INTO op (id, organization_id, principal, kind, fingerprint, identity_hash, lock, subject_type, subject_id,
        args, before, state, version, attempts, applied, quiet_at, created_at, updated_at, owner, lease_until, candidates,
        approval_id, duplicate_of, note, remembered, acknowledged)
       VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,0,?,?,?,?,?,'[]',?,?,?,1,0)`,
      row.id,
      row.organization_id,
      row.principal,
      row.kind,
      row.fingerprint,
      row.identity_hash,
      row.lock,
      row.subject_type,
      row.subject_id,
      canonicalJson(row.args),
      jsonOrNull(row.before),
      row.state,
      row.version,
      row.attempts,
      row.quiet_at,
      row.created_at,
      row.updated_at,
      row.owner,
      row.lease_until,
      row.approval_id,
      row.duplicate_of,
      jsonOrNull(row.note),
    );
  }

  /** `isRemembered` null: as before. */
  #update(row: OperationRow, isRemembered: boolean | null): void {
    this.#connection.run(
      `UPDATE op SET args = ?, before = ?, state = ?, version = ?, attempts = ?, applied = ?, quiet_at = ?, updated_at = ?,
        owner = ?, lease_until = ?, result = ?, resource_id = ?, subject_id = ?, why = ?, candidates = ?, remembered = coalesce(?, remembered),
        repeat_until = ?, acknowledged = ? WHERE id = ?`,
      canonicalJson(row.args),
      jsonOrNull(row.before),
      row.state,
      row.version,
      row.attempts,
      row.applied ? 1 : 0,
      row.quiet_at,
      row.updated_at,
      row.owner,
      row.lease_until,
      jsonOrNull(row.result),
      row.resource_id,
      row.subject_id,
      row.why,
      JSON.stringify(row.candidates),
      isRemembered === null ? null : Number(isRemembered),
      row.repeat_until,
      row.acknowledged ? 1 : 0,
      row.id,
    );
  }

  #audit(row: OperationRow, event: AuditEvent, at: number, principal: string, extra: JsonObject = {}): void {
    appendAudit(this.#connection, {
      at,
      event,
      organization_id: row.organization_id,
      principal,
      operation_id: row.id,
      approval_id: row.approval_id,
      data: {
        kind: row.kind,
        state: row.state,
        attempts: row.attempts,
        subject_id: row.subject_id,
        resource_id: row.resource_id,
        note: row.note === null ? null : { ...row.note },
        digest: operationDigest(row),
        ...extra,
      },
    });
  }
}

function remembered(row: OperationRow | null, now: number): OperationRow | null {
  return row !== null && row.repeat_until !== null && row.repeat_until <= now ? null : row;
}

function rowOf({ approval, seen: _seen, now, ...operation }: NewOperation): OperationRow {
  return {
    ...operation,
    state: "dispatching",
    version: 1,
    attempts: 1,
    applied: false,
    quiet_at: now,
    created_at: now,
    updated_at: now,
    result: null,
    resource_id: null,
    why: null,
    candidates: [],
    approval_id: approval?.id ?? null,
    repeat_until: null,
    acknowledged: false,
  };
}

function changed(row: OperationRow, change: Change): OperationRow {
  return {
    ...row,
    version: row.version + 1,
    state: change.state,
    updated_at: change.now,
    applied: change.applied ?? row.applied,
    quiet_at: change.quiet_at ?? row.quiet_at,
    owner: change.owner ?? row.owner,
    lease_until: change.lease_until ?? row.lease_until,
    args: change.args ?? row.args,
    before: FINAL.includes(change.state) ? null : row.before,
    result: change.result === undefined ? row.result : change.result,
    resource_id: change.resource_id === undefined ? row.resource_id : change.resource_id,
    subject_id: change.subject_id === undefined ? row.subject_id : change.subject_id,
    why: change.why === undefined ? row.why : change.why,
    candidates: change.candidates ?? row.candidates,
    repeat_until: change.remember?.until ?? null,
  };
}

function jsonOrNull(value: JsonObject | OperationRow["note"]): string | null {
  return value === null ? null : JSON.stringify(value);
}
