import { z } from "zod";
import { discountByRate } from "../domain/discount.ts";
import { documentName, type Invoice, type Item } from "../domain/invoice.ts";
import { defined } from "../domain/json.ts";
import { decimal, formatMoney, sum } from "../domain/money.ts";
import { cited } from "../domain/untrusted.ts";
import { InputError, WrongStateError } from "../errors.ts";
import { MAX_LINES } from "./compose.ts";
import { type LineArgs, lineArgs, lineChanges } from "./lines.ts";
import { amount, emptiable, flag, line, quantity, taxRate } from "./params.ts";

/** A line of the original that is changed or left out, or (without `line`) one that is added. */
export const lineWish = z
  .strictObject({
    line: z.int().min(1).max(MAX_LINES).describe("From 1; none: a new line.").optional(),
    title: line(185, "Max 185.").optional(),
    subtitle: emptiable(185, "Second line.").optional(),
    quantity: quantity().optional(),
    tax_rate: taxRate().optional(),
    single_net_amount: amount("Single net amount.").optional(),
    single_gross_amount: amount("Single gross amount.").optional(),
    remove: flag("Remove.").optional(),
  })
  .refine(
    ({ line: place, title }) => place !== undefined || title !== undefined,
    "names a line, or the title of a new one",
  );
type LineWish = z.infer<typeof lineWish>;

export interface Wanted {
  readonly replace?: readonly { readonly from: string; readonly to: string }[] | undefined;
  readonly lines?: readonly LineWish[] | undefined;
  /** Percent. */
  readonly discount?: number | undefined;
  /** Language of the discount's title. */
  readonly language: string;
}

export interface CopiedLines {
  readonly lines: LineArgs[];
  /** The difference to the original, a sentence each. */
  readonly changes: string[];
  readonly calculate_from_net: boolean;
}

/** The lines of the copy. Everything is checked before anything is made. */
export function copiedLines(original: Invoice, wanted: Wanted): CopiedLines {
  const items = original.items ?? [];
  const asked = askedOf(items, original, wanted.lines ?? []);
  const fromNet = directionOf(items, original, asked, wanted.lines ?? []);
  const changes: string[] = [];
  if (fromNet !== original.calculate_from_net) {
    changes.push(fromNet ? "prices: gross → net" : "prices: net → gross");
  }
  const copied = items.flatMap((item, index) => {
    const wish = asked.get(index + 1);
    if (wish?.remove === true) {
      changes.push(`line ${index + 1}: ${cited(item.title)} left out`);
      return [];
    }
    return [changedLine(item, index + 1, original, wanted, wish, fromNet, changes)];
  });
  const added = (wanted.lines ?? []).filter((wish) => wish.line === undefined);
  const lines = [...copied, ...added.map((wish) => addedLine(wish, original.currency, fromNet, changes))];
  if (lines.length === 0) throw new InputError("copy_invoice: no line would be left.");
  lines.push(...discountLines(lines, original.currency, fromNet, wanted, changes));
  if (lines.length > MAX_LINES) throw new InputError(`copy_invoice: more than ${MAX_LINES} lines.`);
  return { lines, changes, calculate_from_net: fromNet };
}

function askedOf(
  items: readonly Item[],
  original: Invoice,
  wishes: readonly LineWish[],
): ReadonlyMap<number, LineWish> {
  const asked = new Map<number, LineWish>();
  for (const wish of wishes) {
    const { line: place } = wish;
    if (place === undefined) continue;
    if (place > items.length) {
      const name = documentName(original);
      throw new InputError(`copy_invoice: there is no line ${place}; ${name} has ${items.length}.`);
    }
    if (asked.has(place)) throw new InputError(`copy_invoice: line ${place} is given twice.`);
    asked.set(place, wish);
  }
  return asked;
}

/** The original's, unless every line gets a price of the other one: then the invoice is calculated that way. */
function directionOf(
  items: readonly Item[],
  original: Invoice,
  asked: ReadonlyMap<number, LineWish>,
  wishes: readonly LineWish[],
): boolean {
  const { calculate_from_net } = original;
  const other = calculate_from_net ? "single_gross_amount" : "single_net_amount";
  if (wishes.every((wish) => wish[other] === undefined)) return calculate_from_net;
  const kept = items.map((_, index) => index + 1).filter((place) => asked.get(place)?.remove !== true);
  const missing = kept.filter((place) => asked.get(place)?.[other] === undefined);
  if (missing.length === 0) return !calculate_from_net;
  throw new InputError(
    `copy_invoice: ${documentName(original)} is calculated from ${calculate_from_net ? "net" : "gross"} amounts. Leave out ${other}, or give it for every line to turn the direction; missing: line ${missing.join(", ")}.`,
  );
}

function addedLine(wish: LineWish, currency: string, fromNet: boolean, changes: string[]): LineArgs {
  const { line: _line, remove, title, subtitle, quantity: count, tax_rate, ...price } = wish;
  if (remove === true || title === undefined || count === undefined || tax_rate === undefined) {
    throw new InputError(
      "copy_invoice: a new line needs title, quantity, tax_rate and a price; one that is there is named by line.",
    );
  }
  const given = { ...defined({ ...price, subtitle: subtitle === "" ? undefined : subtitle }) };
  const added = lineArgs("copy_invoice", { title, quantity: count, tax_rate, ...given }, fromNet, currency, "the copy");
  const side = fromNet ? "net" : "gross";
  changes.push(
    `new line: ${added.quantity} × ${formatMoney(decimal(added.amount), currency)} ${side}, ${added.tax_rate} %: ${cited(title)}`,
  );
  return added;
}

