import { z } from "zod";
import { customerName } from "../domain/customer.ts";
import { REFERENCE_TYPES } from "../domain/invoice.ts";
import { defined } from "../domain/json.ts";
import { cited } from "../domain/untrusted.ts";
import { InputError } from "../errors.ts";
import { draftFor, replacedText } from "../toolkit/compose.ts";
import { defineTool } from "../toolkit/define.ts";
import { draftAnswer, draftOutput, draftText } from "../toolkit/draft.ts";
import { block, currency, customerId, day, duplicateOf, flag, line } from "../toolkit/params.ts";
import { findCustomer } from "../toolkit/references.ts";

export default defineTool({
  name: "create_invoice",
  title: "Create invoice",
  effect: "draft",
  search: "Rechnungsentwurf Entwurf anlegen leer leeren leg empty draft start quote Angebot",
  description:
    "Create a draft without lines. Link it by customer_id, by reference (the API derives the customer), or later.",
  input: z.strictObject({
    currency: currency(),
    calculate_from_net: flag("true: amounts will be entered net; false: gross."),
    customer_id: customerId().optional(),
    reference_type: z.enum(REFERENCE_TYPES).optional().describe("With reference_id."),
    reference_id: line(64, "Reference id.").optional(),
    recipient: block(1_000, "Address block; default: the customer's, filled on send.").optional(),
    invoicing_party: block(1_000, "Your address block.").optional(),
    issued_at: day("YYYY-MM-DD.").optional(),
    due_date: day("Due date.").optional(),
    notes: block(5_000, "Printed on it.").optional(),
    vat_number: line(40, "VAT number.").optional(),
    is_quote: flag("Is quote.").optional(),
    number: line(60, "Leave out: the API numbers on send.").optional(),
    duplicate_of: duplicateOf(),
  }),
  output: draftOutput,
  examples: [
    { currency: "EUR", calculate_from_net: true, customer_id: "1041", due_date: "2026-12-31" },
    { currency: "EUR", calculate_from_net: false, is_quote: true },
  ],
  async run(input, context) {
    const { duplicate_of, reference_type, reference_id, customer_id, ...attributes } = input;
    if ((reference_type === undefined) !== (reference_id === undefined)) {
      throw new InputError("create_invoice: reference_type and reference_id go together.");
    }
    if (customer_id !== undefined && reference_type !== undefined) {
      throw new InputError(
        "create_invoice: give customer_id or a reference, not both; the API derives the customer from the reference.",
      );
    }
    if (input.issued_at !== undefined && input.due_date !== undefined && input.due_date < input.issued_at) {
      throw new InputError("create_invoice: due_date is before issued_at.");
    }
    const customer = customer_id === undefined ? null : await findCustomer(customer_id, context);
    const { created: outcome, replaces } = await draftFor(
      defined({
        ...attributes,
        customer_id: customer?.id,
        reference:
          reference_type === undefined || reference_id === undefined
            ? undefined
            : { type: reference_type, id: reference_id },
      }),
      undefined,
      context,
      duplicate_of,
    );
    const repeated =
      outcome.outcome === "already_done" && outcome.operation !== null
        ? `An equal draft was created at ${outcome.operation.created_at}; this is that draft. A second one on purpose: duplicate_of "${outcome.operation.id}".`
        : undefined;
    const forWhom = customer === null ? "no customer linked yet" : `for ${cited(customerName(customer), 80)}`;
    return draftAnswer(
      outcome.result.invoice_id,
      context,
      repeated ?? `${replacedText({ replaces })}Draft created, ${forWhom}.`,
      "add_item for each line.",
    );
  },
  render: draftText,
});
