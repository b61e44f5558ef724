import { type ActKind, replacementBy } from "../acts/index.ts";
import type { JsonObject } from "../domain/json.ts";
import { ANY_ORIGIN, type Place } from "../domain/scope.ts";
import { DAY_MS } from "../domain/send-limits.ts";
import type { ApprovalStore } from "../guard/port.ts";
import { ApprovalLedger, useApproval } from "./approval-ledger.ts";
import { AuditLedger, appendLine } from "./audit.ts";
import { BankLines, Facts, SeenLines, Superseded } from "./found-out.ts";
import type { OperationFilter } from "./port.ts";
import { forgetUsed, forgotten } from "./retention.ts";
import {
  type Claim,
  type ClaimFacts,
  decideClaim,
  isHeldByMismatch,
  type Look,
  type LookKey,
  lockKeys,
  type NewOperation,
  repeatOf,
} from "./rules/claim.ts";
import { approvalDigest, bankLineKey, operationDigest } from "./rules/digest.ts";
import { countedWith } from "./rules/limits.ts";
import { recordReplacement, standsFor } from "./rules/replacement.ts";
import { attempted, type Change, isFinal, nextRow } from "./rules/transition.ts";
import { rearmed, refusal } from "./rules/use.ts";
import type { AuditEvent, JournalStore, OperationRow, Tx } from "./store-port.ts";

/** The record: operations, approvals, their audit trail and what was found out, on one database. */
export interface Ledger {
  readonly operations: Operations;
  readonly approvals: ApprovalStore & Pick<ApprovalLedger, "tidy">;
  readonly audit: Pick<AuditLedger, keyof AuditLedger>;
  readonly bankLines: BankLines;
  readonly seenLines: SeenLines;
  readonly facts: Facts;
  readonly superseded: Superseded;
  close(): Promise<void>;
}

export function ledgerOn(store: JournalStore): Ledger {
  return {
    operations: new OperationLedger(store),
    approvals: new ApprovalLedger(store),
    audit: new AuditLedger(store),
    bankLines: new BankLines(store),
    seenLines: new SeenLines(store),
    facts: new Facts(store),
    superseded: new Superseded(store),
    close: () => store.close(),
  };
}

/** What `OperationLedger` can do. */
export type Operations = Pick<OperationLedger, keyof OperationLedger>;

/** Operations by the rules of `rules/`: each change and its audit line are one transaction. */
export class OperationLedger {
  readonly #store: JournalStore;

  constructor(store: JournalStore) {
    this.#store = store;
  }

  get(place: Place, id: string): Promise<OperationRow | null> {
    return this.#store.read(async (tx) => {
      const row = await tx.operations.get(id);
      return row !== null && isIn(place, row) ? row : null;
    });
  }

  /** The open or remembered operation with this fingerprint. */
  findEqual(place: Place, fingerprint: string, now: number): Promise<OperationRow | null> {
    return this.#store.read(async (tx) => repeatOf(await equalOf(tx, place, fingerprint), now));
  }

  look(key: LookKey): Promise<Look> {
    return this.#store.read((tx) => looked(tx, key));
  }

  /** One transaction: decided by `rules/claim.ts`, approval consumed, row inserted as dispatching with attempt 1, audit line. */
  claim(operation: NewOperation): Promise<Claim> {
    return this.#store.transaction(async (tx) => {
      const facts = await claimFacts(tx, operation);
      const claim = decideClaim(operation, facts);
      if (claim.is !== "claimed") return claim;
      const { row } = claim;
      if (facts.equal !== null) await forgetRepeat(tx, facts.equal, operation.now);
      if (facts.approval !== null) await useApproval(tx, facts.approval, row);
      await tx.operations.insert(row);
      for (const { key, shown } of operation.bank_lines ?? []) {
        await tx.bankLines.insert({
          origin: row.origin,
          organization_id: row.organization_id,
          key: bankLineKey(key),
          operation_id: row.id,
          invoice_id: row.subject_id ?? "",
          at: operation.now,
          shown,
        });
      }
      await record(tx, row, "dispatched", operation.now, row.principal);
      return claim;
    });
  }

  /** Records a further attempt before it is made. `null`: somebody else changed the row. */
  attempt(
    row: OperationRow,
    attempt: { readonly now: number; readonly lease_until: number },
  ): Promise<OperationRow | null> {
    return this.#store.transaction(async (tx) => {
      const current = await unchanged(tx, row);
      const next = current === null ? null : attempted(current, attempt);
      if (next === null) return null;
      await tx.operations.update(next);
      await record(tx, next, "attempted", attempt.now, next.principal);
      return next;
    });
  }

  /** Compare-and-set on the version; final states cannot be left. `null`: somebody else changed the row. */
  transition(row: OperationRow, change: Change): Promise<OperationRow | null | { readonly refused: string }> {
    return this.#store.transaction(async (tx) => {
      const current = await unchanged(tx, row);
      const next = current === null ? null : nextRow(current, change);
      if (current === null || next === null) return null;
      const { verdict, now } = change;
      if (verdict !== undefined) {
        const approval = await tx.approvals.get(verdict.approval.id);
        const use = { ...current, principal: verdict.principal, kind: "resolve_operation", now };
        // The operation may be older than the record of origins: then the verdict's own counts.
        const origin = current.origin === ANY_ORIGIN ? (approval?.origin ?? ANY_ORIGIN) : current.origin;
        const reason = refusal(approval, [], verdict.approval, { ...use, origin });
        if (reason !== null) return { refused: reason };
        if (approval !== null) await tx.approvals.update({ ...forgotten(approval), state: "used" });
      }
      await tx.operations.update(next);
      if (change.rearm && next.approval_id !== null) await rearm(tx, next.approval_id, current.subject_id, now);
      if (isFinal(next)) await forgetUsed(tx, next);
      const replacement = replacementBy(current, next);
      if (replacement !== null) await recordReplacement(tx, next, replacement, now);
      const extra = verdict === undefined ? {} : await verdictLine(tx, verdict.approval.id);
      await record(tx, next, change.event, now, verdict?.principal ?? next.principal, extra);
      return next;
    });
  }

  open(place: Place): Promise<readonly OperationRow[]> {
    return this.#store.read((tx) => tx.operations.find({ by: "open", place }));
  }

  list(place: Place, filter: OperationFilter): Promise<readonly OperationRow[]> {
    return this.#store.read((tx) => tx.operations.list(place, filter));
  }

  /** Where there are operations. */
  places(): Promise<readonly Place[]> {
    return this.#store.read((tx) => tx.operations.places());
  }

  /** Whether a done operation brought this resource into being. */
  isTaken(place: Place, kind: ActKind, resourceId: string): Promise<boolean> {
    return this.#store.read(async (tx) => {
      const rows = await tx.operations.find({ by: "resource", place, kind, resource_id: resourceId });
      return rows.length > 0;
    });
  }
}

