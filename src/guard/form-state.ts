import type { Clock } from "../domain/clock.ts";
import type { GuardDeps } from "./deps.ts";
import type { Approval, ApprovalRequest } from "./port.ts";
import { type KeyRing, type SealedAsk, seal, unseal } from "./seal.ts";

export interface FormStateDeps {
  readonly clock: Clock;
  /** Seals the state that travels through the client. */
  readonly keys: KeyRing;
  readonly log: GuardDeps["log"];
}

/** What comes back with the answer to a form, and proves what was asked, whom and when. */
export function createFormState({ clock, keys, log }: FormStateDeps) {
  function stateOf({ id, principal, organization_id, subject, digest, expires_at }: Approval): string {
    const asked = { approval_id: id, principal, organization_id, subject, digest, asked_at: clock.now(), expires_at };
    return seal(asked, keys);
  }

  /** The question this retry answers, if it is a true one of ours and about exactly this approval. */
  function returnedAsk(request: ApprovalRequest, approval: Approval): SealedAsk | null {
    const { returned } = request.asker;
    if (returned === null) return null;
    const sealed = unseal(returned.state, keys, clock.now());
    const fits =
      sealed !== null &&
      sealed.approval_id === approval.id &&
      sealed.principal === request.principal &&
      sealed.organization_id === request.plan.organization.id &&
      sealed.subject === request.subject &&
      sealed.digest === request.plan.digest;
    if (!fits) log("approval_state_refused", { approval: approval.id });
    return fits ? sealed : null;
  }

  /** The approval that was asked by another process, and when, if this state is a true one of it and of this person. */
  async function askedElsewhere(
    principal: string,
    state: string,
    get: (id: string) => Promise<Approval | null>,
  ): Promise<{ readonly approval: Approval; readonly asked_at: number } | null> {
    const sealed = unseal(state, keys, clock.now());
    const approval = sealed === null ? null : await get(sealed.approval_id);
    const fits =
      sealed !== null &&
      approval?.state === "pending" &&
      sealed.principal === principal &&
      approval.principal === principal &&
      sealed.organization_id === approval.organization_id &&
      sealed.subject === approval.subject &&
      sealed.digest === approval.digest;
    if (fits) return { approval, asked_at: sealed.asked_at };
    log("approval_state_refused", { approval: approval?.id ?? null });
    return null;
  }

  return { stateOf, returnedAsk, askedElsewhere };
}

export type FormState = ReturnType<typeof createFormState>;
