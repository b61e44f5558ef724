import type { ActOutcome, Approval } from "../guard/port.ts";
import type { Operations } from "./ledger.ts";
import type { OperationRecord, OperationState } from "./port.ts";
import { recordOf } from "./record.ts";

/** A batch shows at most this many documents; other acts of the same minutes stand beside it. */
const MOST = 500;

const STATES: Readonly<Record<OperationState, ActOutcome["state"]>> = {
  dispatching: "running",
  done: "done",
  not_done: "not_done",
  unknown: "unclear",
  ambiguous: "unclear",
  mismatch: "unclear",
};

/** What became of the acts for which this approval was used. */
export async function outcomesOf(
  operations: Pick<Operations, "list">,
  approval: Approval,
): Promise<readonly ActOutcome[]> {
  if (approval.state !== "used") return [];
  // A verdict settles an operation that has its own approval: using this one is all it does.
  if (approval.act === "resolve_operation") return [{ state: "done", number: null, at: approval.answered_at ?? 0 }];
  const since = new Date(approval.created_at).toISOString();
  const rows = await operations.list(approval, { since, limit: MOST });
  return rows
    .map(recordOf)
    .filter(({ approval_id }) => approval_id === approval.id)
    .map((record) => ({
      state: STATES[record.state],
      number: numberOf(record),
      at: Date.parse(record.updated_at),
    }));
}

/** The document that matters to the person: the new one where one came into being. */
function numberOf({ result, note }: OperationRecord): string | null {
  for (const name of ["credit_note_number", "copy_number", "number"]) {
    const value = result?.[name];
    if (typeof value === "string" && value !== "") return value;
  }
  return note?.number ?? null;
}
