import { z } from "zod";
import { deleteDraft } from "../acts/delete-draft.ts";
import { decimal, formatMoney } from "../domain/money.ts";
import { defineTool } from "../toolkit/define.ts";
import { requireOwnDraft } from "../toolkit/own-draft.ts";
import { draftRef } from "../toolkit/params.ts";
import { findInvoiceId } from "../toolkit/references.ts";

export default defineTool({
  name: "delete_draft",
  title: "Delete draft",
  effect: "remove",
  search: "Entwurf löschen lösche verwerfen delete discard draft invoice",
  description: "Delete a draft that was made here and has no number, for good.",
  input: z.strictObject({ invoice_id: draftRef() }),
  output: z.object({ done: z.string(), invoice_id: z.string() }),
  examples: [{ invoice_id: "draft-id" }],
  async run(input, context) {
    const id = await findInvoiceId(input.invoice_id, context);
    await requireOwnDraft({ id }, "deleting it", await context.journal());
    const { outcome, operation, result } = await context.perform(deleteDraft, { invoice_id: id });
    const { total, currency, lines } = result;
    const amount = total === null || currency === null ? "" : `, ${formatMoney(decimal(total), currency)}`;
    const what = `draft ${id}${lines === null ? "" : ` (${lines} ${lines === 1 ? "line" : "lines"}${amount})`}`;
    const done =
      outcome === "already_done" && operation !== null
        ? `This call changed nothing: ${what} was deleted at ${operation.updated_at} (${operation.id}).`
        : `Deleted ${what}. It billed nobody.`;
    return { data: { done, invoice_id: id } };
  },
  render: ({ done }) => done,
});
