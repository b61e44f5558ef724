import { addItem, type DraftReading, draftReading } from "../acts/add-item.ts";
import { type CreateInvoiceArgs, createInvoice } from "../acts/create-invoice.ts";
import type { Invoice } from "../domain/invoice.ts";
import { canonicalJson } from "../domain/json.ts";
import { NotFoundError } from "../errors.ts";
import type { PerformOptions } from "../journal/port.ts";
import type { DraftContext, Settled } from "./context.ts";
import type { LineArgs } from "./lines.ts";

export const MAX_LINES = 100;

/** What the API confirmed is readable by then. A document that is not found earlier may only be late. */
const LAG_MS = 20_000;
/** Between the two readings that prove that a document is gone. */
const SECOND_READING_MS = 2_000;

/** What was made, and whether the whole of it existed already. */
export interface Composed {
  readonly invoice_id: string;
  readonly repeated: boolean;
  readonly operation_id: string | null;
  /** The draft that an equal earlier call made, which is gone. */
  readonly replaces: string | null;
  /** As it was read after its last line. */
  readonly document: Invoice | null;
}

/**
 * A draft with all its lines, one journalled operation after the other (the API takes one line at a time). Each line's
 * answer is compared with what was sent; the draft is read once, after the last. The same call made again goes on where
 * the first one stopped: steps that are done are found, not repeated.
 */
export async function composeDraft(
  attributes: CreateInvoiceArgs,
  lines: readonly LineArgs[],
  context: DraftContext,
  duplicateOf: string | undefined,
): Promise<Composed> {
  // Other lines are another draft: without this, a corrected call would add its lines to the wrong ones.
  const wanted = { ...attributes, lines: canonicalJson([...lines]) };
  const note = { currency: attributes.currency, lines: lines.length };
  const { created, reading: begun, replaces, found } = await draftFor(wanted, note, context, duplicateOf);
  const { invoice_id } = created.result;
  let repeated = created.outcome === "already_done";
  let reading = begun;
  let document = found;
  /** The operation of the last equal line, which an equal one after it has to name. */
  const equal = new Map<string, string>();
  for (const [index, line] of lines.entries()) {
    context.progress(`line ${index + 1} of ${lines.length}`);
    const key = canonicalJson(line);
    const added = await context.perform(
      addItem,
      { invoice_id, ...line },
      {
        duplicate_of: equal.get(key),
        note: { lines: index + 1 },
        reading: index === lines.length - 1 ? { ...reading, verify: true } : reading,
      },
    );
    if (added.operation !== null) equal.set(key, added.operation.id);
    repeated = repeated && added.outcome === "already_done";
    if (added.outcome === "already_done") continue;
    document = added.document ?? null;
    reading = { ...reading, item_ids: [...reading.item_ids, added.result.item_id] };
  }
  return { invoice_id, repeated, operation_id: created.operation?.id ?? null, replaces, document };
}

interface Begun {
  readonly created: Settled<{ invoice_id: string }>;
  readonly reading: DraftReading;
  readonly replaces: string | null;
  /** As it was read, where it was there before. */
  readonly found: Invoice | null;
}

/** The draft to add lines to: new, or the one an equal earlier call had begun. */
export async function draftFor(
  wanted: CreateInvoiceArgs,
  note: PerformOptions["note"],
  context: DraftContext,
  duplicateOf: string | undefined,
): Promise<Begun> {
  const noted = note === undefined ? {} : { note };
  let replaces: string | null = null;
  for (let earlier = duplicateOf; ; ) {
    const created = await context.perform(createInvoice, wanted, { duplicate_of: earlier, ...noted });
    const { outcome, operation, result } = created;
    if (outcome !== "already_done" || operation === null) {
      return { created, reading: emptyDraft(result.invoice_id, wanted), replaces, found: null };
    }
    const found = await stillThere(result.invoice_id, Date.parse(operation.updated_at), context);
    if (found !== null) return { created, reading: draftReading(found), replaces, found };
    // Deleted since: the next is a new one, not a repeat.
    replaces = result.invoice_id;
    earlier = operation.id;
  }
}

/** What a draft is right after the API confirmed that it was made. */
export function emptyDraft(
  id: string,
  { calculate_from_net, is_quote }: Pick<CreateInvoiceArgs, "calculate_from_net" | "is_quote">,
): DraftReading {
  return {
    invoice: {
      id,
      number: null,
      status: "draft",
      status_word: "draft",
      locked: false,
      is_quote: is_quote ?? false,
      is_cancellation: false,
      is_credit: false,
    },
    item_ids: [],
    calculate_from_net,
  };
}

/** `null`: gone, by two readings after everything that was confirmed must be readable. One 404 proves nothing. */
async function stillThere(id: string, confirmedAt: number, context: DraftContext): Promise<Invoice | null> {
  const first = await readOrNull(id, context);
  if (first !== null) return first;
  const lag = confirmedAt + LAG_MS - context.clock.now();
  context.progress("looking for the draft once more");
  await context.clock.sleep(Math.max(SECOND_READING_MS, lag), context.signal);
  return readOrNull(id, context);
}

async function readOrNull(id: string, context: DraftContext): Promise<Invoice | null> {
  try {
    return await context.api.getInvoice(id, { signal: context.signal });
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}

/** Said before the rest: somebody may look for the former draft. */
export function replacedText({ replaces }: Pick<Composed, "replaces">): string {
  return replaces === null ? "" : `The earlier draft ${replaces} is gone (two readings did not find it). `;
}
