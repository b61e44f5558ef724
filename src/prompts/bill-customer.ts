import type { Prompt } from "../toolkit/prompt.ts";

export default {
  name: "bill_customer",
  title: "Bill a customer",
  description: "Bill a customer: from a few words to a checked draft, then send it.",
  arguments: [
    { name: "customer", description: "Name, e-mail or id.", required: true, completes: "customer" },
    { name: "work", description: "What was delivered, when, how much, at which price." },
  ],
  needs: ["prepare_invoice"],
  steps: [
    "Collect what is missing: lines with quantity, unit price (net or gross), tax rate, service period, currency. Ask once for all of it; never assume a tax rate or a price.",
    "Call prepare_invoice once with the customer and all lines. If it asks back with candidates, let the person choose; never choose yourself.",
    "Show customer, address, lines, net, tax by rate, gross and every warning. To change something, use update_invoice or add_item.",
    "When the person wants it sent, call send_invoice. They approve it themselves; report what it answers.",
  ],
} satisfies Prompt;
