import { cutMoney, type Decimal, decimal, minorUnit, roundMoney, sum, zero } from "./money.ts";

/** What lines of one tax rate add up to, in the invoice's direction, and what a percentage takes off it. */
export interface RateDiscount {
  readonly tax_rate: Decimal;
  readonly base: Decimal;
  readonly discount: Decimal;
}

interface Priced {
  readonly tax_rate: Decimal;
  readonly amount: Decimal;
  readonly quantity: Decimal;
}

/**
 * A percentage off all lines, per tax rate. The whole is rounded once, half-up, and spread over the rates to the cent:
 * each gets its share cut to whole cents, and what is left goes, a cent each, to those that lost most by the cut.
 */
export function discountByRate(lines: readonly Priced[], percent: Decimal, currency: string): readonly RateDiscount[] {
  const bases = new Map<string, Decimal>();
  for (const { tax_rate, amount, quantity } of lines) {
    const key = tax_rate.toFixed();
    bases.set(key, (bases.get(key) ?? zero).plus(amount.times(quantity)));
  }
  const cent = minorUnit(currency);
  const shares = [...bases].map(([rate, base]) => {
    const exact = base.times(percent).div(100);
    return { tax_rate: decimal(rate), base, exact, cut: cutMoney(exact, currency) };
  });
  const whole = roundMoney(sum(shares.map(({ exact }) => exact)), currency);
  const left = Number(
    whole
      .minus(sum(shares.map(({ cut }) => cut)))
      .div(cent)
      .toFixed(0),
  );
  const lucky = new Set(
    [...shares].sort((a, b) => b.exact.minus(b.cut).cmp(a.exact.minus(a.cut))).slice(0, Math.max(0, left)),
  );
  return shares.map((share) => ({
    tax_rate: share.tax_rate,
    base: share.base,
    discount: lucky.has(share) ? share.cut.plus(cent) : share.cut,
  }));
}
