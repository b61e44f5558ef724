import { z } from "zod";
import type { Customer } from "../domain/customer.ts";
import { NotFoundError, WrongStateError } from "../errors.ts";
import type { ActContext, FreeAct } from "./act.ts";
import { callOptions } from "./act.ts";
import { withEmail } from "./reading.ts";
import { sameText } from "./text.ts";

const changes = z.object({
  email: z.string().exactOptional(),
  locale: z.string().exactOptional(),
  given_name: z.string().exactOptional(),
  family_name: z.string().exactOptional(),
  company: z.string().exactOptional(),
  mobile: z.string().exactOptional(),
});
export const CUSTOMER_FIELDS = changes.keyof().options;
type Field = (typeof CUSTOMER_FIELDS)[number];

const args = z.object({ customer_id: z.string(), changes });
/** Values of the fields concerned, as they were. */
const before = z.object({ values: z.record(z.string(), z.string().nullable()) });
const result = z.object({ customer_id: z.string() });

export type UpdateCustomerArgs = z.infer<typeof args>;
export type UpdateCustomerResult = z.infer<typeof result>;

interface CustomerReading {
  readonly customer: Customer;
  /** Others who have the wanted e-mail. */
  readonly namesakes: readonly Customer[];
}

/** Changes what is named of a customer. May be repeated at will: values can return to what they were. */
export const updateCustomer: FreeAct<
  UpdateCustomerArgs,
  z.infer<typeof before>,
  UpdateCustomerResult,
  CustomerReading
> = {
  kind: "update_customer",
  schemas: { args, before, result },
  guarded: false,
  repeat: "open",
  duplicable: false,
  created: null,
  keeps: ["customer_id"],
  identity: (wanted) => ({ ...wanted }),
  // What is being sent to the customer was approved with its e-mail and name; the e-mail may be another's in the making.
  locks: ({ customer_id, changes: { email } }) => [
    `cust:${customer_id}`,
    ...(email === undefined ? [] : [`cust:${email.toLowerCase()}`]),
  ],
  subject: ({ customer_id }) => ({ type: "customer", id: customer_id }),

  async read({ customer_id, changes: { email } }, context) {
    const customer = await context.api.getCustomer(customer_id, callOptions(context));
    const named = email === undefined ? [] : await withEmail(email, context);
    return { customer, namesakes: named.filter(({ id }) => id !== customer.id) };
  },

  allowed(_args, { namesakes: [other] }) {
    if (other === undefined) return null;
    return new WrongStateError(`Customer ${other.id} has this e-mail already. Nothing was changed.`, {
      next: "Ask the person which of the two is meant; update_invoice links a draft to the other one.",
    });
  },

  prepare({ customer_id, changes: wanted }, { customer }) {
    const values: Record<string, string | null> = {};
    for (const field of CUSTOMER_FIELDS) if (wanted[field] !== undefined) values[field] = customer[field];
    return CUSTOMER_FIELDS.every((field) => holds(customer, wanted, field))
      ? { state: "already", result: { customer_id } }
      : { state: "go", before: { values } };
  },

  async dispatch({ customer_id, changes: wanted }, _before, api, options) {
    const evidence = await api.updateCustomer(customer_id, wanted, options);
    // The answer's id does not say what was stored: the reading that follows compares it.
    return evidence.kind === "applied" ? { kind: "applied", resource: null } : evidence;
  },

  async reconcile({ customer_id, changes: wanted }, { values }, context, applied) {
    const customer = await customerAgain(context, customer_id);
    if (customer === null) {
      return {
        is: "ambiguous",
        why: "The API does not find the customer any more, so what became of the request cannot be read.",
        candidates: [customer_id],
      };
    }
    const result = { customer_id };
    if (CUSTOMER_FIELDS.every((field) => holds(customer, wanted, field))) return { is: "done", result };
    if (
      CUSTOMER_FIELDS.every(
        (field) => wanted[field] === undefined || same(field, customer[field], values[field] ?? null),
      )
    ) {
      return { is: "not_done" };
    }
    const why = "The customer has neither its former nor the new values";
    return applied
      ? { is: "mismatch", why: `${why}: the API took only a part, or somebody else changed it.`, result }
      : {
          is: "ambiguous",
          why: `${why}: only a part was taken, or somebody else changed it.`,
          candidates: [customer_id],
        };
  },

  stated: ({ customer_id }) => ({ customer_id }),
};

async function customerAgain(context: ActContext, id: string): Promise<Customer | null> {
  try {
    return await context.api.getCustomer(id, callOptions(context));
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}

function holds(customer: Customer, wanted: UpdateCustomerArgs["changes"], field: Field): boolean {
  const value = wanted[field];
  return value === undefined || same(field, customer[field], value);
}

/** E-mails, and languages such as de-DE, are kept in whatever case; phone numbers with or without blanks. */
function same(field: Field, a: string | null, b: string | null): boolean {
  switch (field) {
    case "email":
    case "locale":
      return sameText(a?.toLowerCase().replace("_", "-"), b?.toLowerCase().replace("_", "-"));
    case "mobile":
      return sameText(a?.replace(/[^\d+]/g, ""), b?.replace(/[^\d+]/g, ""));
    default:
      return sameText(a, b);
  }
}
