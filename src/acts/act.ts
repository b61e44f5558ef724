import type { ZodType } from "zod";
import type { CallOptions, ReadingApi, WriteEvidence, WritingApi } from "../api/port.ts";
import type { Invoice } from "../domain/invoice.ts";
import type { JsonObject } from "../domain/json.ts";
import type { WrongStateError } from "../errors.ts";
import type { Policy } from "../guard/policy.ts";
import type { Plan } from "../guard/port.ts";

/** What reading and reconciling may use. */
export interface ActContext {
  readonly api: ReadingApi;
  readonly signal?: AbortSignal;
  readonly now: number;
  /** Ids that other operations of the journal already own (two equal drafts made on purpose are two). */
  isTaken(kind: string, resourceId: string): Promise<boolean>;
}

export type ReadingContext = Pick<ActContext, "api" | "signal" | "now">;

export function callOptions(context: Pick<ActContext, "signal">): CallOptions {
  return context.signal ? { signal: context.signal } : {};
}

/**
 * When something is read. `asked`: for the person, earlier documents included. `let_go`: right before the request leaves;
 * only what is bound by the approval or needed to find out afterwards.
 */
export type Moment = "asked" | "let_go";

/** State read before a dispatch. `already`: the goal holds, nothing needs to be sent. */
export type Before<B, R> =
  | { readonly state: "go"; readonly before: B }
  | { readonly state: "already"; readonly result: R };

/**
 * What reads prove about a request that may or may not have been processed.
 * - `not_done` from one read is a *negative reading*: the journal believes it only after the settle horizon, twice.
 * - `ambiguous`: only a person can tell; `candidates` are resource ids to look at. `blind`: the reading would
 *   look the same without the request (so it does not contradict the API's own rejection).
 * - `mismatch`: it was done, but not what was asked (e.g. other totals); blocks sending.
 */
export type Verdict<R> =
  | ({ readonly is: "done"; readonly result: R } & Shown)
  | { readonly is: "not_done" }
  | { readonly is: "ambiguous"; readonly why: string; readonly candidates: readonly string[]; readonly blind?: true }
  | ({ readonly is: "mismatch"; readonly why: string; readonly result: R } & Shown);

/** What the API showed when the end was found out: spares the caller another read. */
export interface Shown {
  readonly document?: Invoice;
  /** The document it made: credit note, copy. */
  readonly made?: Invoice;
}

/**
 * Evidence of a request, in the act's own terms. `resource`: the answer itself proves that what was asked is done; with
 * `differs`, that it was done with other content.
 */
export type ActEvidence<R> =
  | Exclude<WriteEvidence<R>, { readonly kind: "applied" }>
  | ({
      readonly kind: "applied";
      readonly resource: R | null;
      readonly reason?: string;
      readonly differs?: string;
    } & Shown);

/** For whom, and by whose rules, a person is asked. */
export interface Asking {
  readonly organization: Plan["organization"];
  readonly policy: Policy;
  /** Language of the people who approve. */
  readonly locale: string;
  /** Today in the organization's or the configured zone, `YYYY-MM-DD`. */
  readonly today: string;
  /** Mark of where the last invoice to the customer went (`guard/email-mark.ts`). */
  readonly last_email: string | null;
}

/** What a person has to approve, and how it is put to them. */
export interface Guarded<A extends JsonObject, S extends object> {
  /** What will be shown and bound: made from one reading, never from the caller's words. */
  plan(args: A, reading: S, asking: Asking): Plan;
  /** Locks of everything the plan shows besides the document: customers whose address or e-mail is used. */
  locks(args: A, reading: S): readonly string[];
  /** The customer who receives something by it. */
  receiver(reading: S): string | null;
  /** Whether it makes a document that bills somebody: the owner's limits on documents hold for it. */
  readonly bills: boolean;
}

/**
 * One mutation of the API: how to recognise a repeat, what to read before, whether it may be done, how to send it, and how
 * to find out afterwards whether it happened. `args`, `before` and `result` are JSON, because the journal keeps them across
 * a crash. `S` is what is read at one moment.
 */
export interface Act<A extends JsonObject, B extends JsonObject, R extends JsonObject, S extends object = object> {
  /** Its name on the wire of our own tools and in the journal; never changed. */
  readonly kind: string;
  readonly schemas: { readonly args: ZodType<A>; readonly before: ZodType<B>; readonly result: ZodType<R> };
  /** Leaves the house and cannot be undone: what a person has to approve. `false`: what it changes can be changed again. */
  readonly guarded: false | Guarded<A, S>;
  /**
   * How long an equal call counts as a repeat of a done one: `always` (id-addressed transitions: an invoice is sent
   * once), `day` (creates: 24 h), `open` (only while unresolved: edits may return to an earlier value).
   */
  readonly repeat: "always" | "day" | "open";
  /** May be done a second time on purpose, by naming the first (`duplicate_of`). */
  readonly duplicable: boolean;
  /** Field of the result that names the resource it brings into being. */
  readonly created: string | null;
  /** What it means for other drafts of the record: recorded together with its end. */
  replaces?(args: A, result: R): Replacement | null;
  /** Arguments that stay in the record once it is final: no texts about people. */
  readonly keeps: readonly string[];
  /** What makes two calls the same call. Amounts canonical, texts as given. */
  identity(args: A): JsonObject;
  /** Operations with a common lock never run at the same time: `inv:<id>`, `cust:<id or e-mail>`, `newinv:<customer>`. */
  locks(args: A): readonly string[];
  /** Document the operation is about, for the journal's lists. `id` is null for creates until done. */
  subject(args: A, result: R | null): { readonly type: "customer" | "invoice"; readonly id: string | null };
  /** One reading of what is there. */
  read(args: A, context: ReadingContext, moment: Moment): Promise<S>;
  /** Why it may not be done. The one rule: asked before a person is, and before anything is sent. */
  allowed(args: A, reading: S): WrongStateError | null;
  prepare(args: A, reading: S): Before<B, R>;
  dispatch(args: A, before: B, api: WritingApi, options: CallOptions): Promise<ActEvidence<R>>;
  /** Reads only. `applied`: a 2xx was seen, so a negative reading means lag, never "not done". */
  reconcile(args: A, before: B, context: ActContext, applied: boolean): Promise<Verdict<R>>;
  /** The result as a person's verdict states it: what only a reading could tell is `null`. Checked by the schema. */
  stated(args: A, resourceId: string | null): JsonObject;
  /**
   * For acts that are remembered for ever: whether the document contradicts by now that the act was done, because it was
   * changed elsewhere. `again`: the act makes sense once more, with an approval of its own.
   */
  undone?(args: A, context: ActContext): Promise<Undone | null>;
}

/** What a tool for drafts may do by itself. */
export type FreeAct<A extends JsonObject, B extends JsonObject, R extends JsonObject, S extends object = object> = Act<
  A,
  B,
  R,
  S
> & { readonly guarded: false };

/** What nobody does without a person. */
export type GuardedAct<
  A extends JsonObject,
  B extends JsonObject,
  R extends JsonObject,
  S extends object = object,
> = Act<A, B, R, S> & { readonly guarded: Guarded<A, S> };

/**
 * Which draft stands for which. `superseded`: `by` is a corrected copy, so `draft` must not be sent as well. `gone`: a draft
 * that does not exist any more stands for none.
 */
export type Replacement =
  | { readonly is: "superseded"; readonly draft: string; readonly by: string }
  | { readonly is: "gone"; readonly draft: string };

export interface Undone {
  readonly why: string;
  readonly again: boolean;
}
