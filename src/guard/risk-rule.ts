import type { Customer } from "../domain/customer.ts";
import type { Invoice } from "../domain/invoice.ts";
import type { Policy } from "./policy.ts";
import type { Act, Risk, RiskContext } from "./port.ts";
import { type Language, say } from "./wording.ts";

/** Everything a risk rule may look at. `customer` receives the document (for change_recipient: the new one). */
export interface RiskSubject {
  readonly act: Act;
  readonly invoice: Invoice;
  readonly customer: Customer | null;
  /** change_recipient: the customer it is taken from. */
  readonly former_customer: Customer | null;
  readonly context: RiskContext;
  readonly policy: Policy;
  readonly language: Language;
}

/** One reason to look twice, or none. */
export type Rule = (subject: RiskSubject) => Risk | null;

export function risk(code: string, raises: boolean, language: Language, english: string, german: string): Risk {
  return { code, sentence: say(language, english, german), raises };
}

/** Invoices that went out: neither drafts nor quotes nor credit notes, and not this document. */
export function issued({ invoice, context }: RiskSubject): Invoice[] {
  return context.earlier.filter(
    (other) => other.id !== invoice.id && other.status !== "draft" && !other.is_quote && !other.is_cancellation,
  );
}
