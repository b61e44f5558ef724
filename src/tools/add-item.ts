import { z } from "zod";
import { addItem, draftReading } from "../acts/add-item.ts";
import { notEditable } from "../acts/states.ts";
import { documentName } from "../domain/invoice.ts";
import { cited } from "../domain/untrusted.ts";
import type { DraftContext } from "../toolkit/context.ts";
import { defineTool } from "../toolkit/define.ts";
import { draftAnswer, draftOutput, draftText } from "../toolkit/draft.ts";
import { type KnownDraft, knownDraft } from "../toolkit/known-draft.ts";
import { lineArgs, lineShape } from "../toolkit/lines.ts";
import { draftRef, duplicateOf } from "../toolkit/params.ts";
import { findInvoiceId } from "../toolkit/references.ts";

export default defineTool({
  name: "add_item",
  title: "Add line",
  effect: "draft",
  search: "Position hinzufügen Rechnungszeile Zeile ergänzen invoice line item add to draft",
  long: true,
  description:
    "Add one line to a draft. Give the unit price in the invoice's direction: net if calculate_from_net, else gross. Negative for a discount.",
  input: z.strictObject({
    invoice_id: draftRef(),
    ...lineShape,
    duplicate_of: duplicateOf(),
  }),
  output: draftOutput,
  examples: [
    { invoice_id: "draft-id", title: "Consulting — March 2026", quantity: 10, tax_rate: 19, single_net_amount: 150 },
  ],
  async run(input, context) {
    const id = await findInvoiceId(input.invoice_id, context);
    const { reading, currency } = (await knownDraft(id, context)) ?? (await readDraft(id, context));
    const name = documentName(reading.invoice);
    const { invoice_id: _reference, duplicate_of, ...given } = input;
    const line = lineArgs("add_item", given, reading.calculate_from_net, currency, name);
    const outcome = await context.perform(addItem, { invoice_id: id, ...line }, { duplicate_of, reading });
    const next = "add_item for more; when complete, show the totals to the person, then send_invoice.";
    if (outcome.outcome === "done" && outcome.document === undefined) {
      return {
        data: {
          done: `Added ${cited(input.title, 185)} as line ${reading.item_ids.length + 1}. get_invoice shows the totals.`,
          invoice_id: id,
        },
        next,
      };
    }
    const repeated =
      outcome.outcome === "already_done" && outcome.operation !== null
        ? `This line was added at ${outcome.operation.created_at} already; nothing was added now. The same line again on purpose: duplicate_of "${outcome.operation.id}".`
        : undefined;
    return draftAnswer(id, context, repeated ?? `Added ${cited(input.title, 185)}.`, next, outcome.document);
  },
  render: draftText,
});

/** A draft of others is read before; the line's own answer then has to do: two requests either way. */
async function readDraft(id: string, context: DraftContext): Promise<KnownDraft> {
  const invoice = await context.api.getInvoice(id, { signal: context.signal });
  const refusal = notEditable(invoice);
  if (refusal !== null) throw refusal;
  return { currency: invoice.currency, reading: draftReading(invoice) };
}
