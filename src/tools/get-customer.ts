import { z } from "zod";
import { customerData, customerDetails, customerText } from "../toolkit/customers.ts";
import { defineTool } from "../toolkit/define.ts";
import { customerId } from "../toolkit/params.ts";
import { findCustomer } from "../toolkit/references.ts";

export default defineTool({
  name: "get_customer",
  title: "Get customer",
  effect: "read",
  search: "Kunde Kunden anzeigen zeig Kundendaten Anschrift show customer details",
  description: "Read one customer with address and custom fields.",
  input: z.strictObject({ customer_id: customerId() }),
  output: z.object({ customer: customerData }),
  examples: [{ customer_id: "1041" }],
  async run(input, context) {
    const customer = await findCustomer(input.customer_id, context);
    return {
      data: { customer: customerDetails(customer) },
      ...(customer.address ? {} : { next: "This customer has no address: create_address before sending an invoice." }),
    };
  },
  render: ({ customer }) => customerText(customer),
});
