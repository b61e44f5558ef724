import type { Prompt } from "../toolkit/prompt.ts";

export default {
  name: "monthly_billing",
  title: "Monthly billing",
  description: "Bill regular customers for a month, each like the last time.",
  arguments: [
    { name: "month", description: "Month to bill, e.g. 2026-03.", required: true },
    { name: "customer", description: "Only this customer.", completes: "customer" },
  ],
  needs: ["copy_invoice"],
  steps: [
    "Find last month's invoices with list_invoices, for the one customer or for all. Leave out quotes, credit notes and cancelled ones, and check that none of these customers was billed for this month already.",
    "Show the list: customer, number, gross. Let the person strike and correct before anything is created.",
    "For each one that is left, one after another, call copy_invoice with the new period in the texts and new dates. Show the difference it reports.",
    "Sum up the drafts per currency. Send only those the person names, one by one, with send_invoice. Drafts you did not make here may wait for a consolidated invoice: leave them alone.",
  ],
} satisfies Prompt;
