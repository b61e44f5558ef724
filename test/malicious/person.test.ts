import { expect, it } from "vitest";
import { campaign } from "./campaign.ts";
import { OUTWARD } from "./ledger.ts";
import { startWorld } from "./world.ts";

/** The same model beside a person who approves some of what is shown. Replay with the seed. */
const SEED = 20_261_123;
const CALLS = 6_000;

it(`${CALLS} hostile calls beside a person: what was approved happens, once, and nothing else`, async () => {
  const world = await startWorld();
  try {
    const run = await campaign(world, { seed: SEED, calls: CALLS, person: true });
    expect(world.ledger.unapproved).toEqual([]);
    expect(world.ledger.invented).toEqual([]);
    expect(world.ledger.unexplained(world.simulator)).toEqual([]);
    expect(world.foreign.requests()).toEqual([]);
    // It was not quiet because nothing was tried: the person said yes often, and was obeyed.
    expect(world.ledger.given).toBeGreaterThan(60);
    expect(run.carriedOut).toBeGreaterThan(30);
    const acted = world.simulator
      .effects()
      .filter(({ kind }) => OUTWARD.includes(kind))
      .map(({ kind, resource_id }) => `${kind} ${resource_id}`);
    expect(new Set(acted).size).toBe(acted.length);
    for (const link of world.links) world.ledger.secret(new URL(link).hash.slice(1));
    world.ledger.secret(world.simulator.token);
    expect(world.ledger.leaked()).toEqual([]);
  } finally {
    await world.close();
  }
}, 180_000);
