import { allows, documentName, type Invoice, isCreditNote } from "../domain/invoice.ts";
import { inert } from "../domain/untrusted.ts";
import { WrongStateError } from "../errors.ts";

/** `invoice R-2026-0042 is paid and cannot be cancelled.` */
export function wrongState(invoice: Editable, so: string, next: string): WrongStateError {
  return new WrongStateError(`${documentName(invoice)} is ${inert(invoice.status_word, 30)}${so}`, { next });
}

/** What says whether a document may be edited, and names it. */
export type Editable = Pick<
  Invoice,
  "id" | "number" | "status" | "status_word" | "locked" | "is_quote" | "is_cancellation" | "is_credit"
>;

/** A document that left the house may not be edited (GoBD; the API locks it). Says what is allowed instead. */
export function notEditable(invoice: Editable): WrongStateError | null {
  if (invoice.status === "draft" && !invoice.locked) return null;
  return wrongState(invoice, " and can no longer be edited.", wayOfCorrecting(invoice));
}

function wayOfCorrecting(invoice: Editable): string {
  if (isCreditNote(invoice)) return "A credit note stays as it is; write a new invoice instead.";
  switch (invoice.status) {
    case "sent":
    case "paid":
      return `Correct it by a new document: cancel_invoice (Stornorechnung) and bill again; change_recipient if only the customer is wrong; for a part, a new invoice with a negative line that names ${invoice.number ?? invoice.id}.`;
    case "void":
      return "It is void already: write a new invoice with create_invoice.";
    default:
      return "Read it with get_invoice.";
  }
}

/** A draft that others rely on: nothing may take its place, and its number would be a gap. */
export function irreplaceable(
  invoice: Pick<Invoice, "number" | "reference"> & Editable,
  doing: "deleting" | "replacing",
): WrongStateError | null {
  const because =
    (invoice.number ?? "").trim() !== ""
      ? `has a number, and ${doing} it would leave a gap`
      : invoice.reference === null
        ? null
        : doing === "deleting"
          ? "bills an order, subscription or pass, which would go unbilled"
          : "bills an order, subscription or pass, which a copy would not";
  if (because === null) return null;
  return new WrongStateError(`${documentName(invoice)} ${because}. Nothing was changed.`, {
    next: `Leave it unsent, or have a person ${doing === "deleting" ? "delete" : "correct"} it in the dashboard.`,
  });
}

/** Cancelling and re-addressing are for documents that left the house. */
export function notRevocable(invoice: Invoice, act: "cancel" | "change_recipient"): WrongStateError | null {
  const participle = act === "cancel" ? "cancelled" : "re-addressed";
  if (isCreditNote(invoice)) {
    return new WrongStateError(`${documentName(invoice)} is a credit note and cannot be ${participle}.`, {
      next: "Write a new invoice with create_invoice.",
    });
  }
  if (allows(act, invoice.status)) return null;
  return wrongState(
    invoice,
    ` and cannot be ${participle}.`,
    invoice.status !== "draft"
      ? "It is void already; see the credit note with list_invoices."
      : act === "cancel"
        ? "A draft was never sent: correct it with update_invoice, or leave it."
        : "Link the right customer with update_invoice.",
  );
}
