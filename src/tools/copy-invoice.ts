import { z } from "zod";
import { customerName } from "../domain/customer.ts";
import { documentName, type Invoice, isCreditNote } from "../domain/invoice.ts";
import { defined } from "../domain/json.ts";
import { cited, inert } from "../domain/untrusted.ts";
import { InputError, WrongStateError } from "../errors.ts";
import { composeDraft, MAX_LINES, replacedText } from "../toolkit/compose.ts";
import { copiedLines, lineWish, replaced } from "../toolkit/copied-lines.ts";
import { defineTool } from "../toolkit/define.ts";
import { draftAnswer, draftOutput, draftText } from "../toolkit/draft.ts";
import { onOneLine } from "../toolkit/invoices.ts";
import { block, customerId, day, duplicateOf, flag, invoiceRef } from "../toolkit/params.ts";
import { findCustomer, findInvoice } from "../toolkit/references.ts";

const isFilled = (text: string): boolean => text.trim() !== "";
const input = z.strictObject({
  invoice_id: invoiceRef(),
  customer_id: customerId().optional(),
  replace: z
    .array(z.strictObject({ from: block(185, "From.").refine(isFilled, "must not be blank"), to: block(185, "To.") }))
    .max(20)
    .optional()
    .describe("In titles, subtitles, notes: e.g. the month."),
  lines: z.array(lineWish).max(MAX_LINES).optional().describe("Changed or new lines."),
  discount: z.number().gt(0).max(100).optional().describe("Percent off all lines."),
  supersedes: flag("true: the copied draft is not to be sent.").optional(),
  is_quote: flag("false: an invoice from a quote.").optional(),
  issued_at: day("YYYY-MM-DD.").optional(),
  due_date: day("Due date.").optional(),
  notes: block(5_000, "Instead of the copied notes.").optional(),
  duplicate_of: duplicateOf(),
});
type Input = z.infer<typeof input>;

export default defineTool({
  name: "copy_invoice",
  title: "Copy invoice",
  effect: "draft",
  search: "Rechnung kopieren wiederkehrend wieder wie letzten Monat dasselbe same last month recurring repeat again",
  long: true,
  card: true,
  description:
    'New draft from an earlier invoice, changed as told ("same as last month"). Dates and number are not copied.',
  input,
  output: draftOutput.extend({ changes: z.array(z.string()).optional().describe("Difference to the original.") }),
  examples: [{ invoice_id: "#2026-0012", replace: [{ from: "October", to: "November" }], due_date: "2026-12-31" }],
  async run(arguments_, context) {
    const original = await findInvoice(arguments_.invoice_id, context);
    const supersedes = arguments_.supersedes === true;
    checkOriginal(original, supersedes, arguments_);
    const customer =
      arguments_.customer_id === undefined
        ? original.customer_id === null
          ? null
          : await findCustomer(original.customer_id, context)
        : await findCustomer(arguments_.customer_id, context);
    const language = customer?.locale ?? context.language;
    const { lines, changes, calculate_from_net } = copiedLines(original, { ...arguments_, language });
    const notes = arguments_.notes ?? replaced(original.notes ?? "", arguments_.replace);
    if (notes !== (original.notes ?? ""))
      changes.push(`notes: ${cited(onOneLine(original.notes ?? ""))} → ${cited(onOneLine(notes))}`);
    const isSameCustomer = customer?.id === original.customer_id;
    if (customer !== null && !isSameCustomer) changes.push(`customer: now ${cited(customerName(customer), 80)}`);
    const isQuote = arguments_.is_quote ?? original.is_quote;
    if (isQuote !== original.is_quote) changes.push(isQuote ? "kind: invoice → quote" : "kind: quote → invoice");
    // A corrected draft is the same invoice: what was set by hand stays.
    const kept = supersedes && isSameCustomer ? original : null;
    const composed = await composeDraft(
      defined({
        currency: original.currency,
        calculate_from_net,
        customer_id: customer?.id,
        // The customer's address may have changed since, and the API fills it in on sending.
        recipient: (customer === null ? original.recipient : kept?.recipient) || undefined,
        invoicing_party: original.invoicing_party ?? undefined,
        notes: notes === "" ? undefined : notes,
        is_quote: isQuote ? true : undefined,
        vat_number: isSameCustomer ? (original.vat_number ?? undefined) : undefined,
        issued_at: arguments_.issued_at ?? kept?.issued_at ?? undefined,
        due_date: arguments_.due_date ?? kept?.due_date ?? undefined,
        supersedes: supersedes ? original.id : undefined,
      }),
      lines,
      context,
      arguments_.duplicate_of,
    );
    const answer = await draftAnswer(
      composed.invoice_id,
      context,
      composed.repeated && composed.operation_id !== null
        ? `This copy was made before; this is that draft. Another one on purpose: duplicate_of "${composed.operation_id}".`
        : `${replacedText(composed)}${copied(original, composed.invoice_id, isQuote, supersedes)}${changes.length === 0 ? " Nothing is different: check that its texts name the right period." : ""}`,
      "Show the differences and the gross to the person; then send_invoice.",
      composed.document,
      customer === null ? undefined : (customer.address ?? null),
    );
    return { ...answer, data: { ...answer.data, ...(changes.length === 0 ? {} : { changes }) } };
  },
  render: (data) => [draftText(data), ...(data.changes ?? []).map((change) => `  Changed: ${change}`)].join("\n"),
});

function checkOriginal(original: Invoice, supersedes: boolean, { replace }: Input): void {
  const name = documentName(original);
  if (isCreditNote(original)) {
    throw new WrongStateError(`${name} is a credit note; only invoices and quotes are copied.`);
  }
  const items = original.items ?? [];
  if (items.length === 0) throw new WrongStateError(`${name} has no lines to copy.`);
  if (supersedes && original.status !== "draft") {
    throw new WrongStateError(`${name} is ${original.status} and stays: a copy stands for a draft only.`, {
      next: "Copy it without supersedes; cancel_invoice takes the sent one back.",
    });
  }
  const texts = [...items.flatMap((item) => [item.title, item.subtitle ?? ""]), original.notes ?? ""];
  const absent = (replace ?? []).find(({ from }) => !texts.some((text) => text.includes(from)));
  if (absent !== undefined) {
    throw new InputError(
      `copy_invoice: ${cited(absent.from)} does not occur in ${name}, so nothing would be replaced.`,
    );
  }
}

/** Names both documents. Whether a quote was accepted is not among what the API says. */
function copied(original: Invoice, id: string, isQuote: boolean, supersedes: boolean): string {
  const name = documentName(original);
  const kind = isQuote ? "a quote" : "an invoice";
  const made = `Copied ${name} as a new draft of ${kind}, ${id}.`;
  const accepted = /accept/i.test(original.status_word)
    ? " The API calls the quote accepted."
    : ` The API calls the quote ${inert(original.status_word, 30)}, not whether the customer accepted it: ask, unless the person said so.`;
  return [
    made,
    original.is_quote && !isQuote ? accepted : "",
    supersedes ? ` It stands for ${name}, which can no longer be sent by mistake.` : "",
  ].join("");
}
