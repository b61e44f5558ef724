import { describe, expect, it } from "vitest";
import { discountByRate } from "../../src/domain/discount.ts";
import { decimal, roundMoney, sum } from "../../src/domain/money.ts";
import { Random } from "../journal/random.ts";

const line = (rate: string, amount: string, quantity = 1) => ({
  tax_rate: decimal(rate),
  amount: decimal(amount),
  quantity: decimal(quantity),
});
const shares = (...asked: Parameters<typeof discountByRate>) =>
  discountByRate(...asked).map(({ tax_rate, discount }) => [tax_rate.toFixed(), discount.toFixed()]);

describe("a discount by rate", () => {
  it("is the exact share where cents allow it", () => {
    expect(shares([line("19", "150", 10), line("7", "20")], decimal(10), "EUR")).toEqual([
      ["19", "150"],
      ["7", "2"],
    ]);
  });

  it("gives what is left to whom the cut took most", () => {
    const lines = [line("19", "0.35"), line("7", "0.38"), line("0", "0.34")];
    expect(shares(lines, decimal(10), "EUR")).toEqual([
      ["19", "0.04"],
      ["7", "0.04"],
      ["0", "0.03"],
    ]);
  });

  it("knows currencies without cents", () => {
    expect(shares([line("10", "999")], decimal(5), "JPY")).toEqual([["10", "50"]]);
  });

  it("adds up to the rounded whole, each share within a unit of its own, whatever the lines", () => {
    const seed = Date.now() % 1_000_000;
    const random = new Random(seed);
    for (let round = 0; round < 2_000; round += 1) {
      const lines = Array.from({ length: 1 + random.between(0, 5) }, () =>
        line(
          String([19, 7, 0, 8.1][random.between(0, 3)]),
          (random.between(0, 199_999) / 100).toFixed(2),
          1 + random.between(0, 19),
        ),
      );
      const percent = decimal((1 + random.between(0, 9_999)) / 100);
      const parts = discountByRate(lines, percent, "EUR");
      const whole = sum(lines.map(({ amount, quantity }) => amount.times(quantity)))
        .times(percent)
        .div(100);
      const told = `seed ${seed}, round ${round}`;
      expect(sum(parts.map(({ discount }) => discount)).toFixed(), told).toBe(roundMoney(whole, "EUR").toFixed());
      for (const { base, discount } of parts) {
        expect(discount.minus(base.times(percent).div(100)).abs().lt("0.01"), told).toBe(true);
      }
    }
  });
});
