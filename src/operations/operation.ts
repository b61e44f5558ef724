import type { ZodType } from "zod";
import type { CallOptions, InvoicesApi, WriteEvidence } from "../api/port.ts";
import type { JsonObject } from "../domain/json.ts";

/** The API's mutations, one file each in this folder. */
export const OPERATION_KINDS = [
  "create_customer",
  "create_address",
  "create_invoice",
  "update_invoice",
  "add_item",
  "send_invoice",
  "mark_paid",
  "cancel_invoice",
  "change_recipient",
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/** What reconciliation and pre-reads may use. */
export interface OperationContext {
  readonly api: InvoicesApi;
  readonly signal?: AbortSignal;
  readonly now: number;
  /** Ids that other operations of the journal already own (two equal drafts made on purpose are two). */
  isTaken(kind: OperationKind, resourceId: string): Promise<boolean>;
}

/** State read before a dispatch. `already`: the goal holds, nothing needs to be sent. Wrong state is thrown (effect none). */
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
  | { readonly is: "done"; readonly result: R }
  | { readonly is: "not_done" }
  | { readonly is: "ambiguous"; readonly why: string; readonly candidates: readonly string[]; readonly blind?: true }
  | { readonly is: "mismatch"; readonly why: string; readonly result: R };

/**
 * One mutation of the API as data: how to recognise a repeat, what to read before, how to send it, and how to find out
 * afterwards whether it happened. `args`, `before` and `result` are JSON, because the journal keeps them across a crash.
 */
export interface Operation<A extends JsonObject, B extends JsonObject, R extends JsonObject> {
  readonly kind: OperationKind;
  readonly schemas: { readonly args: ZodType<A>; readonly before: ZodType<B>; readonly result: ZodType<R> };
  /**
   * How long an equal call counts as a repeat of a done one: `always` (id-addressed transitions: an invoice is sent
   * once), `day` (creates: 24 h), `open` (only while unresolved: edits may return to an earlier value).
   */
  readonly repeat: "always" | "day" | "open";
  /** What makes two calls the same call. Amounts canonical, texts as given. `before` only where order matters (items). */
  identity(args: A): JsonObject;
  /** Operations with equal locks never run at the same time: `inv:<id>`, `cust:<lower(email)>`, `newinv:<customer>`, `addr:<customer>`. */
  lock(args: A): string;
  /** Document the operation is about, for the journal's lists. `id` is null for creates until done. */
  subject(args: A, result: R | null): { readonly type: "customer" | "invoice"; readonly id: string | null };
  prepare(args: A, context: OperationContext): Promise<Before<B, R>>;
  dispatch(args: A, before: B, api: InvoicesApi, options: CallOptions): Promise<WriteEvidence<R>>;
  /** Reads only. `applied`: a 2xx was seen, so a negative reading means lag, never "not done". */
  reconcile(args: A, before: B, context: OperationContext, applied: boolean): Promise<Verdict<R>>;
  /**
   * For acts that are remembered for ever: whether the document contradicts by now that the act was done, because it was
   * changed elsewhere. `again`: the act makes sense once more, with an approval of its own.
   */
  undone?(args: A, context: OperationContext): Promise<Undone | null>;
}

export interface Undone {
  readonly why: string;
  readonly again: boolean;
}
