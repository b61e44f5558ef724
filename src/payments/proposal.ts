import type { Invoice } from "../domain/invoice.ts";
import type { Evidence } from "./evidence.ts";
import type { Kind } from "./judge.ts";
import type { PaidLine } from "./line-facts.ts";
import type { Said } from "./said.ts";

/** What one payment alone is taken for. */
export interface Found extends Said {
  readonly kind: Kind;
  readonly invoices: readonly Invoice[];
  /** True when every invoice is named exactly and the amount is theirs to the cent. */
  readonly settles: boolean;
  /** Invoices that this payment may be a part of. */
  readonly part_of: readonly Invoice[];
}

/** What one payment is taken for. */
export interface Proposal extends Found {
  readonly line: PaidLine;
  /** Stands for the line wherever it is read again. */
  readonly handle: string;
  /** The line's own currency, or the one given for the statement; `null` when neither is known. */
  readonly currency: string | null;
  readonly evidence: Evidence;
}
