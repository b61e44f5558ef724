import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays, dayOf, daysBetween, isIsoDate } from "../../src/domain/clock.ts";
import { isId } from "../../src/domain/ids.ts";
import { allows, statusOf } from "../../src/domain/invoice.ts";
import { canonicalJson, type Json } from "../../src/domain/json.ts";
import { decimal, formatMoney, minorDigits, moneyText, roundMoney, sum, toWireNumber } from "../../src/domain/money.ts";
import { itemTotals, totalsDifference } from "../../src/domain/totals.ts";
import { displayText, oneLine, quoted } from "../../src/domain/untrusted.ts";

describe("money", () => {
  it("is exact where floats are not", () => {
    expect(sum([decimal(0.1), decimal(0.2)]).toFixed()).toBe("0.3");
    expect(sum(Array.from({ length: 1_000 }, () => decimal("0.01"))).toFixed()).toBe("10");
    expect(decimal("12345678901234567890.12").toFixed()).toBe("12345678901234567890.12");
  });

  it.each([
    ["1.005", "EUR", "1.01"],
    ["1.004", "EUR", "1.00"],
    ["-1.005", "EUR", "-1.01"],
    ["0.5", "JPY", "1"],
    ["1.0005", "KWD", "1.001"],
  ])("rounds %s %s half-up to %s", (value, currency, rounded) => {
    expect(moneyText(roundMoney(decimal(value), currency), currency)).toBe(rounded);
  });

  it("knows the digits of currencies, and two for an unknown one", () => {
    expect(["EUR", "JPY", "KWD", "XXQ", "not a code"].map((code) => minorDigits(code))).toEqual([2, 0, 3, 2, 2]);
  });

  it.each([
    ["1785", "EUR", "en", "1,785.00 EUR"],
    ["1785", "EUR", "de", "1.785,00 EUR"],
    ["-0.5", "EUR", "en", "-0.50 EUR"],
    ["12345678901234567890.12", "EUR", "en", "12,345,678,901,234,567,890.12 EUR"],
    ["1500", "JPY", "en", "1,500 JPY"],
  ])("shows %s %s in %s as %s", (value, currency, locale, shown) => {
    expect(formatMoney(decimal(value), currency, locale)).toBe(shown);
  });

  it("keeps every amount a tool accepts to the cent on its way to the wire", () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000_000_000, max: 100_000_000_000 }), (cents) => {
        const amount = decimal(cents).div(100);
        expect(decimal(toWireNumber(amount)).eq(amount)).toBe(true);
      }),
    );
  });

  it.each(["", "1,5", "0x10", "NaN", "Infinity", " 1", "1e", "--1"])("takes no %j for a number", (text) => {
    expect(() => decimal(text)).toThrow();
  });
});

