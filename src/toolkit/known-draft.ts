import type { DraftReading } from "../acts/add-item.ts";
import { emptyDraft } from "./compose.ts";
import type { ReadContext } from "./context.ts";

/** A draft of which this server's record says all that adding a line needs. */
export interface KnownDraft {
  readonly currency: string;
  readonly reading: DraftReading;
}

/** Acts after which a draft still is what it was made as, but for its lines. */
const HARMLESS = ["create_invoice", "add_item"];

/**
 * From the record alone, without a read: the draft was made here, and nothing but lines came since. `null`: read it. What was
 * done elsewhere is unknown; the API refuses what has become impossible, and the draft is read after the line.
 */
export async function knownDraft(id: string, context: ReadContext): Promise<KnownDraft | null> {
  const records = await (await context.journal()).list({ subject_id: id, limit: 500 });
  const made = records.find(({ kind }) => kind === "create_invoice");
  const isPlain = records.every(
    ({ kind, state }) => HARMLESS.includes(kind) && (state === "done" || state === "not_done"),
  );
  if (made?.state !== "done" || !isPlain || records.length === 500) return null;
  const { currency, calculate_from_net, is_quote } = made.args;
  if (typeof currency !== "string" || typeof calculate_from_net !== "boolean") return null;
  const item_ids = records.flatMap(({ kind, result }) =>
    kind === "add_item" && typeof result?.["item_id"] === "string" ? [result["item_id"]] : [],
  );
  const draft = emptyDraft(id, { calculate_from_net, is_quote: is_quote === true });
  return { currency, reading: { ...draft, item_ids, verify: true, by_record: true } };
}
