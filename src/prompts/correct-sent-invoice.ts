import type { Prompt } from "../toolkit/prompt.ts";

export default {
  name: "correct_sent_invoice",
  title: "Correct a sent invoice",
  description: "Correct an invoice that has been sent, the way law and API allow.",
  arguments: [
    { name: "invoice", description: "Number or id.", required: true, completes: "invoice_number" },
    { name: "problem", description: "What is wrong." },
  ],
  needs: ["get_invoice", "cancel_invoice", "change_recipient"],
  steps: [
    "Read it with get_invoice. A draft is simply changed: update_invoice, update_item. A sent invoice is never edited.",
    "Ask what is wrong if it was not said, and explain the one way that fits. Wrong recipient: change_recipient (cancels it and makes a copy for the right customer; find them with search_customers). Wrong amount, tax rate or text: cancel_invoice (credit note; in German a Stornorechnung, not a Gutschrift), then bill again. Only a part is wrong: a new invoice with a negative line that names the first number.",
    "Say what the customer will receive and what happens to a payment. Then make the call the person decided on; they approve it themselves.",
    "To bill again, use copy_invoice with the corrections, show the difference, then send_invoice.",
  ],
} satisfies Prompt;
