import type { JsonObject } from "../domain/json.ts";
import type { Place, Scope } from "../domain/scope.ts";
import { type Act, type Approval, type ApprovalStore, type NewApproval, NOT_YET_ASKED } from "../guard/port.ts";
import { appendLine } from "./audit.ts";
import { forgotten, tidyApprovals } from "./retention.ts";
import { lockKeys } from "./rules/claim.ts";
import { approvalDigest, planHash } from "./rules/digest.ts";
import { countedWith, spent } from "./rules/limits.ts";
import { answerable, isBatch } from "./rules/use.ts";
import type { AuditEvent, JournalStore, Tx } from "./store-port.ts";

/** How long a refusal waits for the call that hears of it. */
const REFUSAL_MS = 24 * 3_600_000;

/** Approvals by the rules of `rules/use.ts`: each change and its audit line are one transaction. */
export class ApprovalLedger implements ApprovalStore {
  readonly #store: JournalStore;

  constructor(store: JournalStore) {
    this.#store = store;
  }

  create(asked: NewApproval): Promise<boolean> {
    return this.#store.transaction(async (tx) => {
      await tidy(tx, asked.created_at);
      if (asked.state === "pending" && (await openEquals(tx, asked)).length > 0) return false;
      const approval = { ...asked, ...NOT_YET_ASKED, locks: lockKeys(asked.locks), shown_hash: planHash(asked.plan) };
      await tx.approvals.insert(approval);
      await record(tx, approval, "approval_asked", approval.created_at);
      return true;
    });
  }

  get(id: string): Promise<Approval | null> {
    return this.#store.read((tx) => tx.approvals.get(id));
  }

  findOpen({ subject, now, ...scope }: Parameters<ApprovalStore["findOpen"]>[0]): Promise<readonly Approval[]> {
    return this.#store.read(async (tx) => {
      const open = await tx.approvals.find({ by: "subject", scope, subject, now });
      const declined = await tx.approvals.find({ by: "declined", scope, since: now - REFUSAL_MS });
      const untold = declined.filter((approval) => approval.subject === subject && approval.expires_at > now);
      return [...open, ...untold].sort((a, b) => b.created_at - a.created_at);
    });
  }

  pending(scope: Partial<Scope>, now: number): Promise<readonly Approval[]> {
    return this.#store.read((tx) => tx.approvals.find({ by: "pending", scope, now }));
  }

  dependingOn(place: Place, locks: readonly string[], now: number): Promise<readonly Approval[]> {
    return this.#store.read((tx) => tx.approvals.find({ by: "locks", place, locks: lockKeys(locks), now }));
  }

  answer(id: string, answer: Parameters<ApprovalStore["answer"]>[1]): Promise<boolean> {
    return this.#store.transaction(async (tx) => {
      const asked = await tx.approvals.get(id);
      if (asked === null || !answerable(asked, answer)) return false;
      const { state, channel, approved_by, principal, now } = answer;
      const answered: Approval = { ...asked, state, channel, approved_by, answered_at: now };
      const approval = state === "declined" ? { ...forgotten(answered), expires_at: now + REFUSAL_MS } : answered;
      await tx.approvals.update(approval);
      await record(tx, approval, "approval_answered", now, {
        answer: state,
        channel,
        by: approved_by,
        ...(principal === undefined ? {} : { person: principal }),
        after_ms: now - approval.created_at,
      });
      return true;
    });
  }

  offer(id: string, offer: Parameters<ApprovalStore["offer"]>[1]): Promise<boolean> {
    return this.#store.transaction(async (tx) => {
      const approval = await tx.approvals.get(id);
      if (approval?.state !== "pending") return false;
      await tx.approvals.update({
        ...approval,
        channel: offer.channel,
        channel_reason: offer.reason,
        secret_hash: offer.secret_hash ?? approval.secret_hash,
        forms_sent: approval.forms_sent + (offer.form_sent === true ? 1 : 0),
        card: offer.channel === "card" ? (approval.card ?? "sent") : approval.card,
      });
      return approval.channel !== offer.channel;
    });
  }

  note(id: string, what: Parameters<ApprovalStore["note"]>[1]): Promise<void> {
    return this.#store.transaction(async (tx) => {
      const approval = await tx.approvals.get(id);
      if (approval?.state !== "pending") return;
      await tx.approvals.update({
        ...approval,
        ...(what === "card_stands" ? { card: "stands" } : { form_unanswered: true }),
      });
    });
  }

  strike(id: string, most: number, now: number): Promise<boolean> {
    return this.#store.transaction(async (tx) => {
      const approval = await tx.approvals.get(id);
      if (approval?.state !== "pending") return false;
      const struck: Approval = { ...approval, wrong_entries: approval.wrong_entries + 1 };
      if (struck.wrong_entries < most) {
        await tx.approvals.update(struck);
        return true;
      }
      const withdrawn: Approval = { ...forgotten(struck), state: "expired" };
      await tx.approvals.update(withdrawn);
      await record(tx, withdrawn, "approval_expired", now);
      return false;
    });
  }

  expire(id: string, now: number): Promise<void> {
    return this.#store.transaction(async (tx) => {
      const open = await tx.approvals.get(id);
      if (open?.state !== "pending" && open?.state !== "approved") return;
      const approval: Approval = { ...forgotten(open), state: "expired" };
      await tx.approvals.update(approval);
      await record(tx, approval, "approval_expired", now);
    });
  }

  told(id: string, now: number): Promise<boolean> {
    return this.#store.transaction(async (tx) => {
      const declined = await tx.approvals.get(id);
      if (declined?.state !== "declined" || declined.expires_at <= now) return false;
      const approval: Approval = { ...declined, expires_at: now };
      await tx.approvals.update(approval);
      await record(tx, approval, "approval_told", now);
      return true;
    });
  }

  declinedSince({ since, ...scope }: Parameters<ApprovalStore["declinedSince"]>[0]): Promise<readonly number[]> {
    return this.#store.read(async (tx) => {
      const declined = await tx.approvals.find({ by: "declined", scope, since });
      return declined.flatMap(({ answered_at }) => (answered_at === null ? [] : [answered_at]));
    });
  }

  lastDelivered(place: Place, customerId: string): Promise<string | null> {
    return this.#store.read(async (tx) => {
      const [last] = await tx.approvals.find({ by: "delivered", place, customer_id: customerId });
      return last?.delivered?.email_mark ?? null;
    });
  }

  spentSince(place: Place, act: Act, since: number): ReturnType<ApprovalStore["spentSince"]> {
    const kind = act === "settle_payments" ? "mark_paid" : act;
    if (kind === "resolve_operation") return Promise.resolve([]);
    return this.#store.read(async (tx) =>
      spent(await tx.operations.find({ by: "since", place, kinds: countedWith(kind), since })),
    );
  }

  /** Lets go of what approvals showed whose time is over. */
  tidy(now: number): Promise<void> {
    return this.#store.transaction((tx) => tidy(tx, now));
  }
}

