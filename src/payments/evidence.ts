import type { Invoice } from "../domain/invoice.ts";
import { sum, zero } from "../domain/money.ts";
import type { PaidLine } from "./line-facts.ts";
import { compareNames, type Payer, payerNames } from "./names.ts";
import type { Named } from "./number-index.ts";

export const FACTS = ["number", "reference", "amount", "currency", "payer", "day"] as const;
export type Fact = (typeof FACTS)[number];

/** Which facts speak for a proposal and which against it. A fact that is not stated is in none of the lists. */
export interface Evidence {
  readonly agrees: readonly Fact[];
  /** Alike, not the same. */
  readonly partly: readonly Fact[];
  readonly differs: readonly Fact[];
}

/** Facts of a line beside those of the invoices proposed for it; with several candidates, those that hold for all. */
export function evidenceOf(
  line: PaidLine,
  currency: string | null,
  payer: Payer,
  named: Named,
  invoices: readonly Invoice[],
  as: "together" | "choice",
): Evidence {
  const agrees: Fact[] = [];
  const partly: Fact[] = [];
  const differs: Fact[] = [];
  const say = (fact: Fact, verdict: boolean | "partly" | null) => {
    if (verdict !== null) (verdict === "partly" ? partly : verdict ? agrees : differs).push(fact);
  };
  if (invoices.length === 0) return { agrees, partly, differs };
  const all = (check: (invoice: Invoice) => boolean) => invoices.every(check);
  const isCarried = all(({ id }) => named.carried.has(id));
  if (isCarried) say("reference", true);
  const exact = all((invoice) => named.exact.includes(invoice));
  const mentioned = named.exact.length + named.unknown.length > 0;
  if (!isCarried)
    say("number", exact || (all((one) => named.fuzzy.includes(one)) ? "partly" : mentioned ? false : null));
  if (all(({ total }) => total !== null)) {
    const due = sum(invoices.map(({ total }) => total ?? zero));
    say("amount", as === "together" ? due.eq(line.amount) : all(({ total }) => total?.eq(line.amount) === true));
  }
  if (currency !== null)
    say(
      "currency",
      all((invoice) => invoice.currency === currency),
    );
  const names = invoices.map((invoice) => compareNames(payer, payerNames(invoice)));
  const [first] = names;
  if (first !== undefined && names.every((verdict) => verdict === first)) {
    say("payer", first === "agrees" ? true : first === "differs" ? false : first === "partly" ? "partly" : null);
  }
  const { date } = line;
  if (date !== null && all(({ issued_at }) => issued_at !== null && date < issued_at)) say("day", false);
  return { agrees, partly, differs };
}