/** One line as it will be; what is different is added to `changes`. */
function changedLine(
  item: Item,
  place: number,
  original: Invoice,
  wanted: Wanted,
  wish: LineWish | undefined,
  fromNet: boolean,
  changes: string[],
): LineArgs {
  const { currency } = original;
  const where = `line ${place}`;
  const { line: _place, remove: _remove, ...values } = wish ?? {};
  const given = lineChanges("copy_invoice", values, fromNet, currency, documentName(original));
  const former = fromNet ? item.single_net_amount : item.single_gross_amount;
  const price = given.amount ?? former?.toFixed();
  if (price === undefined) {
    throw new WrongStateError(
      `Line ${place} of ${documentName(original)} has no ${fromNet ? "net" : "gross"} price to copy.`,
    );
  }
  const count = given.quantity ?? Number(item.quantity.toFixed());
  if (!Number.isInteger(count)) {
    throw new WrongStateError(
      `Line ${place} of ${documentName(original)} has the quantity ${item.quantity.toFixed()}, which the API does not take back.`,
    );
  }
  const title = given.title ?? replaced(item.title, wanted.replace);
  const subtitle = given.subtitle ?? replaced(item.subtitle ?? "", wanted.replace);
  if (title.length > 185 || subtitle.length > 185)
    throw new InputError(`copy_invoice: ${where} would be longer than 185 characters.`);
  const rate = given.tax_rate ?? item.tax_rate.toFixed();
  if (title !== item.title) changes.push(`${where}: ${cited(item.title)} → ${cited(title)}`);
  if (subtitle !== (item.subtitle ?? "")) changes.push(`${where}: ${cited(item.subtitle ?? "")} → ${cited(subtitle)}`);
  if (!item.quantity.eq(count)) changes.push(`${where}: quantity ${item.quantity.toFixed()} → ${count}`);
  if (!item.tax_rate.eq(rate)) changes.push(`${where}: tax rate ${item.tax_rate.toFixed()} → ${rate} %`);
  if (former !== null && !former.eq(price)) {
    const side = fromNet ? "net" : "gross";
    changes.push(`${where}: ${formatMoney(former, currency)} → ${formatMoney(decimal(price), currency)} ${side}`);
  }
  return defined({
    title,
    subtitle: subtitle === "" ? undefined : subtitle,
    quantity: count,
    tax_rate: rate,
    amount: price,
  });
}

/** One negative line per tax rate: a discount over rates would take the wrong tax off. */
function discountLines(
  lines: readonly LineArgs[],
  currency: string,
  fromNet: boolean,
  { discount, language }: Wanted,
  changes: string[],
): LineArgs[] {
  if (discount === undefined) return [];
  const percent = decimal(discount);
  const priced = lines.map((one) => ({
    tax_rate: decimal(one.tax_rate),
    amount: decimal(one.amount),
    quantity: decimal(one.quantity),
  }));
  const parts = discountByRate(priced, percent, currency).filter(({ discount: part }) => !part.eq(0));
  const negative = parts.find(({ base }) => base.lt(0));
  if (negative !== undefined) {
    throw new InputError(
      `copy_invoice: the lines at ${negative.tax_rate.toFixed()} % add up to ${formatMoney(negative.base, currency)}, so no discount can be taken off them. Give the discount as a new line with a negative amount.`,
    );
  }
  if (parts.length === 0) throw new InputError("copy_invoice: the discount would be less than a cent.");
  const side = fromNet ? "net" : "gross";
  const shown = parts.map(
    ({ tax_rate, base, discount: part }) =>
      `${formatMoney(part.neg(), currency)} on ${formatMoney(base, currency)} at ${tax_rate.toFixed()} %`,
  );
  const whole = formatMoney(sum(parts.map(({ discount: part }) => part)).neg(), currency);
  changes.push(
    `discount ${percent.toFixed()} % ${side}: ${shown.join("; ")}${parts.length > 1 ? `; together ${whole}` : ""}`,
  );
  return parts.map(({ tax_rate, discount: part }) => ({
    title: discountTitle(percent.toFixed(), parts.length > 1 ? tax_rate.toFixed() : null, language),
    quantity: 1,
    tax_rate: tax_rate.toFixed(),
    amount: part.neg().toFixed(),
  }));
}

/** As it is printed: in the customer's language. */
function discountTitle(percent: string, rate: string | null, language: string): string {
  if (!/^de\b/i.test(language)) return `Discount ${percent} %${rate === null ? "" : ` on items at ${rate} %`}`;
  const german = (number: string) => number.replace(".", ",");
  return `Rabatt ${german(percent)} %${rate === null ? "" : ` auf Positionen zu ${german(rate)} %`}`;
}

export function replaced(text: string, replace: Wanted["replace"]): string {
  return (replace ?? []).reduce((current, { from, to }) => current.replaceAll(from, () => to), text);
}
