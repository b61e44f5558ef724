import { z } from "zod";
import type { IsoDate } from "../domain/clock.ts";
import type { JsonObject } from "../domain/json.ts";
import { type Decimal, decimal } from "../domain/money.ts";
import { InvoicingError } from "../errors.ts";
import { FACTS, type Fact } from "../payments/evidence.ts";
import type { Proposal } from "../payments/proposal.ts";
import type { ReadContext } from "./context.ts";
import { inTime } from "./in-time.ts";

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

const text = z.string();
const amount = text.transform((value, context) => {
  try {
    return decimal(value);
  } catch {
    context.addIssue({ code: "custom", message: "not an amount" });
    return z.NEVER;
  }
});

/** As it is kept (`contentOf`). A line that another version kept otherwise is not known: its statement is read again. */
const keptLine: z.ZodType<Omit<SeenLine, "handle">> = z.object({
  day: text.nullable(),
  amount,
  currency: text.nullable(),
  payer: text.nullable(),
  text,
  gross: amount.nullable(),
  doubts: z.array(text),
  settles: z.array(text),
  differs: z.array(z.tuple([text, z.array(z.enum(FACTS))])).transform((entries) => new Map(entries)),
});

/** Only where something can be settled by them. */
const SETTLES = "settle_payments";

/**
 * Keeps the lines of a statement for a while, so that they can be named by their handles, at any process. Where the record
 * cannot be reached the answer stands all the same: `settle_payments` then asks for the statement again.
 */
export async function rememberLines(proposals: readonly Proposal[], context: ReadContext): Promise<void> {
  if (proposals.length === 0 || context.hiddenTools.includes(SETTLES)) return;
  try {
    const lines = proposals.map((proposal) => ({ handle: proposal.handle, content: contentOf(proposal) }));
    await inTime(
      context.journal().then((journal) => journal.keepLines(lines)),
      undefined,
    );
  } catch (error) {
    if (!(error instanceof InvoicingError)) throw error;
  }
}

/** The lines of these handles that were read lately. */
export async function seenLines(
  handles: readonly string[],
  context: ReadContext,
): Promise<ReadonlyMap<string, SeenLine>> {
  if (handles.length === 0) return new Map();
  const journal = await context.journal();
  const kept = await journal.keptLines([...new Set(handles.map(handleOf))]);
  return new Map(
    [...kept].flatMap(([handle, content]) => {
      const line = keptLine.safeParse(content);
      return line.success ? [[handle, { handle, ...line.data }] as const] : [];
    }),
  );
}

/** However it was typed. */
export function handleOf(given: string): string {
  return given.trim().toLowerCase();
}

function contentOf({ line, currency, invoices, settles, evidence }: Proposal): JsonObject {
  return {
    day: line.date,
    amount: line.amount.toFixed(),
    currency,
    payer: line.counterparty,
    text: line.text,
    gross: line.fee?.gross.toFixed() ?? null,
    doubts: (line.doubts ?? []).map(({ give }) => give),
    settles: settles ? invoices.map(({ id }) => id) : [],
    differs: invoices.map(({ id }) => [id, [...evidence.differs]]),
  };
}
