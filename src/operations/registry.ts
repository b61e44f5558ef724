import type { JsonObject } from "../domain/json.ts";
import { canonicalJson } from "../domain/json.ts";
import { addItem } from "./add-item.ts";
import { cancelInvoice } from "./cancel-invoice.ts";
import { changeRecipient } from "./change-recipient.ts";
import { createAddress } from "./create-address.ts";
import { createCustomer } from "./create-customer.ts";
import { createInvoice } from "./create-invoice.ts";
import { markPaid } from "./mark-paid.ts";
import type { Operation, OperationKind } from "./operation.ts";
import { sendInvoice } from "./send-invoice.ts";
import { updateInvoice } from "./update-invoice.ts";

/** An operation whose arguments come from the journal: parse with its schemas before calling it. */
export type StoredOperation = Operation<JsonObject, JsonObject, JsonObject>;

/** All operations by kind, for recovery. */
export const OPERATIONS: Readonly<Record<OperationKind, StoredOperation>> = {
  create_customer: createCustomer,
  create_address: createAddress,
  create_invoice: createInvoice,
  update_invoice: updateInvoice,
  add_item: addItem,
  send_invoice: sendInvoice,
  mark_paid: markPaid,
  cancel_invoice: cancelInvoice,
  change_recipient: changeRecipient,
};

/** Field of the result that names the resource an operation brought into being. */
const CREATED: Readonly<Partial<Record<OperationKind, string>>> = {
  create_customer: "customer_id",
  create_address: "address_id",
  create_invoice: "invoice_id",
  add_item: "item_id",
  cancel_invoice: "credit_note_id",
  change_recipient: "copy_id",
};

export function createdId(kind: OperationKind, result: JsonObject): string | null {
  const field = CREATED[kind];
  const value = field === undefined ? null : result[field];
  return typeof value === "string" ? value : null;
}

/** The result as a person's verdict states it: read nowhere, so numbers and the like are `null`. Parse with the schema. */
export function statedResult(kind: OperationKind, args: JsonObject, resourceId: string | null): JsonObject {
  const field = CREATED[kind];
  return {
    number: null,
    status: "sent",
    notification: args["send_notification"] === true ? "requested" : "none",
    credit_note_number: null,
    copy_number: null,
    copy_status: null,
    ...publicArgs(args),
    ...(field === undefined ? {} : { [field]: resourceId }),
  };
}

/** Kinds that need an approval, consumed in the claim. */
export const GUARDED: readonly OperationKind[] = ["send_invoice", "mark_paid", "cancel_invoice", "change_recipient"];

/** Kinds that may be done a second time on purpose, by naming the first (`duplicate_of`). */
export const DUPLICABLE: readonly OperationKind[] = ["create_invoice", "add_item"];

/** Arguments without texts about people: what lists and records show. */
const PUBLIC_ARGS = [
  "invoice_id",
  "customer_id",
  "currency",
  "calculate_from_net",
  "is_quote",
  "issued_at",
  "due_date",
  "number",
  "quantity",
  "tax_rate",
  "amount",
  "send_notification",
];

export function publicArgs(args: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(args).filter(([key]) => PUBLIC_ARGS.includes(key)));
}

/** The approval's `subject` for a guarded act: the kind and what identifies the call. */
export function approvalSubject(operation: Pick<StoredOperation, "kind" | "identity">, args: JsonObject): string {
  return canonicalJson({ kind: operation.kind, ...operation.identity(args) });
}

/** The approval's `subject` for a person's verdict on an open operation. */
export function verdictSubject(
  operationId: string,
  verdict: { readonly is: "done"; readonly resource_id?: string } | { readonly is: "not_done" },
): string {
  return canonicalJson({ kind: "resolve_operation", operation_id: operationId, verdict: { ...verdict } });
}