/** Marks it as used, within the caller's transaction and after `rules/use.ts` said that it may be. */
export async function useApproval(
  tx: Tx,
  approval: Approval,
  row: { readonly id: string; readonly kind: string; readonly subject_id: string | null },
): Promise<void> {
  if (isBatch(approval, row.kind) && row.subject_id !== null) {
    await tx.uses.insert({ approval_id: approval.id, subject_id: row.subject_id, operation_id: row.id });
  }
  await tx.approvals.update({ ...approval, state: "used" });
}

/** Open ones for the same act of the same scope. */
function openEquals(tx: Tx, { subject, created_at: now, ...asked }: NewApproval): Promise<readonly Approval[]> {
  const { origin, organization_id, principal } = asked;
  return tx.approvals.find({ by: "subject", scope: { origin, organization_id, principal }, subject, now });
}

async function tidy(tx: Tx, now: number): Promise<void> {
  await tx.seenLines.removeUntil(now);
  for (const approval of await tidyApprovals(tx, now)) await record(tx, approval, "approval_expired", now);
}

async function record(tx: Tx, approval: Approval, event: AuditEvent, at: number, data: JsonObject = {}): Promise<void> {
  await appendLine(tx, {
    at,
    event,
    origin: approval.origin,
    organization_id: approval.organization_id,
    principal: approval.principal,
    operation_id: null,
    approval_id: approval.id,
    data: {
      act: approval.act,
      approved_digest: approval.digest,
      approval_record: approvalDigest(approval, await tx.uses.of(approval.id)),
      ...data,
    },
  });
}
