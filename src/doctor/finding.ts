import type { ErrorCode, InvoicingError } from "../errors.ts";

/** `unknown`: cannot be told from here. Only `bad` makes the exit code 1. */
export type Verdict = "good" | "warning" | "bad" | "unknown";

/** What one look found, and what to do about it. */
export interface Finding {
  readonly check: string;
  readonly verdict: Verdict;
  /** Fit to be shown to others: no secret, no name or id of an account. */
  readonly says: string;
  /** For the person alone. */
  readonly detail?: string;
  /** Of the error that was met, whose sentence and cure may name an account. */
  readonly code?: ErrorCode;
  readonly cure?: string;
  /** What each tool of the server can do with this token. */
  readonly tools?: Readonly<Record<string, ToolVerdict>>;
}

export type ToolVerdict = "works" | "refused" | "unknown";

/** An error as a finding. What it says stays with the person. */
export function fromError(check: string, error: InvoicingError, says: string): Finding {
  const status = error.status === undefined ? "" : ` (HTTP ${error.status})`;
  return {
    check,
    verdict: "bad",
    says: `${says}${status}.`,
    code: error.code,
    detail: error.message,
    cure: error.next,
  };
}