function isIn(place: Place, row: Place): boolean {
  return row.organization_id === place.organization_id && (row.origin === place.origin || row.origin === ANY_ORIGIN);
}

async function equalOf(tx: Tx, place: Place, fingerprint: string): Promise<OperationRow | null> {
  return (await tx.operations.find({ by: "fingerprint", place, fingerprint }))[0] ?? null;
}

/** The row as it is now, if nobody changed it since `row` was read. */
async function unchanged(tx: Tx, row: OperationRow): Promise<OperationRow | null> {
  const current = await tx.operations.get(row.id);
  return current?.version === row.version ? current : null;
}

async function looked(tx: Tx, { locks, kind, subject_id, ...place }: LookKey): Promise<Look> {
  const keys = lockKeys(locks);
  const latest = await tx.operations.latest(place, keys);
  const [onLock] = await tx.operations.find({ by: "locks", place, locks: keys });
  if (onLock !== undefined || subject_id === null) return { holder: onLock ?? null, latest };
  const [candidate] = await tx.operations.find({ by: "candidate", place, id: subject_id });
  if (candidate !== undefined || !isHeldByMismatch(kind)) return { holder: candidate ?? null, latest };
  const [mismatch] = await tx.operations.find({ by: "mismatch", place, subject_id });
  return { holder: mismatch ?? null, latest };
}

async function claimFacts(tx: Tx, operation: NewOperation): Promise<ClaimFacts> {
  const { kind, approval, now, locks, subject_id, origin, organization_id } = operation;
  const place = { origin, organization_id };
  const lines = (operation.bank_lines ?? []).map(({ key }) => bankLineKey(key));
  return {
    ...(await looked(tx, { ...place, locks, kind, subject_id })),
    equal: await equalOf(tx, place, operation.fingerprint),
    day: approval?.limits
      ? await tx.operations.find({ by: "since", place, kinds: countedWith(kind), since: now - DAY_MS })
      : [],
    approval: approval === null ? null : await tx.approvals.get(approval.id),
    uses: approval === null ? [] : await tx.uses.of(approval.id),
    bank_lines: lines.length === 0 ? [] : await tx.bankLines.find(place, lines),
    superseded_by: kind === "send_invoice" && subject_id !== null ? await standsFor(tx, place, subject_id) : null,
  };
}

/** Its time as an answer to equal calls is over: the new one takes its place. */
async function forgetRepeat(tx: Tx, equal: OperationRow, now: number): Promise<void> {
  const next = { ...equal, remembered: false, version: equal.version + 1 };
  await tx.operations.update(next);
  await record(tx, next, "repeat_over", now, next.principal);
}

async function rearm(tx: Tx, approvalId: string, subjectId: string | null, now: number): Promise<void> {
  const approval = await tx.approvals.get(approvalId);
  if (approval === null) return;
  if (subjectId !== null) await tx.uses.remove(approvalId, subjectId);
  await tx.approvals.update(rearmed(approval, now));
}

async function verdictLine(tx: Tx, id: string): Promise<JsonObject> {
  const approval = await tx.approvals.get(id);
  return {
    verdict_approval_id: id,
    verdict_approval_digest: approval === null ? null : approvalDigest(approval, await tx.uses.of(id)),
  };
}

async function record(
  tx: Tx,
  row: OperationRow,
  event: AuditEvent,
  at: number,
  principal: string,
  extra: JsonObject = {},
): Promise<void> {
  const approval = row.approval_id === null ? null : await tx.approvals.get(row.approval_id);
  await appendLine(tx, {
    at,
    event,
    origin: row.origin,
    organization_id: row.organization_id,
    principal,
    operation_id: row.id,
    approval_id: row.approval_id,
    data: {
      kind: row.kind,
      state: row.state,
      attempts: row.attempts,
      subject_id: row.subject_id,
      resource_id: row.resource_id,
      note: row.note === null ? null : { ...row.note },
      digest: operationDigest(row),
      ...(approval === null ? {} : { approval_record: approvalDigest(approval, await tx.uses.of(approval.id)) }),
      ...extra,
    },
  });
}
