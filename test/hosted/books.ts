import { z } from "zod";
import type { ActKind } from "../../src/acts/index.ts";
import type { EffectKind } from "../../src/simulator/index.ts";
import type { Cluster } from "./cluster.ts";

/**
 * What the record says against what really happened at the API: each change that happened belongs to one operation that is
 * recorded as done, and each operation recorded as done to one change.
 */
const EFFECTS: Readonly<Record<ActKind, EffectKind>> = {
  create_customer: "customer.created",
  create_address: "address.created",
  create_invoice: "invoice.created",
  add_item: "item.created",
  update_item: "item.updated",
  remove_item: "item.deleted",
  delete_draft: "invoice.deleted",
  send_invoice: "invoice.sent",
  mark_paid: "invoice.paid",
  cancel_invoice: "credit_note.created",
  change_recipient: "invoice.copied",
  update_customer: "customer.updated",
  update_invoice: "invoice.updated",
};

/** Acts whose effect is told by what they made, not by what they are about. */
const MAKING = [
  "create_customer",
  "create_address",
  "create_invoice",
  "add_item",
  "cancel_invoice",
  "change_recipient",
];

const row = z.object({
  id: z.string(),
  kind: z.string(),
  state: z.enum(["dispatching", "unknown", "done", "not_done", "mismatch", "ambiguous"]),
  subject_id: z.string().nullable(),
  resource_id: z.string().nullable(),
  item_id: z.string().nullable(),
  why: z.string().nullable(),
});
export type RecordedOperation = z.infer<typeof row>;

export async function recorded(cluster: Cluster, organization: string): Promise<readonly RecordedOperation[]> {
  const rows = await cluster.query(
    `SELECT id, kind, state, subject_id, resource_id, why, args::json->>'item_id' AS item_id
      FROM ${cluster.schema}.op WHERE organization_id = $1 ORDER BY seq`,
    [organization],
  );
  return z.array(row).parse(rows);
}

/** Differences between record and world, one sentence each. Operations that are open are none: they say so themselves. */
export async function differences(cluster: Cluster): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const { id, simulator, elsewhere } of cluster.organizations) {
    const operations = await recorded(cluster, id);
    for (const [kind, effect] of Object.entries(EFFECTS)) {
      const of = operations.filter((one) => one.kind === kind);
      const happened = simulator.effects().filter((one) => one.kind === effect && !elsewhere.has(one.id));
      const count = new Map<string, { done: number; happened: number }>();
      const at = (resource: string) => {
        const known = count.get(resource) ?? { done: 0, happened: 0 };
        count.set(resource, known);
        return known;
      };
      for (const one of of.filter(({ state }) => state === "done" || state === "mismatch")) {
        at(aboutOf(one) ?? `nothing (${one.id})`).done += 1;
      }
      for (const one of happened) at(one.resource_id).happened += 1;
      const open = of.filter(({ state }) => ["dispatching", "unknown", "ambiguous"].includes(state)).length;
      let unclaimed = 0;
      for (const [resource, { done, happened: times }] of count) {
        if (done === times) continue;
        if (done === 0 && times === 1) unclaimed += 1;
        else wrong.push(`${kind} ${resource}: recorded ${done} times, happened ${times} times`);
      }
      if (unclaimed > open) wrong.push(`${kind}: ${unclaimed} happened without a record, ${open} open`);
    }
  }
  return wrong;
}

function aboutOf({ kind, subject_id, resource_id, item_id }: RecordedOperation): string | null {
  if (kind === "update_item" || kind === "remove_item") return item_id;
  return MAKING.includes(kind) ? resource_id : subject_id;
}
