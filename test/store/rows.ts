import type { NewOperation } from "../../src/journal/rules/claim.ts";
import type { OperationRow, Tx } from "../../src/journal/store-port.ts";
import { placeIn } from "../harness/approvals.ts";

export const NOW = Date.parse("2026-04-01T08:00:00Z");
export const PLACE = placeIn("org");
let serial = 0;

/** An operation as the engine claims it; each call another one on another invoice. */
export function newOperation(more: Partial<NewOperation> = {}): NewOperation {
  serial += 1;
  const name = `${process.pid}-${serial}`;
  return {
    id: `op_${name}`,
    ...PLACE,
    principal: "p",
    kind: "add_item",
    fingerprint: `fp-${name}`,
    identity_hash: `id-${name}`,
    locks: [`inv:${name}`],
    subject_type: "invoice",
    subject_id: `inv-${name}`,
    args: { invoice_id: `inv-${name}`, title: "Jane Doe" },
    before: { item_ids: [] },
    owner: "me",
    lease_until: NOW + 60_000,
    duplicate_of: null,
    note: { number: "R-1", amount: "119.00", currency: "EUR" },
    now: NOW,
    seen: null,
    approval: null,
    ...more,
  };
}

/** A row under way, for what is below or beside the claim. */
export function openRow(more: Partial<OperationRow> = {}): OperationRow {
  const { now, seen: _seen, approval: _approval, bank_lines: _lines, request: _request, ...operation } = newOperation();
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
    approval_id: null,
    remembered: true,
    repeat_until: null,
    acknowledged: false,
    request_id: null,
    trace_id: null,
    ...more,
  };
}

/** One more, read and written in one transaction. */
export async function counted(tx: Tx): Promise<void> {
  const fact = await tx.facts.get(PLACE, "test", "count");
  // Others get their turn between the reading and the writing.
  await new Promise((resolve) => setImmediate(resolve));
  await tx.facts.put({
    ...PLACE,
    kind: "test",
    key: "count",
    value: { count: Number(fact?.value["count"] ?? 0) + 1 },
    at: NOW,
  });
}
