import type { Prompt } from "../toolkit/prompt.ts";

export default {
  name: "reconcile_bank_statement",
  title: "Reconcile a bank statement",
  description: "Find out which invoices a bank statement pays, and mark them as paid.",
  arguments: [{ name: "statement", description: "Rows, CSV, camt.053 or MT940; or paste it afterwards." }],
  needs: ["match_payments"],
  steps: [
    "Take the statement as it is; if there is none yet, ask for it. Call match_payments with it, unchanged.",
    "Show sure, to decide and not found, each bank line (day, payer, amount, text) beside its invoice, with the reason and what differs. Never turn one to decide into a sure one yourself.",
    "Ask the person about everything that is not sure, for the currency where none is named. The API knows no partial payment: an invoice is paid in full or stays open.",
    "Call settle_payments once with exactly the list the person confirmed. They approve it themselves. Report what was marked, what was not, and why.",
  ],
} satisfies Prompt;
