import type { ActEvidence, Shown } from "../acts/act.ts";
import { approvalSubject } from "../acts/index.ts";
import { supersededDraft } from "../acts/superseded.ts";
import type { CallOptions, WriteSlot } from "../api/port.ts";
import type { JsonObject } from "../domain/json.ts";
import { NOT_TRACED } from "../domain/tracing.ts";
import {
  BlockedError,
  CancelledError,
  InvoicingError,
  policyBreach,
  RefusedError,
  UnavailableError,
} from "../errors.ts";
import { type Ended, endedOf, type Permit, type PreparedCall, Refuted, refusedApproval, signalOf } from "./call.ts";
import { operationId } from "./identity.ts";
import { isOpen } from "./record.ts";
import type { JournalOptions, Point, SettleSettings } from "./settings.ts";
import type { Settler } from "./settler.ts";
import type { OperationRow } from "./store-port.ts";

/** Rounds of looking and claiming while other calls keep working on the same document. */
const MAX_ROUNDS = 10;
const MAX_ATTEMPTS = 3;
/** Readings that confirm a rejection. */
const CONFIRM_WAITS_MS = [0, 300, 1000];
/** A request leaves only while this much of its lease is left: waiting for the answer takes at most 25 s. */
const FENCE_MS = 30_000;
/** How often an act begins anew because its document was read too long before the request could leave. */
const MAX_STALE = 2;

/** Claims, sends once, and weighs the evidence. Everything doubtful goes to the settler. */
export class Dispatcher {
  readonly #options: JournalOptions;
  readonly #settings: SettleSettings;
  readonly #settler: Settler;
  readonly #dispatching: Set<string>;

  constructor(options: JournalOptions, settings: SettleSettings, settler: Settler, dispatching: Set<string>) {
    this.#options = options;
    this.#settings = settings;
    this.#settler = settler;
    this.#dispatching = dispatching;
  }

