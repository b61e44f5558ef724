import { describe, expect, it } from "vitest";
import { type Decimal, decimal } from "../../src/domain/money.ts";
import { itemTotals, lineTotals, totalsDifference } from "../../src/domain/totals.ts";

function line(price: number, quantity: number, rate: number, net: boolean) {
  return {
    quantity: decimal(quantity),
    tax_rate: decimal(rate),
    single_net_amount: net ? decimal(price) : null,
    single_gross_amount: net ? null : decimal(price),
  };
}
const shown = (value: Decimal | undefined) => value?.toFixed(2);

describe("totals of lines", () => {
  it.each([
    ["the guide's line", [line(150, 10, 19, true)], true, "1500.00", "285.00", "1785.00"],
    ["thirds", [line(33.33, 3, 19, true)], true, "99.99", "19.00", "118.99"],
    ["tenths", [line(0.1, 3, 19, true)], true, "0.30", "0.06", "0.36"],
    ["a discount", [line(150, 10, 19, true), line(-100, 1, 19, true)], true, "1400.00", "266.00", "1666.00"],
    ["two rates", [line(100, 1, 19, true), line(10, 1, 7, true)], true, "110.00", "19.70", "129.70"],
    ["Swiss", [line(96, 1, 8.1, true)], true, "96.00", "7.78", "103.78"],
    ["no tax", [line(75, 2, 0, true)], true, "150.00", "0.00", "150.00"],
    ["gross", [line(119, 2, 19, false)], false, "200.00", "38.00", "238.00"],
  ])("%s", (_name, items, net, expectedNet, tax, gross) => {
    const totals = itemTotals(items, net, "EUR");
    expect([shown(totals?.net), shown(totals?.tax), shown(totals?.gross)]).toEqual([expectedNet, tax, gross]);
  });

  it("groups by rate, highest first", () => {
    const totals = itemTotals([line(10, 1, 7, true), line(100, 1, 19, true), line(10, 1, 7, true)], true, "EUR");
    expect(totals?.by_rate.map((group) => [group.tax_rate.toFixed(), shown(group.tax)])).toEqual([
      ["19", "19.00"],
      ["7", "1.40"],
    ]);
  });

  it("knows no total where a price of the direction is missing", () => {
    expect(lineTotals(line(1, 1, 19, true), false, "EUR")).toBeNull();
    expect(itemTotals([line(1, 1, 19, true), line(1, 1, 19, false)], true, "EUR")).toBeNull();
  });

  it.each([
    ["118.99", 1, null],
    ["119.00", 1, null],
    ["119.01", 1, "0.02"],
    ["119.01", 2, null],
    ["17850.00", 1, "17731.01"],
  ])("an API total of %s over %i lines differs by %s", (total, lines, difference) => {
    const totals = itemTotals([line(33.33, 3, 19, true)], true, "EUR");
    expect(totalsDifference(decimal(total), totals, lines, "EUR")?.toFixed(2) ?? null).toBe(difference);
  });
});
