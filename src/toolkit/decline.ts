import type { Act } from "../guard/port.ts";

/** What was declined may be wrong. Lines of a draft are tried as asked; not every API has the routes. */
export function wayAfterDecline(act: Act): string {
  return act === "send_invoice"
    ? " update_invoice corrects dates, notes and customer; update_item, add_item and remove_item its lines."
    : "";
}
