import { z } from "zod";
import { customerName } from "../domain/customer.ts";
import { documentName, type Invoice, type Item, isCreditNote } from "../domain/invoice.ts";
import { defined } from "../domain/json.ts";
import { decimal, formatMoney } from "../domain/money.ts";
import { quoted } from "../domain/untrusted.ts";
import { InputError, WrongStateError } from "../errors.ts";
import { composeDraft, MAX_LINES, replacedText } from "../toolkit/compose.ts";
import { defineTool } from "../toolkit/define.ts";
import { draftAnswer, draftOutput, draftText } from "../toolkit/draft.ts";
import { type LineArgs, lineChanges } from "../toolkit/lines.ts";
import {
  amount,
  block,
  customerId,
  day,
  duplicateOf,
  flag,
  invoiceRef,
  line,
  quantity,
  taxRate,
} from "../toolkit/params.ts";
import { findCustomer, findInvoice } from "../toolkit/references.ts";

const input = z.strictObject({
  invoice_id: invoiceRef(),
  customer_id: customerId().optional(),
  replace: z
    .array(z.strictObject({ from: line(185, "Text."), to: z.string().max(185).describe("New text.") }))
    .max(20)
    .optional()
    .describe("In titles, subtitles, notes: e.g. the month."),
  lines: z
    .array(
      z.strictObject({
        line: z.int().min(1).max(MAX_LINES).describe("From 1."),
        quantity: quantity().optional(),
        tax_rate: taxRate().optional(),
        single_net_amount: amount("Net.").optional(),
        single_gross_amount: amount("Gross.").optional(),
        remove: flag("Remove.").optional(),
      }),
    )
    .max(MAX_LINES)
    .optional()
    .describe("Changed lines."),
  is_quote: flag("false: an invoice from a quote.").optional(),
  issued_at: day("YYYY-MM-DD.").optional(),
  due_date: day("YYYY-MM-DD.").optional(),
  notes: block(5_000, "Instead of the copied notes.").optional(),
  duplicate_of: duplicateOf(),
});
type Input = z.infer<typeof input>;
type LineWish = NonNullable<Input["lines"]>[number];

export default defineTool({
  name: "copy_invoice",
  title: "Copy invoice",
  effect: "draft",
  search: "Rechnung kopieren wiederkehrend wie letzten Monat recurring repeat",
  long: true,
  card: true,
  description:
    'New draft from an earlier invoice, changed as told ("same as last month"). Dates and number are not copied.',
  input,
  output: draftOutput.extend({ changes: z.array(z.string()).optional().describe("Difference to the original.") }),
  examples: [{ invoice_id: "#2026-0012", replace: [{ from: "October", to: "November" }], due_date: "2026-12-31" }],
  async run(arguments_, context) {
    const original = await findInvoice(arguments_.invoice_id, context);
    if (isCreditNote(original)) {
      throw new WrongStateError(`${documentName(original)} is a credit note; only invoices and quotes are copied.`);
    }
    const items = original.items ?? [];
    if (items.length === 0) throw new WrongStateError(`${documentName(original)} has no lines to copy.`);
    const customer =
      arguments_.customer_id === undefined
        ? original.customer_id === null
          ? null
          : await findCustomer(original.customer_id, context)
        : await findCustomer(arguments_.customer_id, context);
    const { lines, changes } = changedLines(items, original, arguments_);
    const notes = arguments_.notes ?? replaced(original.notes ?? "", arguments_);
    if (notes !== (original.notes ?? "")) changes.push(`notes: ${quoted(original.notes ?? "")} → ${quoted(notes)}`);
    if (customer !== null && customer.id !== original.customer_id) {
      changes.push(`customer: now ${quoted(customerName(customer), 80)}`);
    }
    const isQuote = arguments_.is_quote ?? original.is_quote;
    if (isQuote !== original.is_quote) changes.push(isQuote ? "kind: invoice → quote" : "kind: quote → invoice");
    for (const { from } of arguments_.replace ?? []) {
      if (
        ![...items.flatMap((item) => [item.title, item.subtitle ?? ""]), original.notes ?? ""].some((text) =>
          text.includes(from),
        )
      ) {
        throw new InputError(
          `copy_invoice: ${quoted(from)} does not occur in ${documentName(original)}, so nothing would be replaced.`,
        );
      }
    }
    const composed = await composeDraft(
      defined({
        currency: original.currency,
        calculate_from_net: original.calculate_from_net,
        customer_id: customer?.id,
        // The customer's address may have changed since, and the API fills it in on sending.
        recipient: customer === null ? (original.recipient ?? undefined) : undefined,
        invoicing_party: original.invoicing_party ?? undefined,
        notes: notes === "" ? undefined : notes,
        is_quote: isQuote ? true : undefined,
        vat_number: customer?.id === original.customer_id ? (original.vat_number ?? undefined) : undefined,
        issued_at: arguments_.issued_at,
        due_date: arguments_.due_date,
      }),
      lines,
      context,
      arguments_.duplicate_of,
    );
    const same = changes.length === 0 ? " Nothing is different: check that its texts name the right period." : "";
    const answer = await draftAnswer(
      composed.invoice_id,
      context,
      composed.repeated && composed.operation_id !== null
        ? `This copy was made before; this is that draft. Another one on purpose: duplicate_of "${composed.operation_id}".`
        : `${replacedText(composed)}Copied ${documentName(original)} as a new draft${isQuote ? " of a quote" : original.is_quote ? " of an invoice" : ""}.${same}`,
      "Show the differences and the gross to the person; then send_invoice.",
      composed.document,
      customer?.address ?? null,
    );
    return { ...answer, data: { ...answer.data, ...(changes.length === 0 ? {} : { changes }) } };
  },
  render: (data) => [draftText(data), ...(data.changes ?? []).map((change) => `  Changed: ${change}`)].join("\n"),
});

