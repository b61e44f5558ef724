import type { Approval } from "../guard/port.ts";
import { isFinal } from "./rules/transition.ts";
import { usableUntil } from "./rules/use.ts";
import type { OperationRow, Tx } from "./store-port.ts";

/** An approval without what it showed: nothing more can come of it. `shown_hash` and `documents` stay. */
export function forgotten(approval: Approval): Approval {
  return { ...approval, plan: null, secret_hash: null };
}

/** Texts about people leave with the end of an operation: what its approval showed, and how bank lines were shown. */
export async function forgetUsed(tx: Tx, row: OperationRow): Promise<void> {
  if (row.state === "not_done") await tx.bankLines.remove(row.id);
  else {
    for (const line of await tx.bankLines.of(row.id)) await tx.bankLines.update({ ...line, shown: null });
  }
  const approval = row.approval_id === null ? null : await tx.approvals.get(row.approval_id);
  if (approval === null || approval.plan === null || approval.state !== "used") return;
  const uses = await tx.uses.of(approval.id);
  const isWhole = approval.act !== "settle_payments" || uses.length === approval.documents.length;
  if (isWhole && (await areFinal(tx, uses))) await tx.approvals.update(forgotten(approval));
}

/** Approvals whose time is over: those nobody answered or used, and batches that will not go on. Returns the expired ones. */
export async function tidyApprovals(tx: Tx, now: number): Promise<readonly Approval[]> {
  const expired: Approval[] = [];
  for (const approval of await tx.approvals.find({ by: "kept", expired_by: now })) {
    if (approval.state === "pending" || approval.state === "approved") {
      const next: Approval = { ...forgotten(approval), state: "expired" };
      await tx.approvals.update(next);
      expired.push(next);
    } else if (approval.state !== "used") {
      await tx.approvals.update(forgotten(approval));
    } else if (approval.act === "settle_payments" && usableUntil(approval) <= now) {
      // One that is used once leaves with its operation.
      if (await areFinal(tx, await tx.uses.of(approval.id))) await tx.approvals.update(forgotten(approval));
    }
  }
  return expired;
}

async function areFinal(tx: Tx, uses: readonly { readonly operation_id: string }[]): Promise<boolean> {
  for (const { operation_id } of uses) {
    const row = await tx.operations.get(operation_id);
    if (row !== null && !isFinal(row)) return false;
  }
  return true;
}
