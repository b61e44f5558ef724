import { z } from "zod";
import { createAddress } from "../acts/create-address.ts";
import { customerData, customerText } from "../toolkit/customers.ts";
import { defineTool } from "../toolkit/define.ts";
import { country, customerId, line } from "../toolkit/params.ts";
import { readCustomer } from "../toolkit/read-back.ts";
import { findCustomer } from "../toolkit/references.ts";

export default defineTool({
  name: "create_address",
  title: "Create address",
  effect: "draft",
  search: "Anschrift Adresse anlegen customer postal address",
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
    const existed = outcome.outcome === "already_done" && outcome.operation === null;
    const replaced =
      !existed && before.address ? "The customer had another address; below is what the API shows now." : undefined;
    return {
      data: {
        customer,
        note: existed ? "The customer has this address already. Nothing was created." : (note ?? replaced),
      },
      next: "create_invoice for this customer.",
    };
  },
  render: ({ customer, note }) => [note ?? "Address created.", customerText(customer)].join("\n"),
});