function changedLines(
  items: readonly Item[],
  original: Invoice,
  wanted: Input,
): { lines: LineArgs[]; changes: string[] } {
  const name = documentName(original);
  const asked = new Map<number, LineWish>();
  for (const wish of wanted.lines ?? []) {
    if (wish.line > items.length) {
      throw new InputError(`copy_invoice: there is no line ${wish.line}; ${name} has ${items.length}.`);
    }
    if (asked.has(wish.line)) throw new InputError(`copy_invoice: line ${wish.line} is given twice.`);
    asked.set(wish.line, wish);
  }
  const changes: string[] = [];
  const lines = items.flatMap((item, index) => {
    const wish = asked.get(index + 1);
    if (wish?.remove === true) {
      changes.push(`line ${index + 1}: ${quoted(item.title)} left out`);
      return [];
    }
    return [changedLine(item, index + 1, original, wanted, wish, changes)];
  });
  if (lines.length === 0) throw new InputError("copy_invoice: no line would be left.");
  return { lines, changes };
}

/** One line as it will be; what is different is added to `changes`. */
function changedLine(
  item: Item,
  place: number,
  original: Invoice,
  wanted: Input,
  wish: LineWish | undefined,
  changes: string[],
): LineArgs {
  const { calculate_from_net, currency } = original;
  const where = `line ${place}`;
  const { line: _place, remove: _remove, ...values } = wish ?? {};
  const given = lineChanges("copy_invoice", values, calculate_from_net, currency, documentName(original));
  const former = calculate_from_net ? item.single_net_amount : item.single_gross_amount;
  const price = given.amount ?? former?.toFixed();
  if (price === undefined) {
    throw new WrongStateError(
      `Line ${place} of ${documentName(original)} has no ${calculate_from_net ? "net" : "gross"} price to copy.`,
    );
  }
  const count = given.quantity ?? Number(item.quantity.toFixed());
  if (!Number.isInteger(count)) {
    throw new WrongStateError(
      `Line ${place} of ${documentName(original)} has the quantity ${item.quantity.toFixed()}, which the API does not take back.`,
    );
  }
  const title = replaced(item.title, wanted);
  const subtitle = replaced(item.subtitle ?? "", wanted);
  if (title.length > 185 || subtitle.length > 185)
    throw new InputError(`copy_invoice: ${where} would be longer than 185 characters.`);
  const rate = given.tax_rate ?? item.tax_rate.toFixed();
  if (title !== item.title) changes.push(`${where}: ${quoted(item.title)} → ${quoted(title)}`);
  if (subtitle !== (item.subtitle ?? ""))
    changes.push(`${where}: ${quoted(item.subtitle ?? "")} → ${quoted(subtitle)}`);
  if (!item.quantity.eq(count)) changes.push(`${where}: quantity ${item.quantity.toFixed()} → ${count}`);
  if (!item.tax_rate.eq(rate)) changes.push(`${where}: tax rate ${item.tax_rate.toFixed()} → ${rate} %`);
  if (former !== null && !former.eq(price)) {
    const side = calculate_from_net ? "net" : "gross";
    changes.push(`${where}: ${formatMoney(former, currency)} → ${formatMoney(decimal(price), currency)} ${side}`);
  }
  return defined({
    title,
    subtitle: subtitle === "" ? undefined : subtitle,
    quantity: count,
    tax_rate: rate,
    amount: price,
  });
}

function replaced(text: string, { replace }: Input): string {
  return (replace ?? []).reduce((current, { from, to }) => current.replaceAll(from, () => to), text);
}
