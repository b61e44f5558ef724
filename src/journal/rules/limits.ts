import { ACT_KINDS, ACTS, type ActKind } from "../../acts/index.ts";
import { decimal } from "../../domain/money.ts";
import { type Breach, overDay, type SendLimits, type Sent } from "../../domain/send-limits.ts";
import type { OperationRow } from "../store-port.ts";

/** Each of these makes a document that bills somebody: the limits of a day count them together. */
const BILLING: readonly ActKind[] = ACT_KINDS.filter((kind) => {
  const { guarded } = ACTS[kind];
  return guarded !== false && guarded.bills;
});

export function countedWith(kind: ActKind): readonly ActKind[] {
  return BILLING.includes(kind) ? BILLING : [kind];
}

/** Of rows that are not proven not done: open ones count, because they may have left; a credit counts with its amount. */
export function spent(rows: readonly OperationRow[]): Sent {
  const sums = new Map<string | null, { readonly count: number; readonly gross: ReturnType<typeof decimal> }>();
  for (const { note } of rows) {
    const currency = note?.currency ?? null;
    const before = sums.get(currency) ?? { count: 0, gross: decimal(0) };
    sums.set(currency, { count: before.count + 1, gross: before.gross.plus(decimal(note?.amount ?? "0").abs()) });
  }
  return [...sums].map(([currency, { count, gross }]) => ({ currency, count, gross: gross.toFixed() }));
}

export type OverLimits =
  | { readonly is: "over_limit"; readonly breach: Breach }
  | { readonly is: "refused"; readonly reason: string };

/** `rows`: what was claimed within the day, whoever claimed it. `null`: one more document is within all limits. */
export function overLimits(
  limits: SendLimits,
  rows: readonly OperationRow[],
  subjectId: string | null,
): OverLimits | null {
  const breach = overDay(limits, spent(rows));
  if (breach !== null) return { is: "over_limit", breach };
  return hasUnseenTwin(limits, rows, subjectId)
    ? { is: "refused", reason: "An invoice over the same amount went to this customer since this one was read." }
    : null;
}

/** An equal amount to the same customer that a reading at that instant cannot have seen as sent: under way then, or begun since. */
function hasUnseenTwin(
  { unwarned, currency, gross }: SendLimits,
  rows: readonly OperationRow[],
  subjectId: string | null,
): boolean {
  if (unwarned === null || gross === null) return false;
  return rows.some(
    (row) =>
      row.subject_id !== subjectId &&
      row.note?.customer_id === unwarned.customer_id &&
      row.note.currency === currency &&
      (row.updated_at >= unwarned.since || isOpen(row)) &&
      decimal(row.note.amount ?? "0")
        .abs()
        .eq(gross),
  );
}

function isOpen({ state }: OperationRow): boolean {
  return state === "dispatching" || state === "unknown" || state === "ambiguous";
}
