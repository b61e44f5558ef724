import { z } from "zod";
import type { JsonObject } from "../domain/json.ts";
import { planViewSchema } from "../ui/plan-view.ts";
import type { Approval, Plan } from "./port.ts";
import { planView } from "./view.ts";

/** What an approval keeps of its plan: what the person saw, what binds it, and what has to be typed. */
const snapshotSchema = z.strictObject({
  facts: z.record(z.string(), z.string()),
  level: z.enum(["approve", "typed"]),
  typed: z.array(z.string()),
  view: planViewSchema,
});
export type PlanSnapshot = z.infer<typeof snapshotSchema>;

export function planSnapshot(plan: Plan, expiresAt: number, changes: readonly string[] = []): JsonObject {
  const snapshot: PlanSnapshot = {
    facts: { ...plan.facts },
    level: plan.level,
    typed: [...(plan.typed?.accepted ?? [])],
    view: planView(plan, expiresAt, changes),
  };
  return snapshot;
}

/** `null` when the stored text is not what this version wrote: such an approval is never used. */
export function readSnapshot(approval: Pick<Approval, "plan">): PlanSnapshot | null {
  const parsed = snapshotSchema.safeParse(approval.plan);
  return parsed.success ? parsed.data : null;
}
