import { z } from "zod";
import { createCustomer } from "../acts/create-customer.ts";
import { defined } from "../domain/json.ts";
import { customerData, customerText } from "../toolkit/customers.ts";
import { defineTool } from "../toolkit/define.ts";
import { email, language, line, phone } from "../toolkit/params.ts";
import { readCustomer } from "../toolkit/read-back.ts";

export default defineTool({
  name: "create_customer",
  title: "Create customer",
  effect: "draft",
  search: "Kunde Kunden anlegen neuer neuen leg add new customer",
  description:
    "Create a customer. If the e-mail exists already, nothing is created and the existing customer is returned.",
  input: z.strictObject({
    email: email("Invoices go here."),
    locale: language(),
    given_name: line(120, "Given name.").optional(),
    family_name: line(120, "Family name.").optional(),
    company: line(190, "Company.").optional(),
    mobile: phone().optional(),
  }),
  output: z.object({ customer: customerData, note: z.string().optional() }),
  examples: [
    { email: "sam@example.com", locale: "de", given_name: "Sam", family_name: "Muster", company: "Muster GmbH" },
  ],
  async run(input, context) {
    const outcome = await context.perform(createCustomer, defined(input));
    const { customer, note } = await readCustomer(outcome.result.customer_id, input.email, context);
    const repeated = outcome.outcome === "already_done";
    return {
      data: {
        customer,
        note: !repeated
          ? note
          : outcome.operation === null
            ? "This e-mail already has a customer. Nothing was created; check that it is the right one."
            : "This customer already exists, made by an earlier equal call. Nothing was created now.",
      },
      next: customer.address === undefined ? "create_address for this customer." : "create_invoice.",
    };
  },
  render: ({ customer, note }) => [note ?? "Customer created.", customerText(customer)].join("\n"),
});
