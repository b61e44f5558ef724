import { z } from "zod";
import type { Address, Customer } from "../domain/customer.ts";
import type { FreeAct } from "./act.ts";
import { callOptions } from "./act.ts";
import { sameText } from "./text.ts";

const FIELDS = ["name", "street_address", "zip_code", "city", "country_code"] as const;

const args = z.object({
  customer_id: z.string(),
  name: z.string(),
  street_address: z.string(),
  zip_code: z.string(),
  city: z.string(),
  country_code: z.string(),
});
/** The address the customer had, if any. */
const before = z.object({ address_id: z.string().nullable() });
const result = z.object({ customer_id: z.string(), address_id: z.string() });

export type CreateAddressArgs = z.infer<typeof args>;
export type CreateAddressResult = z.infer<typeof result>;

/** Ensures that the customer's address reads like this. */
export const createAddress: FreeAct<
  CreateAddressArgs,
  z.infer<typeof before>,
  CreateAddressResult,
  { readonly customer: Customer }
> = {
  kind: "create_address",
  schemas: { args, before, result },
  guarded: false,
  repeat: "day",
  duplicable: false,
  created: "address_id",
  keeps: ["customer_id"],
  identity: (address) => ({
    customer_id: address.customer_id,
    lines: FIELDS.map((field) => address[field].normalize("NFC").trim().replace(/\s+/g, " ").toLowerCase()),
  }),
  // What is being sent to the customer was approved with the address it had.
  locks: ({ customer_id }) => [`cust:${customer_id}`],
  subject: ({ customer_id }) => ({ type: "customer", id: customer_id }),

  read: async ({ customer_id }, context) => ({
    customer: await context.api.getCustomer(customer_id, callOptions(context)),
  }),
  allowed: () => null,

  prepare(wanted, { customer: { address } }) {
    return address && isEqual(address, wanted)
      ? { state: "already", result: { customer_id: wanted.customer_id, address_id: address.id } }
      : { state: "go", before: { address_id: address?.id ?? null } };
  },

  async dispatch({ customer_id, ...address }, _before, api, options) {
    const evidence = await api.createAddress(customer_id, address, options);
    if (evidence.kind !== "applied") return evidence;
    return { ...evidence, resource: evidence.resource && { customer_id, address_id: evidence.resource.id } };
  },

  async reconcile(wanted, { address_id: former }, context) {
    const { address } = await context.api.getCustomer(wanted.customer_id, callOptions(context));
    if (address && isEqual(address, wanted)) {
      return { is: "done", result: { customer_id: wanted.customer_id, address_id: address.id } };
    }
    if (former === null && !address) return { is: "not_done" };
    // The API shows one address per customer. Where it still shows an older one, a second may exist unseen.
    return {
      is: "ambiguous",
      why:
        former !== null
          ? "The customer had another address before, and the API shows only one: whether the new one was added cannot be read."
          : "The customer has an address now that reads differently: whether it is this one cannot be read.",
      candidates: [wanted.customer_id],
      blind: true,
    };
  },

  stated: ({ customer_id }, address_id) => ({ customer_id, address_id }),
};

function isEqual(address: Address, wanted: CreateAddressArgs): boolean {
  return FIELDS.every((field) => sameText(address[field]?.toLowerCase(), wanted[field].toLowerCase()));
}