describe("totals", () => {
  const line = (quantity: number, amount: string, rate: string, net = true) => ({
    quantity: decimal(quantity),
    tax_rate: decimal(rate),
    single_net_amount: net ? decimal(amount) : null,
    single_gross_amount: net ? null : decimal(amount),
  });

  it("adds up the guide's invoice", () => {
    const totals = itemTotals([line(10, "150.00", "19")], true, "EUR");
    expect([totals?.net, totals?.tax, totals?.gross].map((value) => value?.toFixed(2))).toEqual([
      "1500.00",
      "285.00",
      "1785.00",
    ]);
  });

  it("is net plus tax, whatever the lines", () => {
    const lines = fc.array(
      fc.record({
        cents: fc.integer({ min: -99_999, max: 999_999 }),
        quantity: fc.integer({ min: 1, max: 99 }),
        rate: fc.constantFrom("0", "7", "8.1", "19"),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(lines, fc.boolean(), (all, net) => {
        const items = all.map(({ cents, quantity, rate }) =>
          line(quantity, decimal(cents).div(100).toFixed(), rate, net),
        );
        const totals = itemTotals(items, net, "EUR");
        expect(totals?.net.plus(totals.tax).eq(totals.gross)).toBe(true);
        expect(totals === null ? null : sum(totals.by_rate.map(({ gross }) => gross)).eq(totals.gross)).toBe(true);
      }),
    );
  });

  it("says nothing about a cent per line, and something about more", () => {
    const totals = itemTotals([line(1, "1.00", "19"), line(1, "1.00", "19")], true, "EUR");
    expect(totalsDifference(decimal("2.40"), totals, 2, "EUR")).toBeNull();
    expect(totalsDifference(decimal("2.41"), totals, 2, "EUR")?.toFixed()).toBe("0.03");
    expect(totalsDifference(null, totals, 2, "EUR")).toBeNull();
  });

  it("has no total where a line has no price", () => {
    expect(itemTotals([{ ...line(1, "1", "19"), single_net_amount: null }], true, "EUR")).toBeNull();
  });
});

describe("days", () => {
  it("are the calendar's", () => {
    expect(isIsoDate("2028-02-29")).toBe(true);
    for (const wrong of ["2026-02-29", "2026-13-01", "2026-1-1", "2026-01-01T00:00", "", "0000-00-00"]) {
      expect(isIsoDate(wrong), wrong).toBe(false);
    }
    expect(addDays("2026-03-28", 2)).toBe("2026-03-30");
    expect(daysBetween("2026-03-28", "2026-03-30")).toBe(2);
    expect(daysBetween("2026-12-31", "2027-01-01")).toBe(1);
  });

  it("begin at midnight of the place", () => {
    const late = Date.parse("2026-03-10T23:30:00Z");
    expect(dayOf(late, "UTC")).toBe("2026-03-10");
    expect(dayOf(late, "Europe/Berlin")).toBe("2026-03-11");
    expect(dayOf(late, "America/New_York")).toBe("2026-03-10");
  });
});

describe("text from data", () => {
  it("cannot hide, turn around or break lines", () => {
    expect(oneLine("a\u202eb\u200bc\u0000d\u{e0041}e\nf\tg")).toBe("abcde ⏎ f g");
    expect(displayText("plain").altered).toBe(false);
    expect(displayText("two\nlines").altered).toBe(false);
    expect(displayText("hid\u200bden").altered).toBe(true);
    expect(quoted('say "yes"')).toBe("\"say 'yes'\"");
  });

  it("is one well-formed line of limited length, whatever comes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.integer({ min: 2, max: 100 }), (raw, max) => {
        const shown = oneLine(raw, max);
        expect(Array.from(shown).length).toBeLessThanOrEqual(max);
        expect(shown.isWellFormed()).toBe(true);
        expect(shown).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u200b-\u200f\u2028\u2029]/u);
      }),
    );
  });
});

describe("the rest", () => {
  it("knows an id from a path", () => {
    for (const id of ["181227", "0b6f3c1e-5a44-4c58-9d3a-8f1c2e7b6a90", "a_b"]) expect(isId(id), id).toBe(true);
    for (const not of ["", "..", ".", "a/b", "a%2fb", "a b", "-a", "ä", "a\n", "x".repeat(65)])
      expect(isId(not), not).toBe(false);
  });

  it("writes equal values as equal text", () => {
    expect(canonicalJson({ b: [1, { d: null, c: "x" }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}');
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const parsed: Json = JSON.parse(JSON.stringify(value));
        if (parsed === null || typeof parsed !== "object" || Array.isArray(parsed)) return;
        const turned = Object.fromEntries(Object.entries(parsed).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(parsed));
      }),
    );
  });

  it("allows an act only where the guide does", () => {
    const statuses = ["draft", "sent", "PAID", "Void", "voided", "cancelled", "canceled", "refunded", "??"].map(
      statusOf,
    );
    expect(statuses).toEqual(["draft", "sent", "paid", "void", "void", "void", "void", "refunded", "other"]);
    const able = (act: Parameters<typeof allows>[0]) => [...new Set(statuses)].filter((status) => allows(act, status));
    expect(able("edit")).toEqual(["draft"]);
    expect(able("send")).toEqual(["draft"]);
    expect(able("mark_paid")).toEqual(["sent"]);
    expect(able("cancel")).toEqual(["sent", "paid", "other"]);
  });
});
