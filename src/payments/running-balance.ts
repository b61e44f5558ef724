import type { Decimal } from "../domain/money.ts";

export interface Step {
  /** Credit positive. */
  readonly amount: Decimal;
  readonly balance: Decimal | null;
}

/** Positions of lines whose balance moved as they say, and against them: written without a sign, those went out. */
export interface Balances {
  readonly along: ReadonlySet<number>;
  readonly against: ReadonlySet<number>;
}

/** The order of the lines is the one that explains more balances; with none, nothing is known. */
export function balancesOf(steps: readonly Step[]): Balances {
  const [upwards, downwards] = [moves(steps, -1), moves(steps, 1)];
  const explained = upwards.length > downwards.length ? upwards : downwards;
  if (upwards.length === downwards.length) return { along: new Set(), against: new Set() };
  const those = (agrees: boolean) => new Set(explained.filter((one) => one.agrees === agrees).map(({ at }) => at));
  return { along: those(true), against: those(false) };
}

function moves(steps: readonly Step[], before: -1 | 1): { readonly at: number; readonly agrees: boolean }[] {
  return steps.flatMap(({ amount, balance }, at) => {
    const from = steps[at + before]?.balance ?? null;
    if (balance === null || from === null || amount.eq(0)) return [];
    const moved = balance.minus(from);
    if (!moved.abs().eq(amount.abs())) return [];
    return [{ at, agrees: moved.eq(amount) }];
  });
}
