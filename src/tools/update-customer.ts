import { z } from "zod";
import { CUSTOMER_FIELDS, updateCustomer } from "../acts/update-customer.ts";
import { defined } from "../domain/json.ts";
import { cited } from "../domain/untrusted.ts";
import { InputError } from "../errors.ts";
import { customerData, customerText } from "../toolkit/customers.ts";
import { defineTool } from "../toolkit/define.ts";
import { customerId, email, language, line, phone } from "../toolkit/params.ts";
import { readCustomer } from "../toolkit/read-back.ts";
import { findCustomer } from "../toolkit/references.ts";

export default defineTool({
  name: "update_customer",
  title: "Update customer",
  effect: "draft",
  search: "Kunde Kunden Daten E-Mail Name korrigieren ändere update change customer",
  description: "Change a customer; what is not given stays. Postal address: create_address.",
  input: z.strictObject({
    customer_id: customerId(),
    email: email("Email.").optional(),
    locale: language().optional(),
    given_name: line(120, "Given name.").optional(),
    family_name: line(120, "Family name.").optional(),
    company: line(190, "Company.").optional(),
    mobile: phone().optional(),
  }),
  output: z.object({
    customer: customerData,
    changes: z.array(z.string()).optional().describe("Former and new values."),
    note: z.string().optional(),
  }),
  examples: [{ customer_id: "1041", company: "Muster AG" }],
  async run(input, context) {
    const { customer_id, ...given } = input;
    const wanted = defined(given);
    if (Object.keys(wanted).length === 0) throw new InputError("update_customer: name at least one value to change.");
    const before = await findCustomer(customer_id, context);
    const outcome = await context.perform(updateCustomer, { customer_id: before.id, changes: wanted });
    const { customer, note } = await readCustomer(before.id, wanted.email ?? before.email ?? "", context);
    if (outcome.outcome === "already_done") {
      return { data: { customer, note: "The customer has these values already. Nothing was changed." } };
    }
    const changes = CUSTOMER_FIELDS.flatMap((field) => {
      const [is, was] = [wanted[field], before[field] ?? ""];
      return is === undefined || is === was ? [] : [`${field}: ${cited(was, 190)} → ${cited(is, 190)}`];
    });
    return {
      data: { customer, changes, ...(note === undefined ? {} : { note }) },
      next: "Show the change to the person. A recipient block that is filled in on a draft keeps its text: update_invoice.",
    };
  },
  render: ({ customer, changes, note }) =>
    [
      note ?? "Customer changed.",
      ...(changes ?? []).map((change) => `  Changed: ${change}`),
      customerText(customer),
    ].join("\n"),
});
