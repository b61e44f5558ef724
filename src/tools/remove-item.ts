import { z } from "zod";
import { removeItem } from "../acts/remove-item.ts";
import { defineTool } from "../toolkit/define.ts";
import { draftAnswer, draftOutput, draftText } from "../toolkit/draft.ts";
import { requireOwnDraft } from "../toolkit/own-draft.ts";
import { draftRef, itemId } from "../toolkit/params.ts";
import { findInvoiceId } from "../toolkit/references.ts";
import { orCopy } from "../toolkit/superseded.ts";

export default defineTool({
  name: "remove_item",
  title: "Remove line",
  effect: "remove",
  search: "Position Zeile entfernen entferne Rechnungszeile löschen Rabatt remove line discount",
  long: true,
  description: "Remove a line from a draft that was made here.",
  input: z.strictObject({ invoice_id: draftRef(), item_id: itemId() }),
  output: draftOutput,
  examples: [{ invoice_id: "draft-id", item_id: "item-id" }],
  async run(input, context) {
    const id = await findInvoiceId(input.invoice_id, context);
    await requireOwnDraft({ id }, "removing a line", await context.journal());
    const item_id = input.item_id.trim();
    const outcome = await orCopy(context.perform(removeItem, { invoice_id: id, item_id }), id, async () => {
      const { items } = await context.api.getInvoice(id, { signal: context.signal });
      return [{ line: (items ?? []).findIndex((item) => item.id === item_id) + 1, remove: true }];
    });
    return draftAnswer(
      id,
      context,
      outcome.outcome === "already_done"
        ? "This line is not on the draft. Nothing was changed."
        : "Removed the line; below is what is left.",
      "Show it to the person; then send_invoice. The line comes back with add_item only.",
    );
  },
  render: draftText,
});
