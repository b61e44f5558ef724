import { createHash } from "node:crypto";
import { z } from "zod";
import { canonicalJson, isJsonObject, type JsonObject } from "../domain/json.ts";
import { OPERATION_STATES } from "../journal/port.ts";
import { OPERATION_KINDS } from "../operations/operation.ts";
import type { OperationRow } from "./port.ts";

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "not JSON" });
    return z.NEVER;
  }
});

/** What `JSON.parse` gave is JSON all the way down: only its outermost shape is left to check. */
export const jsonObjectText = jsonText.pipe(z.custom<JsonObject>(isJsonObject));
const flag = z.number().transform((value) => value === 1);

/** A row of `op`. */
export const parseOperation = z.object({
  id: z.string(),
  organization_id: z.string(),
  principal: z.string(),
  kind: z.enum(OPERATION_KINDS),
  fingerprint: z.string(),
  identity_hash: z.string(),
  lock: z.string(),
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
  candidates: jsonText.pipe(z.array(z.string())),
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
      }),
    )
    .nullable(),
  repeat_until: z.number().nullable(),
  acknowledged: flag,
});

/** What the audit trail vouches for. `args` and `before` hold personal data and go when the operation ends: left out. */
export function operationDigest(row: OperationRow): string {
  const { args: _args, before: _before, owner: _owner, lease_until: _lease, note, candidates, ...facts } = row;
  const content: JsonObject = { ...facts, candidates: [...candidates], note: note === null ? null : { ...note } };
  return createHash("sha256").update(canonicalJson(content)).digest("hex");
}
