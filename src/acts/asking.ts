import type { PlanInput } from "../guard/plan-parts.ts";
import type { Asking } from "./act.ts";
import type { DocumentReading } from "./reading.ts";

/** What a plan is made from: one reading, and by whose rules is asked. */
export function planInput(reading: DocumentReading, asking: Asking): PlanInput {
  const { invoice, customer, earlier } = reading;
  return {
    invoice,
    customer,
    organization: asking.organization,
    policy: asking.policy,
    locale: asking.locale,
    context: {
      today: asking.today,
      earlier: earlier?.invoices ?? [],
      earlier_complete: earlier?.complete ?? true,
      last_email: asking.last_email,
    },
  };
}

/** What must stay as it was shown: the customer's address and e-mail. */
export function customerLocks(...customers: readonly ({ readonly id: string } | null)[]): string[] {
  return customers.flatMap((customer) => (customer === null ? [] : [`cust:${customer.id}`]));
}
