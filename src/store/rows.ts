import { z } from "zod";
import { ACT_KINDS } from "../acts/index.ts";
import { isJsonObject, type JsonObject } from "../domain/json.ts";
import { JournalError } from "../errors.ts";
import { ACTS, type Approval, CHANNELS } from "../guard/port.ts";
import { OPERATION_STATES } from "../journal/port.ts";
import {
  AUDIT_EVENTS,
  type AuditRow,
  type BankLine,
  type Fact,
  type OperationRow,
  type SeenLineRow,
} from "../journal/store-port.ts";

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "not JSON" });
    return z.NEVER;
  }
});

/** What `JSON.parse` gave is JSON all the way down: only its outermost shape is left to check. */
const jsonObjectText = jsonText.pipe(z.custom<JsonObject>(isJsonObject));
const texts = jsonText.pipe(z.array(z.string()));
/** SQLite has no booleans. */
const flag = z.union([z.boolean(), z.number().transform((value) => value === 1)]);

export const operationRow: z.ZodType<OperationRow> = z.object({
  id: z.string(),
  origin: z.string(),
  organization_id: z.string(),
  principal: z.string(),
  kind: z.enum(ACT_KINDS),
  fingerprint: z.string(),
  identity_hash: z.string(),
  locks: texts,
  subject_type: z.enum(["customer", "invoice"]),
  subject_id: z.string().nullable(),
  args: jsonObjectText,
  before: jsonObjectText.nullable(),
  state: z.enum(OPERATION_STATES),
  version: z.number(),
  attempts: z.number(),
  applied: flag,
  quiet_at: z.number(),
  created_at: z.number(),
  updated_at: z.number(),
  owner: z.string(),
  lease_until: z.number(),
  result: jsonObjectText.nullable(),
  resource_id: z.string().nullable(),
  why: z.string().nullable(),
  candidates: texts,
  approval_id: z.string().nullable(),
  duplicate_of: z.string().nullable(),
  note: jsonText
    .pipe(
      z.object({
        number: z.string().nullable().exactOptional(),
        amount: z.string().exactOptional(),
        currency: z.string().exactOptional(),
        customer_id: z.string().exactOptional(),
        lines: z.number().exactOptional(),
        bank_line: z.string().exactOptional(),
      }),
    )
    .nullable(),
  remembered: flag,
  repeat_until: z.number().nullable(),
  acknowledged: flag,
  request_id: z.string().nullable(),
  trace_id: z.string().nullable(),
});

export const approvalRow: z.ZodType<Approval> = z
  .object({
    id: z.string(),
    state: z.enum(["pending", "approved", "declined", "expired", "used"]),
    act: z.enum(ACTS),
    origin: z.string(),
    organization_id: z.string(),
    principal: z.string(),
    subject: z.string(),
    digest: z.string(),
    plan: jsonObjectText.nullable(),
    shown_hash: z.string(),
    policy_hash: z.string(),
    channels: jsonText.pipe(z.array(z.enum(CHANNELS))),
    documents: texts,
    delivered_to: z.string().nullable(),
    email_mark: z.string().nullable(),
    locks: texts,
    channel: z.enum(CHANNELS).nullable(),
    channel_reason: z.string().nullable(),
    approved_by: z.enum(["person", "model", "policy"]).nullable(),
    secret_hash: z.string().nullable(),
    created_at: z.number(),
    expires_at: z.number(),
    answered_at: z.number().nullable(),
    wrong_entries: z.number(),
    forms_sent: z.number(),
    form_unanswered: flag,
    card: z.enum(["sent", "stands"]).nullable(),
  })
  .transform(({ delivered_to, email_mark, ...row }) => ({
    ...row,
    delivered: delivered_to === null || email_mark === null ? null : { customer_id: delivered_to, email_mark },
  }));

export const auditRow: z.ZodType<AuditRow> = z.object({
  seq: z.number(),
  at: z.number(),
  event: z.enum(AUDIT_EVENTS),
  origin: z.string(),
  organization_id: z.string(),
  principal: z.string(),
  operation_id: z.string().nullable(),
  approval_id: z.string().nullable(),
  data: jsonObjectText,
  fields_version: z.number(),
  prev_hash: z.string(),
  hash: z.string(),
});

export const bankLineRow: z.ZodType<BankLine> = z.object({
  origin: z.string(),
  organization_id: z.string(),
  key: z.string(),
  operation_id: z.string(),
  invoice_id: z.string(),
  at: z.number(),
  shown: z.string().nullable(),
});

export const seenLineRow: z.ZodType<SeenLineRow> = z.object({
  origin: z.string(),
  organization_id: z.string(),
  principal: z.string(),
  handle: z.string(),
  content: jsonObjectText,
  seen_at: z.number(),
  until: z.number(),
});

export const factRow: z.ZodType<Fact> = z.object({
  origin: z.string(),
  organization_id: z.string(),
  kind: z.string(),
  key: z.string(),
  value: jsonObjectText,
  at: z.number(),
});

export const useRow = z.object({ approval_id: z.string(), subject_id: z.string(), operation_id: z.string() });

/** A row that no version of this program writes stops what was going on: nothing is concluded from it. */
export function parsed<T>(schema: z.ZodType<T>, raw: unknown): T {
  const row = schema.safeParse(raw);
  if (row.success) return row.data;
  throw new JournalError("The journal holds a row that cannot be read.", {
    next: "Run: invoicing-mcp journal verify. It names the row. Reads still work.",
    cause: row.error,
  });
}

export type SqlValue = null | number | string;
type Columns = Readonly<Record<string, SqlValue>>;

export function operationColumns(row: OperationRow): Columns {
  return {
    ...row,
    locks: JSON.stringify(row.locks),
    args: JSON.stringify(row.args),
    before: jsonOrNull(row.before),
    applied: Number(row.applied),
    result: jsonOrNull(row.result),
    candidates: JSON.stringify(row.candidates),
    note: jsonOrNull(row.note),
    remembered: Number(row.remembered),
    acknowledged: Number(row.acknowledged),
  };
}

export function approvalColumns({ delivered, ...row }: Approval): Columns {
  return {
    ...row,
    plan: jsonOrNull(row.plan),
    channels: JSON.stringify(row.channels),
    documents: JSON.stringify(row.documents),
    delivered_to: delivered?.customer_id ?? null,
    email_mark: delivered?.email_mark ?? null,
    locks: JSON.stringify(row.locks),
    form_unanswered: Number(row.form_unanswered),
  };
}

function jsonOrNull(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}
