import type { Prompt } from "../toolkit/prompt.ts";
import billCustomer from "./bill-customer.ts";
import chaseOverdue from "./chase-overdue.ts";
import correctSentInvoice from "./correct-sent-invoice.ts";
import monthlyBilling from "./monthly-billing.ts";
import reconcileBankStatement from "./reconcile-bank-statement.ts";

/** The jobs a person can start from a menu. */
export const prompts: readonly Prompt[] = [
  billCustomer,
  monthlyBilling,
  reconcileBankStatement,
  chaseOverdue,
  correctSentInvoice,
];
