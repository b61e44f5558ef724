import type { BankLine } from "./bank-line.ts";

type Stated = "account" | "reference" | "returned" | "fee" | "doubts";

/** A line as matching needs it. What a format does not state may be absent: as good as `null`, or no doubt. */
export type PaidLine = Omit<BankLine, Stated> & Partial<Pick<BankLine, Stated>>;