  async perform(call: PreparedCall): Promise<Ended> {
    try {
      return await this.#perform(call);
    } catch (error) {
      if (!(error instanceof InvoicingError) || error.effect !== "none") throw error;
      // "Nothing happened" would be wrong while an equal call of another process is under way or done.
      const { store, clock } = this.#options;
      const equal = await this.#settler.guarded(() =>
        store.operations.findEqual(call.scope, call.fingerprint, clock.now()),
      );
      const ended = equal === null ? null : await this.conclude(call, equal);
      if (ended === null) throw error;
      return ended;
    }
  }

  async #perform(call: PreparedCall): Promise<Ended> {
    const { operation, args, options, scope } = call;
    const { store } = this.#options;
    if (operation.guarded !== false && options.approval === undefined) {
      throw new RefusedError(`${operation.kind} needs an approval. Nothing was sent.`, {
        next: "Ask for one through the guarded tool.",
      });
    }
    const locks = [...operation.locks(args), ...(options.approval?.locks ?? [])];
    let stale = 0;
    let known = options.approval === undefined ? options.reading : undefined;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const look = await store.operations.look({
        ...scope,
        locks,
        kind: call.kind,
        subject_id: operation.subject(args, null).id,
      });
      if (look.holder) {
        known = undefined;
        await this.#release(call, look.holder);
        continue;
      }
      // Taken before the readings, so that nothing waits between them and the request.
      const slot = await this.#options.api.readyToWrite(signalOf(call));
      const reading = known ?? (await operation.read(args, this.#context(call), "let_go"));
      known = undefined;
      const prepared = this.#prepared(call, reading);
      await this.#point("prepared");
      if (prepared.state === "already") {
        return { outcome: "already_done", operation: null, result: prepared.result };
      }
      const permit = await this.#permit(call, slot, reading);
      if (options.signal?.aborted) throw new CancelledError();
      const claim = await this.#claim(call, locks, prepared.before, look.latest);
      if (claim.is === "claimed") {
        const sent = await this.#claimed(call, claim.row, prepared.before, permit);
        if (!(sent instanceof Refuted)) return sent;
        stale += 1;
        if (stale > MAX_STALE || !this.#isStale(call, sent, permit)) throw sent.error;
        continue;
      }
      if (claim.is === "refused") throw refusedApproval(claim.reason);
      if (claim.is === "superseded") throw supersededDraft(operation.subject(args, null).id ?? "", claim.by);
      if (claim.is === "over_limit") throw policyBreach(claim.breach.limit, claim.breach.sentence);
      if (claim.is === "equal") {
        const ended = await this.conclude(call, claim.row);
        if (ended) return ended;
      }
    }
    throw new UnavailableError("Other calls keep changing the same document. Nothing was sent.", {
      next: "Try again in a minute.",
    });
  }

  /** The goal may hold already; else the one rule decides whether it may be done. */
  #prepared({ operation, args }: PreparedCall, reading: object) {
    const prepared = operation.prepare(args, reading);
    const refusal = prepared.state === "already" ? null : operation.allowed(args, reading);
    if (refusal !== null) throw refusal;
    return prepared;
  }

  /** The outcome of an equal operation, settled first when it is open. `null`: it was not done, so this call may do it. */
  async conclude(call: PreparedCall, row: OperationRow): Promise<Ended | null> {
    const settled = isOpen(row) ? await this.#settle(call, row, { now: true }) : row;
    if (settled.state === "not_done") return null;
    const ended = endedOf(settled);
    return ended.outcome === "done" ? { ...ended, outcome: "already_done" } : ended;
  }

  /** Another operation holds the document: it is settled first, or this call is blocked by it. */
  async #release(call: PreparedCall, holder: OperationRow): Promise<void> {
    const settled = isOpen(holder) ? await this.#settle(call, holder, { now: true }) : holder;
    if (isOpen(settled)) {
      throw new BlockedError(
        `Nothing was sent: an earlier ${settled.kind} on the same document is not settled (${settled.state}).`,
        { operation_id: settled.id, next: `Wait, then read it with get_operation (${settled.id}); then call again.` },
      );
    }
    if (settled.state === "mismatch" && !settled.acknowledged) {
      throw new BlockedError(
        `Nothing was sent: an earlier ${settled.kind} turned out differently. ${settled.why ?? ""}`.trim(),
        {
          operation_id: settled.id,
          next: `Have a person check the draft and confirm it with resolve_operation (${settled.id}).`,
        },
      );
    }
  }

  async #claim(call: PreparedCall, locks: readonly string[], before: JsonObject, seen: number | null) {
    const { operation, args, options } = call;
    const { clock, store, owner } = this.#options;
    const now = clock.now();
    const { type, id } = operation.subject(args, null);
    return store.operations.claim({
      id: operationId(now),
      ...call.scope,
      kind: call.kind,
      fingerprint: call.fingerprint,
      identity_hash: call.identityHash,
      locks,
      subject_type: type,
      subject_id: id,
      args,
      before,
      owner,
      lease_until: now + this.#settings.lease_ms,
      duplicate_of: call.duplicateOf,
      note: options.note ?? null,
      request: options.request,
      bank_lines: options.bank_lines ?? [],
      now,
      seen,
      approval: options.approval
        ? {
            id: options.approval.id,
            digest: options.approval.digest,
            limits: options.approval.limits ?? null,
            subject: approvalSubject(operation, args),
          }
        : null,
    });
  }

  /** From here on a request may have left: whatever fails, the answer is an outcome with the operation's id. */
  async #claimed(call: PreparedCall, row: OperationRow, before: JsonObject, permit: Permit): Promise<Ended | Refuted> {
    this.#dispatching.add(row.id);
    const { tracing = NOT_TRACED } = this.#options;
    const facts = { "invoicing.act": row.kind, "invoicing.operation.id": row.id };
    try {
      return await tracing.span({ name: `act ${row.kind}`, kind: "internal", facts }, async (span) => {
        const sent = await this.#settler.guarded(() => this.#send(call, row, before, permit));
        const ended = sent ?? endedOf(this.#settler.unrecorded(row));
        const outcome = ended instanceof Refuted ? "not_done" : ended.outcome;
        span.set({ "invoicing.outcome": outcome });
        if (outcome === "unknown" || outcome === "ambiguous") span.fail(outcome);
        return ended;
      });
    } finally {
      this.#dispatching.delete(row.id);
    }
  }

  async #send(call: PreparedCall, claimed: OperationRow, before: JsonObject, given: Permit): Promise<Ended | Refuted> {
    const { clock } = this.#options;
    await this.#point("claimed");
    let row = claimed;
    let permit = given;
    for (;;) {
      const evidence = await this.#attempt(call, row, before, permit);
      await this.#point("answered");
      switch (evidence.kind) {
        case "not_sent": {
          const ended = await this.#settler.notDone(row, "It was never sent.", true);
          return this.#refuted(ended, evidence.error, true);
        }
        case "rejected": {
          const retry = await this.#rejected(call, row, evidence);
          if (retry.ended) return retry.ended;
          ({ row, permit } = retry);
          break;
        }
        case "applied": {
          if (evidence.resource !== null && evidence.differs !== undefined) {
            const mismatch = { is: "mismatch" as const, why: evidence.differs, result: evidence.resource };
            return this.#ended(await this.#settler.conclude(row, mismatch), evidence);
          }
          if (evidence.resource !== null) {
            return this.#ended(await this.#settler.done(row, evidence.resource), evidence);
          }
          return this.#settled(await this.#settle(call, { ...row, applied: true }, { now: true, own: true }));
        }
        case "unknown": {
          const now = clock.now();
          const why = `The request left, but no conclusive answer came (${evidence.reason}).`;
          row = await this.#settler.change(row, { state: "unknown", event: "read", now, quiet_at: now, why });
          return this.#settled(await this.#settle(call, row, { own: true }));
        }
      }
    }
  }

  async #attempt(
    call: PreparedCall,
    row: OperationRow,
    before: JsonObject,
    permit: Permit,
  ): Promise<ActEvidence<JsonObject>> {
    const { operation, args } = call;
    // A process that slept since its claim must not send any more: others may have concluded that it is dead.
    const not_after = Math.min(row.lease_until - FENCE_MS, permit.fresh_until);
    if (this.#options.clock.now() > not_after) {
      return { kind: "not_sent", error: new UnavailableError("This process was held up. Nothing was sent.") };
    }
    try {
      const options: CallOptions = { ...signalOf(call), not_after, slot: permit.slot };
      return await operation.dispatch(args, before, this.#options.api, options);
    } catch (error) {
      const reason = error instanceof Error ? error.message : "internal error";
      return { kind: "unknown", status: null, reason };
    }
  }

  /** The API said no. A reading must agree, because an earlier copy of the request may have been processed. */
  async #rejected(
    call: PreparedCall,
    row: OperationRow,
    evidence: Extract<ActEvidence<JsonObject>, { kind: "rejected" }>,
  ): Promise<
    { readonly ended: Ended | Refuted } | { readonly ended: null; readonly row: OperationRow; readonly permit: Permit }
  > {
    const reading = await this.#confirm(row);
    if (reading?.is === "done" || reading?.is === "mismatch") {
      const ended = await this.#ended(await this.#settler.conclude(row, reading));
      return { ended: ended.outcome === "done" ? { ...ended, outcome: "already_done" } : ended };
    }
    if (reading?.is === "ambiguous" && !reading.blind) {
      return { ended: await this.#settled(await this.#settle(call, row, { now: true, own: true })) };
    }
    const again = evidence.status === 429 ? await this.#again(call, row, evidence.error) : null;
    if (again) return again;
    const ended = await this.#settler.notDone(row, `The API refused it (${evidence.status}).`);
    return { ended: await this.#refuted(ended, evidence.error) };
  }

  /** After a 429, which was not processed: waits as told when the call's time allows it, and records a further attempt. */
  async #again(
    call: PreparedCall,
    row: OperationRow,
    error: InvoicingError,
  ): Promise<
    | { readonly ended: Ended | Refuted }
    | { readonly ended: null; readonly row: OperationRow; readonly permit: Permit }
    | null
  > {
    const { clock, store, random = Math.random } = this.#options;
    const wait = (error.retry_after_ms ?? 1000) + Math.floor(random() * 300);
    if (row.attempts >= MAX_ATTEMPTS || clock.now() + wait + FENCE_MS / 2 > call.deadline) return null;
    let permit: Permit;
    try {
      await clock.sleep(wait, call.options.signal);
      permit = await this.#permit(call, await this.#options.api.readyToWrite(signalOf(call)));
    } catch (reason) {
      const ended = await this.#settler.notDone(row, "The API refused it (429), and it was not tried again.");
      const cause = reason instanceof InvoicingError ? reason : new CancelledError();
      return { ended: await this.#refuted(ended, cause) };
    }
    const now = clock.now();
    const next = await this.#settler.guarded(() =>
      store.operations.attempt(row, { now, lease_until: now + this.#settings.lease_ms }),
    );
    if (next) return { ended: null, row: next, permit };
    // Somebody else settled the row meanwhile: theirs counts. Without a record of the attempt there is none.
    const current = await this.#settler.guarded(() => store.operations.get(row, row.id));
    if (current === null) return { ended: endedOf(this.#settler.unrecorded(row)) };
    return { ended: await this.#settled(current) };
  }

  /** `null`: no reading was possible; the API's own rejection then stands. */
  async #confirm(row: OperationRow) {
    for (const wait of CONFIRM_WAITS_MS) {
      if (wait > 0) await this.#options.clock.sleep(wait);
      const reading = await this.#settler.read(row);
      if (reading !== null) return reading;
    }
    return null;
  }

  #settle(call: PreparedCall, row: OperationRow, run: { readonly now?: boolean; readonly own?: boolean }) {
    const { settle_ms } = this.#settings;
    const until = Math.min(call.deadline, this.#options.clock.now() + settle_ms);
    return this.#settler.settle(row, { ...run, until, onProgress: call.options.onProgress });
  }

  /** How the call that dispatched the row ends. */
  async #settled(row: OperationRow): Promise<Ended | Refuted> {
    return row.state === "not_done"
      ? this.#refuted(
          row,
          new UnavailableError(`${row.why ?? "It was not processed."} Nothing was changed.`, {
            next: "Call again if it is still wanted.",
            operation_id: row.id,
          }),
        )
      : this.#ended(row);
  }

  async #ended(row: OperationRow, { document, made }: Shown = this.#settler.shownOf(row)): Promise<Ended> {
    await this.#point("settled");
    return endedOf(row, { ...(document ? { document } : {}), ...(made ? { made } : {}) });
  }

  /** Proven and recorded that nothing happened, unless another settler found that it did. */
  async #refuted(row: OperationRow, error: InvoicingError, isUnsent = false): Promise<Ended | Refuted> {
    await this.#point("settled");
    return row.state === "not_done" ? new Refuted(error, isUnsent) : endedOf(row);
  }

  /** What was read is compared with what was approved; from then on it ages. */
  async #permit(call: PreparedCall, slot: WriteSlot, reading?: object): Promise<Permit> {
    const { approval, stillAllowed } = call.options;
    if (approval === undefined) {
      await stillAllowed?.(null);
      return { slot, fresh_until: Number.POSITIVE_INFINITY };
    }
    const read = reading ?? (await call.operation.read(call.args, this.#context(call), "let_go"));
    await approval.covers(read);
    const fresh_until = this.#options.clock.now() + this.#settings.fresh_ms;
    await stillAllowed?.(approval.id);
    return { slot, fresh_until };
  }

  /** The request never left because its reading had aged, and there is time for another. The approval is unused again. */
  #isStale(call: PreparedCall, { isUnsent }: Refuted, { fresh_until }: Permit): boolean {
    const now = this.#options.clock.now();
    return isUnsent && now > fresh_until && now + FENCE_MS / 2 < call.deadline;
  }

  #context(call: PreparedCall) {
    return this.#settler.context(call.scope, call.options.signal);
  }

  async #point(point: Point): Promise<void> {
    await this.#options.onPoint?.(point);
  }
}
