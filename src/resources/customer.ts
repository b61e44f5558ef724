import { customerDetails, customerText } from "../toolkit/customers.ts";
import { findCustomer } from "../toolkit/references.ts";
import { type ResourceTemplate, textContent } from "../toolkit/resource.ts";

export default {
  uriTemplate: "customer://{id}",
  name: "customer",
  title: "Customer",
  description: "One customer with address and custom fields.",
  mimeType: "text/plain",
  completes: "customer_id",
  async read(id, context) {
    return textContent(customerText(customerDetails(await findCustomer(id, context))), context);
  },
} satisfies ResourceTemplate;
