import type { Decimal } from "../domain/money.ts";

export interface Step {
  /** Credit positive. */
  readonly amount: Decimal;
  readonly balance: Decimal | null;
}

/**
 * The lines, of consecutive ones with their balances, whose balance moved against them: written without a sign, they
 * went out. The order of the lines is the one that explains more balances; with none, nothing is known.
 */
export function againstBalance(steps: readonly Step[]): ReadonlySet<number> {
  const [upwards, downwards] = [moves(steps, -1), moves(steps, 1)];
  const explained = upwards.length > downwards.length ? upwards : downwards;
  if (upwards.length === downwards.length) return new Set();
  return new Set(explained.filter(({ agrees }) => !agrees).map(({ at }) => at));
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
