import { z } from "zod";
import { createAddress } from "../acts/create-address.ts";
import type { Invoice } from "../domain/invoice.ts";
import type { ReadContext } from "../toolkit/context.ts";
import { customerData, customerText } from "../toolkit/customers.ts";
import { defineTool } from "../toolkit/define.ts";
import { country, customerId, line } from "../toolkit/params.ts";
import { readCustomer } from "../toolkit/read-back.ts";
import { findCustomer } from "../toolkit/references.ts";
import { PAGE_SIZE } from "../toolkit/scan.ts";

export default defineTool({
  name: "create_address",
  title: "Create address",
  effect: "draft",
  search: "Anschrift Adresse Kunden anlegen customer postal address street",
  description: "Give a customer a postal address. The same address is not created twice.",
  input: z.strictObject({
    customer_id: customerId(),
    name: line(190, "Person or company."),
    street_address: line(190, "Street and number."),
    zip_code: line(20, "Zip code."),
    city: line(120, "City."),
    country_code: country(),
  }),
  output: z.object({ customer: customerData, note: z.string().optional() }),
  examples: [
    {
      customer_id: "1041",
      name: "Sam Muster",
      street_address: "Musterweg 1",
      zip_code: "50667",
      city: "Köln",
      country_code: "DE",
    },
  ],
  async run(input, context) {
    const before = await findCustomer(input.customer_id, context);
    const outcome = await context.perform(createAddress, { ...input, customer_id: before.id });
    const { customer, note } = await readCustomer(before.id, before.email ?? "", context);
    const existed = outcome.outcome === "already_done";
    const replaced =
      !existed && before.address ? "The customer had another address; below is what the API shows now." : undefined;
    return {
      data: {
        customer,
        note: existed ? "The customer has this address already. Nothing was created." : (note ?? replaced),
      },
      next: await nextFor(before.id, context),
    };
  },
  render: ({ customer, note }) => [note ?? "Address created.", customerText(customer)].join("\n"),
});

/** A draft that waits for the address comes before a new one. */
async function nextFor(customerId: string, context: ReadContext): Promise<string> {
  const drafts = await openDrafts(customerId, context);
  const [one, ...others] = drafts;
  if (one === undefined) return "prepare_invoice for this customer.";
  const takes =
    (one.recipient ?? "").trim() === ""
      ? "takes this address on sending"
      : "has a recipient of its own: update_invoice changes it";
  const more = others.length === 0 ? "" : ` ${others.length} more: list_invoices with status draft.`;
  return `Draft ${one.id} of this customer ${takes}. Show it (get_invoice), then send_invoice.${more}`;
}

/** Of a customer that this server has just made there are none. */
async function openDrafts(customerId: string, context: ReadContext): Promise<readonly Invoice[]> {
  try {
    const made = await (await context.journal()).list({ subject_id: customerId, limit: 20 });
    if (made.some(({ kind }) => kind === "create_customer")) return [];
    const page = await context.api.listInvoices(
      { customer_id: customerId, status: "draft", sort: "-created_at", page_size: PAGE_SIZE },
      { signal: context.signal },
    );
    return page.items.filter(({ status, customer_id }) => status === "draft" && customer_id === customerId);
  } catch {
    return [];
  }
}
