import { ledgerOn } from "../../../src/journal/ledger.ts";
import type { Postgres } from "../../../src/store/postgres/open.ts";
import { newOperation, PLACE } from "../rows.ts";

export interface Raced {
  readonly round: number;
  readonly won: boolean;
}

/** In each round all clients, spread over the instances, claim the same at once. */
export async function claimRounds(
  instances: readonly Postgres[],
  rounds: number,
  clients: number,
  meanwhile: (round: number) => Promise<void> = async () => {},
): Promise<readonly Raced[]> {
  const ledgers = instances.map((postgres) => ledgerOn(postgres.journal(PLACE)).operations);
  const raced: Raced[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const racing = Array.from({ length: clients }, async (_, client) => {
      const claim = await ledgers[client % ledgers.length]?.claim(
        newOperation({ fingerprint: `round-${round}`, locks: [`inv:${round}`] }),
      );
      raced.push({ round, won: claim?.is === "claimed" });
    });
    await Promise.all([...racing, meanwhile(round)]);
  }
  return raced;
}

export function outcomes(raced: readonly Raced[]) {
  const winners = new Map<number, number>();
  for (const { round, won } of raced) winners.set(round, (winners.get(round) ?? 0) + Number(won));
  return {
    rounds: winners.size,
    winners: [...winners.values()].filter((count) => count === 1).length,
    others: raced.filter(({ won }) => !won).length,
  };
}
