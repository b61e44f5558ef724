import type { IsoDate } from "../domain/clock.ts";
import type { Decimal } from "../domain/money.ts";
import type { Fact } from "../payments/evidence.ts";
import type { Proposal } from "../payments/proposal.ts";
import type { ReadContext } from "./context.ts";

/** A bank line that match_payments has read, kept so that it can be named by its handle. Texts are untrusted. */
export interface SeenLine {
  readonly handle: string;
  readonly day: IsoDate | null;
  readonly amount: Decimal;
  readonly currency: string | null;
  readonly payer: string | null;
  readonly text: string;
  /** What the customer paid, where a provider kept a fee back. */
  readonly gross: Decimal | null;
  /** What of the line is not proven; such a line settles nothing. */
  readonly doubts: readonly string[];
  /** Invoices that it settles for certain; empty when a person has to name them. */
  readonly settles: readonly string[];
  /** What speaks against each invoice that was proposed, by its id. */
  readonly differs: ReadonlyMap<string, readonly Fact[]>;
}

const KEEP_MS = 12 * 60 * 60_000;
const MAX_KEPT = 5_000;

const seen = new Map<string, { readonly line: SeenLine; readonly until: number }>();

function keyOf({ organization, origin }: ReadContext, handle: string): string {
  return `${origin} ${organization.id} ${handle}`;
}

/** Keeps the lines of a statement for a while, the newest 5,000 of all. */
export function rememberLines(proposals: readonly Proposal[], context: ReadContext): void {
  const until = context.now + KEEP_MS;
  for (const proposal of proposals) {
    const at = keyOf(context, proposal.handle);
    seen.delete(at);
    seen.set(at, { line: seenOf(proposal), until });
  }
  for (const oldest of seen.keys()) {
    if (seen.size <= MAX_KEPT) break;
    seen.delete(oldest);
  }
}

/** The line of a handle; `null` when none was read by that name, or too long ago. */
export function seenLine(handle: string, context: ReadContext): SeenLine | null {
  const kept = seen.get(keyOf(context, handle.trim().toLowerCase()));
  return kept === undefined || kept.until <= context.now ? null : kept.line;
}

function seenOf({ handle, line, currency, invoices, settles, evidence }: Proposal): SeenLine {
  return {
    handle,
    day: line.date,
    amount: line.amount,
    currency,
    payer: line.counterparty,
    text: line.text,
    gross: line.fee?.gross ?? null,
    doubts: (line.doubts ?? []).map(({ give }) => give),
    settles: settles ? invoices.map(({ id }) => id) : [],
    differs: new Map(invoices.map(({ id }) => [id, evidence.differs])),
  };
}
