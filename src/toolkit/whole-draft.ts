import { documentName, type Invoice } from "../domain/invoice.ts";
import { WrongStateError } from "../errors.ts";
import type { Journal } from "../journal/port.ts";

/**
 * A draft that was to get a number of lines and did not get them all (a fault on the way) must not be sent as if it were
 * whole. Judged by the journal, not by the draft: a line taken out on purpose in the web interface is no gap.
 */
export async function requireAllLines(invoice: Invoice, journal: Journal): Promise<void> {
  const records = await journal.list({ subject_id: invoice.id, limit: 500 });
  const wanted = records.find((record) => record.kind === "create_invoice")?.note?.lines;
  if (wanted === undefined) return;
  // A mismatch was added, too; what differs is settled on its own. Lines added later by themselves do not fill a gap.
  const there = new Set(
    records
      .filter(({ kind, state }) => kind === "add_item" && (state === "done" || state === "mismatch"))
      .map(({ note }) => note?.lines),
  );
  const added = Array.from({ length: wanted }, (_, index) => index + 1).filter((line) => there.has(line)).length;
  if (added >= wanted) return;
  throw new WrongStateError(`${documentName(invoice)} is not complete: ${added} of its ${wanted} lines were added.`, {
    next: "Make the call that prepared it again with the same arguments: it adds the missing lines and repeats nothing.",
  });
}
