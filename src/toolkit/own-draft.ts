import type { Invoice } from "../domain/invoice.ts";
import { WrongStateError } from "../errors.ts";
import type { Journal } from "../journal/port.ts";

/**
 * What is taken away cannot be brought back: the API keeps nothing. Only from drafts that this server made, as its record
 * says. Another draft may collect somebody's bookings until the end of a period, or be somebody's work; a person decides
 * that in the dashboard. A record that is not there any more refuses.
 */
export async function requireOwnDraft(invoice: Pick<Invoice, "id">, what: string, journal: Journal): Promise<void> {
  const records = await journal.list({ subject_id: invoice.id, limit: 500 });
  const isOwn = records.some(
    ({ kind, state }) => kind === "create_invoice" && (state === "done" || state === "mismatch"),
  );
  if (isOwn) return;
  throw new WrongStateError(
    `Nothing was changed: this server's record does not say that it made draft ${invoice.id}, so ${what} is for a person.`,
    {
      next: "Such a draft may collect bookings or be somebody's work. Have the person do it in the dashboard.",
    },
  );
}
