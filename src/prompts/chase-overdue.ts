import type { Prompt } from "../toolkit/prompt.ts";

export default {
  name: "chase_overdue",
  title: "Chase overdue invoices",
  description: "See who owes how much for how long, and write friendly reminders.",
  arguments: [{ name: "customer", description: "Only this customer.", completes: "customer" }],
  needs: ["review_receivables"],
  steps: [
    "Call review_receivables. Show what is overdue by customer, oldest first, with age, and totals per currency.",
    "Ask whether money has arrived that is not recorded yet (a bank statement goes through match_payments). A paid invoice must not be chased.",
    "For the customers the person picks, write one short, friendly reminder each: numbers, amounts, due dates, days late. In the customer's language; get_customer has it.",
    "This server sends no reminders: the person sends the text. The API may send its own reminders as the account is set up.",
  ],
} satisfies Prompt;
