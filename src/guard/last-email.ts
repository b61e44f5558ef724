import type { ApprovalStore } from "./port.ts";
import { readSnapshot } from "./snapshot.ts";

const LOOK_BACK = 500;

/**
 * Where the last invoice to a customer went, as this server recorded it when a person approved it; `null` when it has no
 * record. The API keeps no e-mail on an invoice, so a change since then can only be seen here.
 */
export async function lastEmailTo(
  store: Pick<ApprovalStore, "recentlyUsed">,
  organizationId: string,
  customerId: string,
): Promise<string | null> {
  for (const approval of await store.recentlyUsed(organizationId, "send_invoice", LOOK_BACK)) {
    const facts = readSnapshot(approval)?.facts;
    if (facts?.["customer id"] === customerId) return facts["customer e-mail"] ?? null;
  }
  return null;
}
