import type { Act } from "../guard/port.ts";

/** What was declined may be wrong. The API documents no way of changing or removing a line of a draft. */
export function wayAfterDecline(act: Act): string {
  return act === "send_invoice"
    ? " update_invoice corrects dates, notes and customer. Wrong lines: prepare_invoice with the right ones, and have this draft deleted in the dashboard."
    : "";
}
