import { addItem } from "../acts/add-item.ts";
import { type CreateInvoiceArgs, createInvoice } from "../acts/create-invoice.ts";
import { canonicalJson } from "../domain/json.ts";
import { NotFoundError } from "../errors.ts";
import type { DraftContext } from "./context.ts";
import type { LineArgs } from "./lines.ts";

export const MAX_LINES = 100;

/** What was made, and whether the whole of it existed already. */
export interface Composed {
  readonly invoice_id: string;
  readonly repeated: boolean;
  readonly operation_id: string | null;
}

/**
 * A draft with all its lines, one journalled operation after the other (the API takes one line at a time). The same call
 * made again goes on where the first one stopped: steps that are done are found, not repeated.
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
  let created = await context.perform(createInvoice, wanted, { duplicate_of: duplicateOf, note });
  if (
    created.outcome === "already_done" &&
    created.operation !== null &&
    (await isGone(created.result.invoice_id, context))
  ) {
    // The earlier draft was deleted since: this is a new one, not a repeat.
    created = await context.perform(createInvoice, wanted, { duplicate_of: created.operation.id, note });
  }
  const { invoice_id } = created.result;
  let repeated = created.outcome === "already_done";
  /** The operation of the last equal line, which an equal one after it has to name. */
  const equal = new Map<string, string>();
  for (const [index, line] of lines.entries()) {
    context.progress(`line ${index + 1} of ${lines.length}`);
    const key = canonicalJson(line);
    const added = await context.perform(
      addItem,
      { invoice_id, ...line },
      { duplicate_of: equal.get(key), note: { lines: index + 1 } },
    );
    if (added.operation !== null) equal.set(key, added.operation.id);
    repeated = repeated && added.outcome === "already_done";
  }
  return { invoice_id, repeated, operation_id: created.operation?.id ?? null };
}

async function isGone(invoiceId: string, context: DraftContext): Promise<boolean> {
  try {
    await context.api.getInvoice(invoiceId, { signal: context.signal });
    return false;
  } catch (error) {
    if (error instanceof NotFoundError) return true;
    throw error;
  }
}
