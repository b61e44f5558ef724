import { z } from "zod";
import type { Invoice, Item } from "../domain/invoice.ts";
import { decimal } from "../domain/money.ts";
import { sameText } from "./text.ts";

/** A line as the journal keeps it: amounts as canonical decimal text. */
export const lineSchema = z.object({
  title: z.string(),
  subtitle: z.string(),
  quantity: z.string(),
  tax_rate: z.string(),
  net: z.string().nullable(),
  gross: z.string().nullable(),
});
export type Line = z.infer<typeof lineSchema>;

/** The lines in a stable order. Empty when the API gave none. */
export function linesOf(invoice: Invoice): Line[] {
  return (invoice.items ?? []).map(lineOf).sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

export function lineOf(item: Item): Line {
  return {
    title: item.title,
    subtitle: item.subtitle ?? "",
    quantity: item.quantity.toFixed(),
    tax_rate: item.tax_rate.toFixed(),
    net: item.single_net_amount?.toFixed() ?? null,
    gross: item.single_gross_amount?.toFixed() ?? null,
  };
}

const key = (line: Line) => JSON.stringify([line.title, line.subtitle, line.quantity, line.tax_rate, line.net]);

/** Same lines, in any order: texts, quantities, rates, and the amount of the invoice's own direction. */
export function sameLines(a: readonly Line[], b: readonly Line[], calculateFromNet: boolean): boolean {
  if (a.length !== b.length) return false;
  const rest = [...b];
  return a.every((line) => {
    const at = rest.findIndex((other) => sameLine(line, other, calculateFromNet));
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
}

export function sameLine(a: Line, b: Line, calculateFromNet: boolean): boolean {
  return (
    sameText(a.title, b.title) &&
    sameText(a.subtitle, b.subtitle) &&
    sameNumber(a.quantity, b.quantity) &&
    sameNumber(a.tax_rate, b.tax_rate) &&
    (calculateFromNet ? sameNumber(a.net, b.net) : sameNumber(a.gross, b.gross))
  );
}

/** Amounts the API does not state prove no difference. */
export function sameNumber(a: string | null, b: string | null): boolean {
  return a === null || b === null || decimal(a).eq(decimal(b));
}
