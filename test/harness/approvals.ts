import type { Place } from "../../src/domain/scope.ts";
import { type NewApproval, NOT_YET_ASKED } from "../../src/guard/port.ts";

export const ORIGIN = "https://api.test";

export function placeIn(organization_id: string): Place {
  return { origin: ORIGIN, organization_id };
}

/** An approval as a person gave it on the page, for a test that starts after that. `now`: when. */
export function givenApproval(
  now: number,
  more: Pick<NewApproval, "id" | "act" | "subject" | "organization_id"> & Partial<NewApproval>,
): NewApproval & typeof NOT_YET_ASKED {
  return {
    origin: ORIGIN,
    principal: "p",
    state: "approved",
    digest: "digest",
    plan: {},
    policy_hash: "default",
    channels: ["form", "card", "page", "terminal"],
    documents: [],
    delivered: null,
    locks: [],
    channel: "page",
    channel_reason: null,
    approved_by: "person",
    secret_hash: null,
    created_at: now,
    expires_at: now + 600_000,
    answered_at: now,
    ...NOT_YET_ASKED,
    ...more,
  };
}
