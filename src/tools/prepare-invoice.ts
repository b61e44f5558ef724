import { z } from "zod";
import { createAddress } from "../acts/create-address.ts";
import { createCustomer } from "../acts/create-customer.ts";
import { type Address, type Customer, customerName } from "../domain/customer.ts";
import { defined } from "../domain/json.ts";
import { cited } from "../domain/untrusted.ts";
import { InputError } from "../errors.ts";
import { composeDraft, MAX_LINES, replacedText } from "../toolkit/compose.ts";
import type { DraftContext } from "../toolkit/context.ts";
import { defineTool } from "../toolkit/define.ts";
import { draftAnswer, draftText, preparedOutput } from "../toolkit/draft.ts";
import { directionOf, lineArgs, lineShape } from "../toolkit/lines.ts";
import { block, country, currency, day, duplicateOf, email, flag, language, line, phone } from "../toolkit/params.ts";
import { type Candidate, candidateLine, plain, resolveCustomer } from "../toolkit/resolve-customer.ts";
import type { Result } from "../toolkit/tool.ts";

const newCustomer = z.strictObject({
  email: email("E-mail."),
  locale: language(),
  given_name: line(120, "Given name.").optional(),
  family_name: line(120, "Family name.").optional(),
  company: line(190, "Company.").optional(),
  mobile: phone().optional(),
  street_address: line(190, "Street address.").optional(),
  zip_code: line(20, "Zip code.").optional(),
  city: line(120, "City.").optional(),
  country_code: country().optional(),
});
type NewCustomerInput = z.infer<typeof newCustomer>;

const input = z.strictObject({
  customer: line(200, "Id, e-mail or name.").optional(),
  new_customer: newCustomer.optional().describe("Instead, if there is none yet."),
  currency: currency(),
  items: z.array(z.strictObject(lineShape)).min(1).max(MAX_LINES).describe("All net or all gross."),
  issued_at: day("YYYY-MM-DD.").optional(),
  due_date: day("Due date.").optional(),
  notes: block(5_000, "Printed.").optional(),
  recipient: block(1_000, "If other than the customer's.").optional(),
  vat_number: line(40, "VAT number.").optional(),
  is_quote: flag("Is quote.").optional(),
  duplicate_of: duplicateOf(),
});

type PreparedData = z.infer<typeof preparedOutput>;

export default defineTool({
  name: "prepare_invoice",
  title: "Prepare invoice",
  effect: "draft",
  search: "Rechnung schreiben schreib erstellen Entwurf Angebot quote Kunde abrechnen bill customer",
  always: true,
  long: true,
  card: true,
  description:
    "Whole draft in one call: finds or creates the customer, adds all lines. If the customer is unclear it asks back and creates nothing. Repeated, it resumes.",
  input,
  output: preparedOutput,
  examples: [
    {
      new_customer: { email: "sam@example.com", locale: "de", company: "Muster GmbH" },
      currency: "EUR",
      items: [{ title: "Consulting — March 2026", quantity: 10, tax_rate: 19, single_net_amount: 150 }],
    },
  ],
  async run(arguments_, context) {
    const { customer: wanted, new_customer, items, duplicate_of, ...attributes } = arguments_;
    if ((wanted === undefined) === (new_customer === undefined)) {
      throw new InputError("prepare_invoice: give either customer or new_customer.");
    }
    if (
      attributes.issued_at !== undefined &&
      attributes.due_date !== undefined &&
      attributes.due_date < attributes.issued_at
    ) {
      throw new InputError("prepare_invoice: due_date is before issued_at.");
    }
    const fromNet = directionOf("prepare_invoice", items);
    const lines = items.map((item) => lineArgs("prepare_invoice", item, fromNet, attributes.currency, "this invoice"));
    const address = new_customer === undefined ? null : addressOf(new_customer);

    const found = await whoIsMeant(wanted, new_customer, address, context);
    if ("question" in found) return found.question;
    const customerId = found.customer?.id ?? (await createNew(new_customer, context));
    // Also where an earlier call created the customer and stopped before the address.
    if (address !== null && !found.customer?.address) {
      await context.perform(createAddress, { customer_id: customerId, ...address });
    }
    const composed = await composeDraft(
      defined({ ...attributes, calculate_from_net: fromNet, customer_id: customerId }),
      lines,
      context,
      duplicate_of,
    );
    return draftAnswer(
      composed.invoice_id,
      context,
      composed.repeated && composed.operation_id !== null
        ? `An equal draft was prepared before; this is that one. A second one on purpose: duplicate_of "${composed.operation_id}".`
        : `${replacedText(composed)}Draft prepared ${found.customer === null ? "for a new customer" : `for ${cited(customerName(found.customer), 80)}`}, ${lines.length} line${lines.length === 1 ? "" : "s"}.`,
      address === null && attributes.recipient === undefined && !found.customer?.address
        ? `There is no postal address yet, and an invoice has to name one: create_address for ${customerId}. Then show customer, lines and gross to the person; then send_invoice.`
        : "Show customer, lines and gross to the person; then send_invoice.",
      composed.document,
      found.customer?.address ?? (address === null ? null : { id: "", address_line_2: null, ...address }),
    );
  },
  render: (data) =>
    data.question === undefined
      ? draftText(data)
      : [data.question, ...(data.candidates ?? []).map(candidateLine)].join("\n"),
});

