import type { Customer } from "../domain/customer.ts";
import { documentName, type Invoice } from "../domain/invoice.ts";
import { UnreadableAnswerError } from "../errors.ts";
import type { PlanInput } from "../guard/plan.ts";
import type { RiskContext } from "../guard/port.ts";
import type { ReadContext } from "./context.ts";
import { PAGE_SIZE } from "./scan.ts";

/** Pages of a customer's earlier invoices that a preview looks at: 60 documents, newest first. */
const EARLIER_PAGES = 2;

/** Fresh reads that a preview of one invoice is built from. */
export async function planInput(invoice: Invoice, context: ReadContext): Promise<PlanInput> {
  if (invoice.customer_unknown) {
    throw new UnreadableAnswerError(
      `The API does not say whose ${documentName(invoice)} is, so nobody can approve it.`,
      {
        next: "Do it in the dashboard, or check that the token may read customers.",
      },
    );
  }
  const customer =
    invoice.customer_id === null
      ? null
      : await context.api.getCustomer(invoice.customer_id, { signal: context.signal });
  return {
    invoice,
    customer,
    organization: { ...context.organization, origin: context.origin, simulator: context.simulator },
    policy: context.policy,
    context: await riskContext(customer, context),
    locale: context.language,
  };
}

/** What the risk rules compare with: the customer's earlier invoices and where the last one went. */
export async function riskContext(customer: Customer | null, context: ReadContext): Promise<RiskContext> {
  if (customer === null) return { today: context.today, earlier: [], earlier_complete: true, last_email: null };
  const earlier: Invoice[] = [];
  let complete = false;
  for (let page = 1; page <= EARLIER_PAGES && !complete; page += 1) {
    const found = await context.api.listInvoices(
      { customer_id: customer.id, sort: "-created_at", page, page_size: PAGE_SIZE },
      { signal: context.signal },
    );
    earlier.push(...found.items.filter((invoice) => invoice.customer_id === customer.id));
    complete = found.items.length === 0 || page >= (found.last_page ?? page);
  }
  return {
    today: context.today,
    earlier,
    earlier_complete: complete,
    last_email: await context.lastEmailTo(customer.id),
  };
}
