import { z } from "zod";
import { type ActKind, GUARDED_KINDS } from "../acts/index.ts";
import { isJsonObject, type Json, type JsonObject } from "../domain/json.ts";
import { decimal, formatMoney, moneyText, sum } from "../domain/money.ts";
import { oneLine } from "../domain/untrusted.ts";
import type { OperationRecord } from "../journal/port.ts";

/** How tools answer with journal entries: ids, amounts and states; no names. */
export const operationData = z.object({
  operation_id: z.string(),
  act: z.string(),
  state: z.string().describe("done, not_done, unknown, ambiguous, mismatch, dispatching."),
  at: z.string().describe("ISO 8601, UTC."),
  document: z.string().optional().describe("Number or id."),
  amount: z.string().optional(),
  bank_line: z.string().optional().describe("What paid it."),
  why: z.string().optional(),
  candidates: z.array(z.string()).optional().describe("Ids to look at."),
  result: z.array(z.string()).optional().describe("What it made, as name: value."),
});
export type OperationData = z.infer<typeof operationData>;

export function toOperation(record: OperationRecord): OperationData {
  const { note } = record;
  const document = note?.number ?? record.subject.id;
  const amount = amountOf(note);
  const result = record.result === null ? [] : members(record.result);
  return {
    operation_id: record.id,
    act: record.kind,
    state: record.state,
    at: record.updated_at,
    ...(document ? { document: oneLine(document, 64) } : {}),
    ...(amount === null ? {} : { amount }),
    ...(note?.bank_line === undefined ? {} : { bank_line: oneLine(note.bank_line, 200) }),
    ...(record.why === null ? {} : { why: oneLine(record.why, 300) }),
    ...(record.candidates.length === 0 ? {} : { candidates: [...record.candidates] }),
    ...(result.length === 0 ? {} : { result }),
  };
}

export function amountOf(note: OperationRecord["note"]): string | null {
  if (note?.amount === undefined || note.currency === undefined) return null;
  return formatMoney(decimal(note.amount), note.currency);
}

function members(result: JsonObject): string[] {
  return Object.entries(result)
    .filter((entry): entry is [string, Exclude<Json, null | object>] => !isJsonObject(entry[1]) && entry[1] !== null)
    .map(([key, value]) => `${key}: ${oneLine(String(value), 80)}`);
}

/** `10:02 send_invoice RE-2026-0042 1,785.00 EUR: done (op_…)` */
export function operationText(operation: OperationData): string {
  const what = [operation.act, operation.document, operation.amount].filter((part) => part !== undefined).join(" ");
  return [
    `${operation.at} ${what}: ${operation.state} (${operation.operation_id})`,
    ...(operation.why === undefined ? [] : [`  ${operation.why}`]),
    ...(operation.candidates === undefined ? [] : [`  Look at: ${operation.candidates.join(", ")}`]),
    ...(operation.bank_line === undefined ? [] : [`  Paid by ${operation.bank_line}`]),
    ...(operation.result === undefined ? [] : [`  ${operation.result.join(", ")}`]),
  ].join("\n");
}

/** What was done, per act: `send_invoice: 3 done, 1,785.00 EUR + 90.00 CHF`. */
export function operationSums(records: readonly OperationRecord[]): string[] {
  return sumsByAct(records).map(({ act, done, amounts }) => {
    const totals = amounts.map(({ amount, currency }) => formatMoney(decimal(amount), currency));
    return `${act}: ${done} done${totals.length === 0 ? "" : `, ${totals.join(" + ")}`}`;
  });
}

export interface ActSum {
  readonly act: ActKind;
  readonly done: number;
  readonly amounts: readonly { readonly currency: string; readonly amount: string }[];
}

export function sumsByAct(records: readonly OperationRecord[]): ActSum[] {
  return GUARDED_KINDS.flatMap((act) => {
    const done = records.filter((record) => record.kind === act && record.state === "done");
    return done.length === 0 ? [] : [{ act, done: done.length, amounts: amountsOf(done) }];
  });
}

function amountsOf(done: readonly OperationRecord[]): ActSum["amounts"] {
  const byCurrency = new Map<string, string[]>();
  for (const { note } of done) {
    if (note?.currency === undefined || note.amount === undefined) continue;
    byCurrency.set(note.currency, [...(byCurrency.get(note.currency) ?? []), note.amount]);
  }
  return [...byCurrency].map(([currency, amounts]) => ({
    currency,
    amount: moneyText(sum(amounts.map(decimal)), currency),
  }));
}
