import type { IsoDate } from "../domain/clock.ts";
import { type Invoice, isCreditNote, isOverdue } from "../domain/invoice.ts";

/** The next sensible step for a document, or the way back, in one short sentence. */
export function nextStep(invoice: Invoice, today: IsoDate): string | undefined {
  if (isCreditNote(invoice)) return undefined;
  switch (invoice.status) {
    case "draft":
      return (invoice.items ?? []).length === 0
        ? "add_item."
        : "Show it to the person; then send_invoice; update_invoice or update_item to correct it.";
    case "sent":
      if (invoice.is_quote) return undefined;
      return `mark_paid when the money has arrived${isOverdue(invoice, today) ? " (overdue)" : ""}. A sent invoice cannot be edited: cancel_invoice or change_recipient.`;
    case "paid":
      return "A paid invoice cannot be edited; cancel_invoice makes a credit note.";
    default:
      return undefined;
  }
}
