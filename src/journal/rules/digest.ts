import { createHash } from "node:crypto";
import { canonicalJson, type Json, type JsonObject } from "../../domain/json.ts";
import type { Approval } from "../../guard/port.ts";
import type { ApprovalUse, AuditRow, OperationRow } from "../store-port.ts";

/**
 * What the audit trail vouches for, field by field. A list is never changed: a new field makes a new version, and what was
 * written under an earlier one stays provable. Versions are stored with each digest and each line.
 */
export const OPERATION_FIELDS: Readonly<Record<string, readonly (keyof OperationRow)[]>> = {
  // `args`, `before` hold texts about people and go when the operation ends; `owner`, `lease_until` are of the moment.
  v2: [
    "id",
    "origin",
    "organization_id",
    "principal",
    "kind",
    "fingerprint",
    "identity_hash",
    "locks",
    "subject_type",
    "subject_id",
    "state",
    "version",
    "attempts",
    "applied",
    "quiet_at",
    "created_at",
    "updated_at",
    "result",
    "resource_id",
    "why",
    "candidates",
    "approval_id",
    "duplicate_of",
    "note",
    "remembered",
    "repeat_until",
    "acknowledged",
  ],
};

export const APPROVAL_FIELDS: Readonly<Record<string, readonly (keyof Approval)[]>> = {
  // `plan` is vouched for by `shown_hash`; `channel` counts once somebody answered.
  v2: [
    "id",
    "state",
    "act",
    "origin",
    "organization_id",
    "principal",
    "subject",
    "digest",
    "shown_hash",
    "policy_hash",
    "channels",
    "documents",
    "delivered",
    "locks",
    "approved_by",
    "created_at",
    "expires_at",
    "answered_at",
  ],
};

/** By `fields_version` of the line. */
export const LINE_FIELDS: Readonly<Record<number, readonly Exclude<keyof AuditRow, "hash" | "prev_hash">[]>> = {
  1: ["seq", "at", "event", "organization_id", "principal", "operation_id", "approval_id", "data"],
  2: [
    "seq",
    "at",
    "event",
    "origin",
    "organization_id",
    "principal",
    "operation_id",
    "approval_id",
    "data",
    "fields_version",
  ],
};
export const LINE_VERSION = 2;
const VERSION = "v2";

/** `v2:<sha256>`. The version of a stated digest decides what is covered; `null` for a version nobody knows. */
export function operationDigest(row: OperationRow, version: string = VERSION): string | null {
  const fields = OPERATION_FIELDS[version];
  return fields === undefined ? null : `${version}:${sha256(canonicalJson(picked(row, fields)))}`;
}

export function approvalDigest(
  approval: Approval,
  uses: readonly ApprovalUse[],
  version: string = VERSION,
): string | null {
  const fields = APPROVAL_FIELDS[version];
  if (fields === undefined) return null;
  const used = uses.map(({ subject_id, operation_id }) => `${subject_id} ${operation_id}`).sort();
  const channel = approval.answered_at === null ? null : approval.channel;
  return `${version}:${sha256(canonicalJson({ ...picked(approval, fields), channel, used }))}`;
}

/** `v2` of `v2:<sha256>`. */
export function versionOf(digest: string): string {
  return digest.slice(0, Math.max(0, digest.indexOf(":")));
}

/** `null` when no version of this program knows the line's fields. */
export function lineHash(line: Omit<AuditRow, "hash">): string | null {
  const fields = LINE_FIELDS[line.fields_version];
  if (fields === undefined) return null;
  return sha256(`${line.prev_hash}\n${canonicalJson(picked(line, fields))}`);
}

/** Locks may name an e-mail address, and outlive the operation that held them: they are stored as this. */
export function lockKey(lock: string): string {
  return sha256(`lock\n${lock}`);
}

/** The same for a line of a bank statement. */
export function bankLineKey(key: string): string {
  return sha256(`bank line\n${key}`);
}

export function planHash(plan: JsonObject): string {
  return sha256(canonicalJson(plan));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function picked<T extends object>(row: T, fields: readonly (keyof T & string)[]): Record<string, Json> {
  const content: Record<string, Json> = {};
  for (const field of fields) content[field] = jsonOf(row[field]);
  return content;
}

/** Rows hold JSON alone; their types say so one by one. */
function jsonOf(value: unknown): Json {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return value;
  }
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value === "object") {
    const kept = Object.entries(value).filter(([, inner]) => inner !== undefined);
    return Object.fromEntries(kept.map(([key, inner]) => [key, jsonOf(inner)]));
  }
  throw new TypeError(`a row holds ${typeof value}`);
}
