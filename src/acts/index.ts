import type { JsonObject } from "../domain/json.ts";
import { canonicalJson } from "../domain/json.ts";
import type { Act, Replacement } from "./act.ts";
import { addItem } from "./add-item.ts";
import { cancelInvoice } from "./cancel-invoice.ts";
import { changeRecipient } from "./change-recipient.ts";
import { createAddress } from "./create-address.ts";
import { createCustomer } from "./create-customer.ts";
import { createInvoice } from "./create-invoice.ts";
import { deleteDraft } from "./delete-draft.ts";
import { markPaid } from "./mark-paid.ts";
import { removeItem } from "./remove-item.ts";
import { sendInvoice } from "./send-invoice.ts";
import { updateCustomer } from "./update-customer.ts";
import { updateInvoice } from "./update-invoice.ts";
import { updateItem } from "./update-item.ts";

/** An act whose arguments come from the journal: parse with its schemas before calling it. */
export type StoredAct = Act<JsonObject, JsonObject, JsonObject>;

/** All acts by kind. Whatever is said of an act is said in its file; this map only gathers them. */
const acts = {
  create_customer: createCustomer,
  create_address: createAddress,
  update_customer: updateCustomer,
  create_invoice: createInvoice,
  update_invoice: updateInvoice,
  add_item: addItem,
  update_item: updateItem,
  remove_item: removeItem,
  delete_draft: deleteDraft,
  send_invoice: sendInvoice,
  mark_paid: markPaid,
  cancel_invoice: cancelInvoice,
  change_recipient: changeRecipient,
} as const satisfies Readonly<Record<string, StoredAct>>;

export type ActKind = keyof typeof acts;
export const ACTS: Readonly<Record<ActKind, StoredAct>> = acts;
export const ACT_KINDS: readonly ActKind[] = Object.keys(acts).filter(isActKind);

export function isActKind(kind: string): kind is ActKind {
  return Object.hasOwn(acts, kind);
}

/** Kinds of acts that nobody does without a person. */
export const GUARDED_KINDS: readonly ActKind[] = ACT_KINDS.filter((kind) => ACTS[kind].guarded !== false);

export function createdId(kind: ActKind, result: JsonObject): string | null {
  const field = ACTS[kind].created;
  const value = field === null ? null : result[field];
  return typeof value === "string" ? value : null;
}

/** Arguments without texts about people: what lists and records show. */
export function publicArgs(kind: ActKind, args: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(args).filter(([key]) => ACTS[kind].keeps.includes(key)));
}

/** The approval's `subject` for a guarded act: the kind and what identifies the call. */
export function approvalSubject(act: Pick<StoredAct, "kind" | "identity">, args: JsonObject): string {
  return canonicalJson({ kind: act.kind, ...act.identity(args) });
}

/** The approval's `subject` for a person's verdict on an open operation. */
export function verdictSubject(
  operationId: string,
  verdict: { readonly is: "done"; readonly resource_id?: string } | { readonly is: "not_done" },
): string {
  return canonicalJson({ kind: "resolve_operation", operation_id: operationId, verdict: { ...verdict } });
}

/** What the end of an operation means for other drafts: from its full arguments, which its final record does not keep. */
export function replacementBy(
  { kind, args }: { readonly kind: ActKind; readonly args: JsonObject },
  { state, result }: { readonly state: string; readonly result: JsonObject | null },
): Replacement | null {
  const act = ACTS[kind];
  if (act.replaces === undefined || result === null || (state !== "done" && state !== "mismatch")) return null;
  const [asked, made] = [act.schemas.args.safeParse(args), act.schemas.result.safeParse(result)];
  // Whoever records an end has parsed it; what is none of this act's says nothing about other drafts.
  return asked.success && made.success ? act.replaces(asked.data, made.data) : null;
}
