import { z } from "zod";
import type { AddItemArgs } from "../acts/add-item.ts";
import type { ItemChangesArgs } from "../acts/update-item.ts";
import { defined } from "../domain/json.ts";
import { decimal, minorDigits } from "../domain/money.ts";
import { InputError } from "../errors.ts";
import { amount, line, quantity, taxRate } from "./params.ts";

/** One line as callers give it; the unit price is net or gross, never both. */
export const lineShape = {
  title: line(185, "Max 185. Name the period."),
  subtitle: line(185, "Second line, max 185.").optional(),
  quantity: quantity(),
  tax_rate: taxRate(),
  single_net_amount: amount("Unit price, net.").optional(),
  single_gross_amount: amount("Unit price, gross.").optional(),
};
const lineInput = z.strictObject(lineShape);
export type LineInput = z.infer<typeof lineInput>;

export type LineArgs = Omit<AddItemArgs, "invoice_id">;

/** Whether lines are entered net. All alike, or an error: an invoice has one direction. */
export function directionOf(tool: string, lines: readonly LineInput[]): boolean {
  const net = lines.filter((one) => one.single_net_amount !== undefined && one.single_gross_amount === undefined);
  const gross = lines.filter((one) => one.single_gross_amount !== undefined && one.single_net_amount === undefined);
  if (net.length === lines.length) return true;
  if (gross.length === lines.length) return false;
  const unclear = lines.findIndex(
    (one) => (one.single_net_amount === undefined) === (one.single_gross_amount === undefined),
  );
  throw new InputError(
    unclear >= 0
      ? `${tool}: line ${unclear + 1} needs exactly one of single_net_amount and single_gross_amount.`
      : `${tool}: ${net.length} lines are net and ${gross.length} gross. An invoice is calculated in one direction; give all prices the same way.`,
  );
}

/** The act's arguments for one line, in the invoice's direction. */
export function lineArgs(tool: string, input: LineInput, fromNet: boolean, currency: string, place: string): LineArgs {
  const price = priceIn(tool, input, fromNet, currency, place);
  if (price === undefined) throw wrongDirection(tool, input, fromNet, place);
  return defined({
    title: input.title,
    subtitle: input.subtitle,
    quantity: input.quantity,
    tax_rate: decimal(input.tax_rate).toFixed(),
    amount: price,
  });
}

export type LineChanges = { readonly [K in keyof LineInput]?: LineInput[K] | undefined };

/** What of a line is to change, in the invoice's direction. */
export function lineChanges(
  tool: string,
  input: LineChanges,
  fromNet: boolean,
  currency: string,
  place: string,
): ItemChangesArgs {
  return defined({
    title: input.title,
    subtitle: input.subtitle,
    quantity: input.quantity,
    tax_rate: input.tax_rate === undefined ? undefined : decimal(input.tax_rate).toFixed(),
    amount: priceIn(tool, input, fromNet, currency, place),
  });
}

/** Canonical unit price; the other direction's, or more decimals than the currency has, are refused. */
function priceIn(
  tool: string,
  input: LineChanges,
  fromNet: boolean,
  currency: string,
  place: string,
): string | undefined {
  const [right, wrong] = pricesOf(fromNet);
  const price = input[right];
  if (input[wrong] !== undefined) throw wrongDirection(tool, input, fromNet, place);
  if (price === undefined) return undefined;
  const exact = decimal(price);
  const digits = minorDigits(currency);
  if (!exact.round(digits).eq(exact)) {
    throw new InputError(
      `${tool}: ${right} ${exact.toFixed()} has more than ${digits} decimals. How the API rounds fractions is not documented, so they are not sent; use quantity 1 with the line's total.`,
    );
  }
  return exact.toFixed();
}

function pricesOf(fromNet: boolean) {
  return fromNet
    ? (["single_net_amount", "single_gross_amount"] as const)
    : (["single_gross_amount", "single_net_amount"] as const);
}

function wrongDirection(tool: string, input: LineChanges, fromNet: boolean, place: string): InputError {
  const [right, wrong] = pricesOf(fromNet);
  return new InputError(
    `${tool}: ${place} is calculated from ${fromNet ? "net" : "gross"} amounts, so give ${right}${input[wrong] === undefined ? "" : ` and leave out ${wrong}`}; the API derives the other.`,
  );
}
