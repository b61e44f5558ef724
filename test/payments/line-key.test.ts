import { describe, expect, it } from "vitest";
import { decimal } from "../../src/domain/money.ts";
import { UNSTATED } from "../../src/payments/bank-line.ts";
import { lineKey, lineKeys } from "../../src/payments/line-key.ts";

const LINE = {
  ...UNSTATED,
  index: 3,
  date: "2026-11-12",
  amount: decimal("899.64"),
  currency: "EUR",
  text: "Rate November",
  counterparty: "Brandt & Töchter",
  account: "DE02120300000000202051",
  reference: null,
} as const;

describe("lineKey", () => {
  it("is the same wherever the line stands, and however the bank spaces it", () => {
    const key = lineKey(LINE);
    expect(key).toMatch(/^[0-9b-z]{10}$/);
    expect(lineKey({ ...LINE, index: 99 })).toBe(key);
    expect(lineKey({ ...LINE, text: "RATE  NOVEMBER", account: "DE02 1203 0000 0000 2020 51" })).toBe(key);
    expect(lineKey({ ...LINE, amount: decimal("899.640") })).toBe(key);
  });

  it("is another for any other account, day, amount, currency, payer, reference or text", () => {
    const others = [
      { account: "DE02120300000000202052" },
      { date: "2026-11-13" },
      { amount: decimal("899.65") },
      { currency: "CHF" },
      { counterparty: "Brandt" },
      { reference: "RF18539007547034" },
      { text: "Rate Oktober" },
      { text: "Rate November DE02", account: null },
    ];
    const keys = [lineKey(LINE), lineKey(LINE, 2), ...others.map((other) => lineKey({ ...LINE, ...other }))];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("tells equal lines of one statement apart, alike in an overlapping statement", () => {
    const other = { ...LINE, text: "Rate Oktober" };
    const first = lineKeys([LINE, other, LINE]);
    expect(new Set(first).size).toBe(3);
    expect(lineKeys([other, LINE, LINE])).toEqual([first[1], first[0], first[2]]);
  });
});