type Found = { readonly customer: Customer | null } | { readonly question: Result<PreparedData> };

/** Reads only: either a customer, or `null` for one that is to be created, or a question. */
async function whoIsMeant(
  wanted: string | undefined,
  fresh: NewCustomerInput | undefined,
  address: AddressInput | null,
  context: DraftContext,
): Promise<Found> {
  const resolution = await resolveCustomer(wanted ?? fresh?.email ?? "", context);
  switch (resolution.is) {
    case "several":
      return {
        question: question(
          `Several customers could be meant by ${cited(wanted ?? fresh?.email ?? "")}. Nothing was created.`,
          resolution.candidates,
        ),
      };
    case "similar":
      return {
        question: question(
          `One customer is like ${cited(wanted ?? "")}, but not certainly the one. Nothing was created.`,
          [resolution.candidate],
          `Have the person confirm this one, then call again with customer "${resolution.candidate.customer_id}".`,
        ),
      };
    case "none":
      return fresh === undefined
        ? { question: question(`No customer matches ${cited(wanted ?? "")}. Nothing was created.`, []) }
        : { customer: null };
    case "one":
      return known(resolution.customer, fresh, address);
  }
}

/** A customer there is already: who was meant, unless what was said of a new one contradicts it. */
function known(customer: Customer, fresh: NewCustomerInput | undefined, address: AddressInput | null): Found {
  const name = cited(customerName(customer), 80);
  if (fresh !== undefined && !sameParty(customer, fresh)) {
    return {
      question: question(
        `The e-mail ${cited(fresh.email)} belongs to ${name} already. Nothing was created.`,
        [],
        `If that is who is meant, call again with customer "${customer.id}" instead of new_customer.`,
      ),
    };
  }
  if (address !== null && customer.address && !sameAddress(customer.address, address)) {
    const { street_address, zip_code, city } = customer.address;
    const recorded = [street_address, zip_code, city].filter((part) => part !== null).join(", ");
    return {
      question: question(
        `${name} is a customer already, with another address: ${cited(recorded)}. Nothing was created.`,
        [],
        `For the recorded address, call again with customer "${customer.id}"; for the new one, create_address first.`,
      ),
    };
  }
  return { customer };
}

function sameAddress(recorded: Address, given: AddressInput): boolean {
  return (["street_address", "zip_code", "city"] as const).every(
    (part) => plain(recorded[part] ?? "") === plain(given[part]),
  );
}

function question(text: string, found: readonly Candidate[], next?: string): Result<PreparedData> {
  return {
    data: { question: text, ...(found.length === 0 ? {} : { candidates: [...found] }) },
    next:
      next ??
      (found.length === 0
        ? "Ask for the e-mail and address, then call again with new_customer; or check the spelling with search_customers."
        : "Ask the person which one, then call again with its id as customer."),
  };
}

/** The existing customer is who the caller described, as far as both say something. */
function sameParty(customer: Customer, fresh: NewCustomerInput): boolean {
  const differs = (existing: string | null, given: string | undefined) =>
    existing !== null && existing.trim() !== "" && given !== undefined && plain(existing) !== plain(given);
  return !differs(customer.company, fresh.company) && !differs(customer.family_name, fresh.family_name);
}

interface AddressInput {
  readonly name: string;
  readonly street_address: string;
  readonly zip_code: string;
  readonly city: string;
  readonly country_code: string;
}

/** All of the address or nothing of it; checked before anything is created. */
function addressOf(fresh: NewCustomerInput): AddressInput | null {
  const { street_address, zip_code, city, country_code } = fresh;
  const given = [street_address, zip_code, city, country_code];
  if (given.every((part) => part === undefined)) return null;
  if (street_address === undefined || zip_code === undefined || city === undefined || country_code === undefined) {
    throw new InputError("prepare_invoice: an address needs street_address, zip_code, city and country_code.");
  }
  const person = [fresh.given_name, fresh.family_name].filter((part) => part !== undefined).join(" ");
  return { name: person || (fresh.company ?? fresh.email), street_address, zip_code, city, country_code };
}

async function createNew(fresh: NewCustomerInput | undefined, context: DraftContext): Promise<string> {
  if (fresh === undefined) throw new InputError("prepare_invoice: give either customer or new_customer.");
  const { email: mail, locale, given_name, family_name, company, mobile } = fresh;
  context.progress("customer");
  const created = await context.perform(
    createCustomer,
    defined({ email: mail, locale, given_name, family_name, company, mobile }),
  );
  return created.result.customer_id;
}
