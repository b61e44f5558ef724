import type { Act, Undone } from "../acts/act.ts";
import { ACTS, type ActKind, createdId, isActKind, publicArgs, type StoredAct, verdictSubject } from "../acts/index.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Place, Scope } from "../domain/scope.ts";
import { BlockedError, CancelledError, InputError, InvoicingError, NotFoundError } from "../errors.ts";
import { type CallWishes, type Ended, type PreparedCall, refusedApproval } from "./call.ts";
import { Dispatcher } from "./dispatcher.ts";
import { fingerprint } from "./identity.ts";
import type { Journal, Journals, OperationRecord, Outcome, PerformOptions } from "./port.ts";
import { isOpen, recordOf } from "./record.ts";
import { type JournalOptions, SETTLE_DEFAULTS, type SettleSettings } from "./settings.ts";
import { Settler } from "./settler.ts";
import type { OperationRow } from "./store-port.ts";

/** A pass over open operations reads each about once, and once more a second later where that decides. */
const PASS_MS = 2500;
const FOLLOW_MS = 30_000;
const FOLLOW_OLD_MS = 300_000;
const OLD_MS = 600_000;
const LEAST_MS = 10_000;

export function createJournals(options: JournalOptions): Journals {
  return new OperationsJournals(options);
}

class OperationsJournals implements Journals {
  readonly #options: JournalOptions;
  readonly #settings: SettleSettings;
  readonly #closing = new AbortController();
  readonly #settler: Settler;
  readonly #dispatcher: Dispatcher;
  /** Calls under way by fingerprint: a twin waits for the first instead of racing it. */
  readonly #calls = new Map<string, Promise<Ended>>();
  #isClosed = false;
  /** Places whose open operations are read on and on. */
  readonly #following = new Map<string, Promise<void>>();

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#settings = { ...SETTLE_DEFAULTS, ...options.settle };
    const dispatching = new Set<string>();
    this.#settler = new Settler(options, this.#settings, this.#closing.signal, dispatching, (row) => {
      this.#follow(row);
    });
    this.#dispatcher = new Dispatcher(options, this.#settings, this.#settler, dispatching);
  }

  in(scope: Scope): Journal {
    const { store, clock } = this.#options;
    const { operations, bankLines, seenLines, superseded } = store;
    return {
      recall: (operation, args, options) => this.#recall(scope, operation, args, options),
      perform: (operation, args, options) => this.#performOnce(scope, operation, args, options),
      get: async (id) => {
        const row = await operations.get(scope, id);
        return row === null ? null : recordOf(row);
      },
      list: async (filter) => (await operations.list(scope, filter)).map(recordOf),
      settle: (id) => this.#settle(scope, id),
      resolve: (id, verdict, approval) => this.#resolve(scope, id, verdict, approval),
      usedBankLines: (keys) => bankLines.find(scope, keys),
      keepLines: (lines) => seenLines.keep(scope, lines, clock.now()),
      keptLines: (handles) => seenLines.find(scope, handles, clock.now()),
      superseded: (drafts) => superseded.among(scope, drafts),
      recover: () => this.#recover(scope),
    };
  }

  async #recall<A extends JsonObject, B extends JsonObject, R extends JsonObject, S extends object>(
    scope: Scope,
    operation: Act<A, B, R, S>,
    args: A,
    options: PerformOptions,
  ): Promise<Outcome<R> | null> {
    const call = await this.#renewed(await this.#prepare(scope, operation, args, options));
    const running = this.#calls.get(call.key);
    if (running !== undefined) return typed(operation, repeated(await running));
    const earlier = await this.#earlier(call);
    return earlier === null ? null : typed(operation, earlier);
  }

  async #performOnce<A extends JsonObject, B extends JsonObject, R extends JsonObject, S extends object>(
    scope: Scope,
    operation: Act<A, B, R, S>,
    args: A,
    options: CallWishes,
  ): Promise<Outcome<R>> {
    const call = await this.#prepare(scope, operation, args, options);
    for (;;) {
      if (this.#isClosed) throw new CancelledError("The server is stopping. Nothing was sent.");
      const running = this.#calls.get(call.key);
      if (running === undefined) break;
      try {
        return typed(operation, repeated(await running));
      } catch (error) {
        // The first call was given up before anything was sent: this one is still wanted.
        if (!(error instanceof CancelledError)) throw error;
      }
    }
    const running = this.#perform(call);
    this.#calls.set(call.key, running);
    try {
      return typed(operation, await running);
    } finally {
      this.#calls.delete(call.key);
    }
  }

  async #settle(scope: Scope, id: string): Promise<OperationRecord> {
    const row = await this.#existing(scope, id);
    return recordOf(isOpen(row) && this.#settler.isAbandoned(row) ? await this.#pass(row) : row);
  }

  async #resolve(
    scope: Scope,
    id: string,
    verdict: { readonly is: "done"; readonly resource_id?: string } | { readonly is: "not_done" },
    approval: { readonly id: string; readonly digest: string },
  ): Promise<OperationRecord> {
    const row = await this.#existing(scope, id);
    if (!isOpen(row) && !(row.state === "mismatch" && !row.acknowledged)) {
      throw new InputError(`Operation ${id} is ${row.state}; nothing is open about it.`, { operation_id: id });
    }
    if (!this.#settler.isAbandoned(row)) {
      throw new BlockedError("The request is still under way. Nothing was changed.", { operation_id: id });
    }
    if (row.state === "mismatch" && verdict.is === "not_done") {
      throw new InputError("It was done, with other values than asked for; only that can be confirmed.", {
        operation_id: id,
      });
    }
    const operation = ACTS[row.kind];
    const end =
      verdict.is === "not_done" || row.state === "mismatch"
        ? { state: "not_done" as const, result: null, resource_id: null, remember: null }
        : this.#stated(row, verdict.resource_id ?? null);
    const now = this.#options.clock.now();
    const changed = await this.#options.store.operations.transition(row, {
      ...end,
      event: "resolved",
      now,
      why: verdict.is === "done" ? null : "A person stated that it was not done.",
      candidates: [],
      args: publicArgs(row.kind, row.args),
      ...(end.result === null
        ? {}
        : { subject_id: operation.subject(operation.schemas.args.parse(row.args), end.result).id }),
      verdict: { principal: scope.principal, approval: { ...approval, subject: verdictSubject(id, verdict) } },
    });
    if (changed === null) {
      throw new BlockedError("It changed while the verdict was given. Nothing was recorded.", { operation_id: id });
    }
    if ("refused" in changed) throw refusedApproval(changed.refused);
    return recordOf(changed);
  }

  async #recover(scope: Scope): Promise<void> {
    const { clock, store } = this.#options;
    await store.approvals.tidy(clock.now());
    for (const row of await store.operations.open(scope)) {
      if (this.#closing.signal.aborted) return;
      if (this.#settler.isAbandoned(row)) await this.#pass(row);
    }
    this.#follow(scope);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const running = Promise.allSettled([...this.#calls.values()]);
    const enough = new AbortController();
    await Promise.race([
      running.finally(() => enough.abort()),
      this.#options.clock.sleep(this.#settings.close_ms, enough.signal).catch(() => undefined),
    ]);
    // Readings end here; a request still under way keeps its row and is settled by the next process.
    this.#closing.abort();
    await Promise.all(this.#following.values());
  }

  async #prepare(
    scope: Scope,
    operation: PreparedCall["operation"],
    args: JsonObject,
    options: CallWishes,
  ): Promise<PreparedCall> {
    const parsed = operation.schemas.args.parse(args);
    const identity = operation.identity(parsed);
    const duplicateOf = options.duplicate_of ?? null;
    const print = fingerprint(scope.organization_id, operation.kind, identity, duplicateOf);
    return {
      operation,
      kind: kindOf(operation),
      args: parsed,
      options,
      scope,
      fingerprint: print,
      identityHash: fingerprint(scope.organization_id, operation.kind, identity, null),
      key: `${scope.origin} ${scope.organization_id} ${print}`,
      duplicateOf,
      deadline: this.#deadline(options),
    };
  }

  /** Settling ends by then; what has left is waited for all the same, and looked at for ten seconds at least. */
  #deadline({ end_by }: PerformOptions): number {
    const now = this.#options.clock.now();
    const own = now + this.#settings.budget_ms;
    return end_by === undefined ? own : Math.min(own, Math.max(end_by, now + LEAST_MS));
  }

  async #perform(asked: PreparedCall): Promise<Ended> {
    const call = await this.#renewed(asked);
    const earlier = await this.#earlier(call);
    if (earlier) return earlier;
    await this.#checkDuplicate(asked);
    const ended = await this.#dispatcher.perform(call);
    if (ended.outcome === "already_done" && ended.operation === null) {
      // What was read may be what an equal call of another process did since the record was looked at.
      return (await this.#earlier(call)) ?? ended;
    }
    if (ended.operation !== null && (ended.outcome === "unknown" || ended.outcome === "ambiguous")) {
      this.#follow(asked.scope);
    }
    return ended;
  }

  /** The outcome of an equal earlier call, settled first when it is open. */
  async #earlier(call: PreparedCall): Promise<Ended | null> {
    const { store, clock } = this.#options;
    const row = await store.operations.findEqual(call.scope, call.fingerprint, clock.now());
    if (row === null) return null;
    const why = row.state === "done" ? ((await this.#undone(call, row))?.why ?? row.why) : row.why;
    return this.#dispatcher.conclude(call, { ...row, why });
  }

  /** An act that was undone elsewhere counts as a new one: the duplicate of the one that is remembered. */
  async #renewed(asked: PreparedCall): Promise<PreparedCall> {
    const { store, clock } = this.#options;
    const { scope, operation, args, duplicateOf } = asked;
    let call = asked;
    if (operation.undone === undefined || duplicateOf !== null) return call;
    for (;;) {
      const row = await store.operations.findEqual(scope, call.fingerprint, clock.now());
      if (row?.state !== "done" || !(await this.#undone(call, row))?.again) return call;
      const print = fingerprint(scope.organization_id, operation.kind, operation.identity(args), row.id);
      call = { ...call, duplicateOf: row.id, fingerprint: print };
    }
  }

  /** `null` too when it cannot be read, or so soon that readings may lag behind the act. */
  async #undone({ operation, args, options }: PreparedCall, row: OperationRow): Promise<Undone | null> {
    if (row.updated_at + this.#settings.horizon_ms > this.#options.clock.now()) return null;
    try {
      return (await operation.undone?.(args, this.#settler.context(row, options.signal))) ?? null;
    } catch (error) {
      if (error instanceof InvoicingError) return null;
      throw error;
    }
  }

  /** A deliberate second one must name an equal first one that was done. */
  async #checkDuplicate(call: PreparedCall): Promise<void> {
    const { duplicateOf, operation, identityHash, scope } = call;
    if (duplicateOf === null) return;
    if (!operation.duplicable) {
      throw new InputError(`${operation.kind} has no duplicates: leave out duplicate_of.`);
    }
    const first = await this.#options.store.operations.get(scope, duplicateOf);
    if (first === null || first.kind !== operation.kind || first.identity_hash !== identityHash) {
      throw new InputError(`duplicate_of must name an operation that did exactly the same; ${duplicateOf} did not.`);
    }
    if (first.state === "not_done") {
      throw new InputError(`${duplicateOf} was not done: leave out duplicate_of.`, { operation_id: duplicateOf });
    }
  }

  async #existing(place: Place, id: string): Promise<OperationRow> {
    const row = await this.#options.store.operations.get(place, id);
    if (row === null) throw new NotFoundError(`There is no operation ${id}.`, { next: "Look at list_operations." });
    return row;
  }

  #pass(row: OperationRow): Promise<OperationRow> {
    return this.#settler.settle(row, { until: this.#options.clock.now() + PASS_MS, now: true });
  }

  #stated(row: OperationRow, resourceId: string | null) {
    const operation = ACTS[row.kind];
    const result = operation.schemas.result.safeParse(operation.stated({ ...row.args }, resourceId));
    if (!result.success) {
      throw new InputError("Name the resource_id of what was made.", { operation_id: row.id });
    }
    const until = operation.repeat === "day" ? this.#options.clock.now() + 86_400_000 : null;
    return {
      state: "done" as const,
      result: result.data,
      resource_id: createdId(row.kind, result.data),
      remember: operation.repeat === "open" ? null : { until },
    };
  }

  /** Keeps reading what is open in a place, ever more rarely, until nothing is. */
  #follow({ origin, organization_id }: Place): void {
    const key = `${origin} ${organization_id}`;
    if (!this.#options.background || this.#following.has(key) || this.#closing.signal.aborted) return;
    const following = this.#followOpen({ origin, organization_id }).finally(() => this.#following.delete(key));
    this.#following.set(key, following);
  }

  async #followOpen(place: Place): Promise<void> {
    const { clock, store, onProblem } = this.#options;
    for (let wait = 0; ; ) {
      try {
        await clock.sleep(wait, this.#closing.signal);
        if (wait > 0) {
          for (const row of await store.operations.open(place)) {
            if (this.#settler.isAbandoned(row)) await this.#pass(row);
          }
        }
        const open = await store.operations.open(place);
        if (open.length === 0) return;
        wait = open.some(({ created_at }) => clock.now() - created_at < OLD_MS) ? FOLLOW_MS : FOLLOW_OLD_MS;
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        if (!(error instanceof InvoicingError)) throw error;
        // A journal that is out of reach for a while still holds what is open.
        onProblem?.(error);
        wait = wait === 0 ? FOLLOW_MS : FOLLOW_OLD_MS;
      }
    }
  }
}

/** What a repeated call is told: the first outcome, and that it was not this call that did it. */
function repeated(ended: Ended): Ended {
  return ended.outcome === "done" ? { ...ended, outcome: "already_done" } : ended;
}

/** The journal keeps only what it can read again. */
function kindOf({ kind }: Pick<StoredAct, "kind">): ActKind {
  if (!isActKind(kind)) throw new TypeError(`${kind} is not in acts/index.ts`);
  return kind;
}

function typed<R extends JsonObject>(operation: Act<JsonObject, JsonObject, R>, ended: Ended): Outcome<R> {
  if (ended.result === null) return ended;
  return { ...ended, result: operation.schemas.result.parse(ended.result) };
}
