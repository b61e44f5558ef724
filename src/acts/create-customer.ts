import { z } from "zod";
import type { Customer } from "../domain/customer.ts";
import { WrongStateError } from "../errors.ts";
import type { FreeAct } from "./act.ts";
import { withEmail } from "./reading.ts";

const args = z.object({
  email: z.string(),
  locale: z.string(),
  given_name: z.string().exactOptional(),
  family_name: z.string().exactOptional(),
  company: z.string().exactOptional(),
  mobile: z.string().exactOptional(),
});
const before = z.object({});
const result = z.object({ customer_id: z.string() });

export type CreateCustomerArgs = z.infer<typeof args>;
export type CreateCustomerResult = z.infer<typeof result>;

/** Customers that have the e-mail. */
interface Namesakes {
  readonly found: readonly Customer[];
}

/** Ensures a customer with this e-mail (the exact filter is documented): an existing one is the answer, never a second. */
export const createCustomer: FreeAct<CreateCustomerArgs, z.infer<typeof before>, CreateCustomerResult, Namesakes> = {
  kind: "create_customer",
  schemas: { args, before, result },
  guarded: false,
  repeat: "day",
  duplicable: false,
  created: "customer_id",
  keeps: [],
  identity: ({ email }) => ({ email: email.toLowerCase() }),
  locks: ({ email }) => [`cust:${email.toLowerCase()}`],
  subject: (_args, done) => ({ type: "customer", id: done?.customer_id ?? null }),

  read: async ({ email }, context) => ({ found: await withEmail(email, context) }),

  allowed(_args, { found }) {
    if (found.length < 2) return null;
    return new WrongStateError(
      `Nothing was changed: ${found.length} customers have this e-mail (${found.map(({ id }) => id).join(", ")}).`,
      { next: "Ask the person which of them is meant and use that customer_id." },
    );
  },

  prepare(_args, { found: [only] }) {
    return only ? { state: "already", result: { customer_id: only.id } } : { state: "go", before: {} };
  },

  async dispatch(customer, _before, api, options) {
    const evidence = await api.createCustomer(customer, options);
    if (evidence.kind !== "applied") return evidence;
    return { ...evidence, resource: evidence.resource && { customer_id: evidence.resource.id } };
  },

  async reconcile({ email }, _before, context) {
    const found = await withEmail(email, context);
    const [first] = found;
    if (!first) return { is: "not_done" };
    if (found.length === 1) return { is: "done", result: { customer_id: first.id } };
    return {
      is: "ambiguous",
      why: `${found.length} customers have this e-mail now. One of them may be a duplicate.`,
      candidates: found.map(({ id }) => id),
    };
  },

  stated: (_args, customer_id) => ({ customer_id }),
};
