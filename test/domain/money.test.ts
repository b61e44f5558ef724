import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal, formatMoney, minorDigits, moneyText, roundMoney, sum, toWireNumber } from "../../src/domain/money.ts";

describe("money", () => {
  it.each([
    [0.1, 3, "0.30"],
    [33.33, 3, "99.99"],
    ["0.1", 3, "0.30"],
    [1e-7, 1, "0.0000001"],
  ])("%s × %i is %s, exactly", (price, quantity, text) => {
    expect(moneyText(decimal(price).times(quantity), "EUR")).toBe(text);
  });

  it("sums cents without drift", () => {
    expect(sum(Array.from({ length: 1000 }, () => decimal(0.1))).toFixed()).toBe("100");
  });

  it.each([
    ["2.345", "EUR", "2.35"],
    ["-2.345", "EUR", "-2.35"],
    ["2.344999", "EUR", "2.34"],
    ["1234.5", "JPY", "1235"],
    ["1.2345", "KWD", "1.235"],
  ])("rounds %s %s half up to %s", (value, currency, text) => {
    expect(moneyText(roundMoney(decimal(value), currency), currency)).toBe(text);
  });

  it("quotes what stands in the place of a currency", () => {
    expect(formatMoney(decimal("5"), "paid\nNext")).toBe('5.00 "paid ⏎ …"');
    expect(formatMoney(decimal("5"), "")).toBe('5.00 ""');
  });

  it.each([
    ["EUR", 2],
    ["JPY", 0],
    ["KWD", 3],
    ["XXX-not-a-currency", 2],
  ])("%s has %i digits", (currency, digits) => {
    expect(minorDigits(currency)).toBe(digits);
    expect(minorDigits(currency)).toBe(digits);
  });

  it.each([
    ["1785", "EUR", "en", "1,785.00 EUR"],
    ["1785", "EUR", "de", "1.785,00 EUR"],
    ["-0.5", "CHF", "en", "-0.50 CHF"],
    ["12345678901234567.89", "EUR", "en", "12,345,678,901,234,567.89 EUR"],
  ])("shows %s %s in %s as %s", (value, currency, locale, shown) => {
    expect(formatMoney(decimal(value), currency, locale)).toBe(shown);
  });

  it("survives the wire for every amount the tools accept", () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000_000_000, max: 100_000_000_000 }), (cents) => {
        const amount = decimal(cents).div(100);
        expect(decimal(toWireNumber(amount)).eq(amount)).toBe(true);
      }),
    );
  });
});
