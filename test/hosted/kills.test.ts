import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACT_KINDS, type ActKind } from "../../src/acts/index.ts";
import { POINTS } from "../../src/journal/settings.ts";
import { bundled } from "../faults/bundle.ts";
import { MOMENTS, type Moment } from "../faults/killing.ts";
import { TIMES } from "../faults/scene.ts";
import { type Acting, acting, insisted, told } from "./acting.ts";
import { differences, recorded } from "./books.ts";
import { type Cluster, type Instance, startCluster } from "./cluster.ts";

/**
 * Over HTTP, on PostgreSQL: an instance is killed while acts of every kind have got to one moment there. Another one is asked
 * what became of them, and then to do the same again. `FAULTS=all` has every kind meet every moment; else each meets one.
 */
const SHIFTS = process.env["FAULTS"] === "all" ? MOMENTS.length : 1;
const FINAL = ["done", "not_done"];

let script: string;
let cluster: Cluster;
let survivor: Instance;

beforeAll(async () => {
  script = await bundled("../hosted/instance.ts");
  cluster = await startCluster({ organizations: ACT_KINDS.length, command: [script] });
  survivor = await cluster.start();
}, 90_000);
afterAll(async () => {
  await cluster?.close();
  rmSync(dirname(script), { recursive: true, force: true });
});

const isPoint = (moment: Moment) => POINTS.some((point) => point === moment);

async function until(holds: () => boolean, of: Instance, early: readonly string[]): Promise<void> {
  while (!holds()) {
    if (early.length > 0) throw new Error(early.join("; "));
    if (!of.isRunning) throw new Error(`it ended: ${of.logs().slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

interface Killed {
  readonly one: Acting;
  readonly moment: Moment;
  /** Operations of its organization before. */
  readonly before: number;
}

/** Kills an instance when all these acts have got to the moment. */
async function killedAt(moment: Moment, kinds: readonly ActKind[], victim: Instance): Promise<readonly Killed[]> {
  cluster.balancer.to([survivor.url]);
  const acts = await Promise.all(kinds.map((kind) => acting(cluster, kind)));
  const killed = await Promise.all(
    acts.map(async (one) => ({ one, moment, before: (await recorded(cluster, one.organization.id)).length })),
  );
  for (const { act, organization } of acts) {
    const options = { times: 1, late_ms: TIMES.late_ms };
    if (moment === "api_before") await organization.line.plan("hang_late", act.isRequest, options);
    if (moment === "api_after") await organization.line.plan("hang_after", act.isRequest, options);
  }
  cluster.balancer.to([victim.url]);
  const seen = acts.map(({ organization }) => organization.line.requests.length);
  const calls = acts.map(told);
  const early: string[] = [];
  for (const [at, call] of calls.entries()) {
    void call.then(({ outcome, text }) => {
      if (outcome !== "silence") early.push(`${kinds[at]} was told ${outcome} before ${moment}: ${text}`);
    });
  }
  const arrived = ({ act, organization }: Acting, at: number) =>
    organization.line.requests.slice(seen[at]).some((request) => request.fault !== null && act.isRequest(request)) &&
    (moment === "api_before" || act.effects() === 1);
  await until(
    () =>
      isPoint(moment)
        ? victim.logs().split(`at ${moment}\n`).length > kinds.length
        : acts.every((one, at) => arrived(one, at)),
    victim,
    early,
  );
  await victim.kill();
  cluster.balancer.to([survivor.url]);
  for (const { organization } of acts) await organization.line.clear();
  expect((await Promise.all(calls)).map(({ outcome }) => outcome)).toEqual(kinds.map(() => "silence"));
  return killed;
}

/** What another instance makes of it. `looks`: it is asked for the operation first; else the call is just made again. */
async function takenOver({ one, moment, before }: Killed, looks: boolean): Promise<readonly string[]> {
  const { act, client, kind, organization } = one;
  const rows = (await recorded(cluster, organization.id)).slice(before);
  const wrong: string[] = [];
  if (rows.length !== (moment === "prepared" ? 0 : 1)) wrong.push(`${rows.length} operations recorded`);
  const [row] = rows;
  if (looks && row !== undefined) {
    let state: string = row.state;
    for (let look = 0; look < 40 && !FINAL.includes(state); look += 1) {
      await client.callTool({ name: "get_operation", arguments: { operation_id: row.id } });
      state = (await recorded(cluster, organization.id)).find(({ id }) => id === row.id)?.state ?? "lost";
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    const happened = act.effects();
    if (!FINAL.includes(state)) wrong.push(`still ${state}`);
    if ((state === "done") !== (happened === 1)) wrong.push(`recorded as ${state}, happened ${happened} times`);
  }
  wrong.push(...(await insisted(one)));
  if (act.effects() !== 1) wrong.push(`happened ${act.effects()} times in the end`);
  await client.close();
  return wrong.map((what) => `${kind} killed at ${moment}: ${what}`);
}

describe("an instance that is killed in the middle of acts", () => {
  it.each(Array.from({ length: SHIFTS }, (_, shift) => shift))(
    "leaves what another one finds out, and nothing is done twice (turn %i)",
    async (shift) => {
      const turns = MOMENTS.map((moment, at) => ({
        moment,
        kinds: ACT_KINDS.filter((_, index) => (index + shift) % MOMENTS.length === at),
      }));
      const victims = await Promise.all(
        turns.map(({ moment }) => cluster.start(isPoint(moment) ? { STOP_AT: moment } : {})),
      );
      const killed: Killed[] = [];
      for (const [at, { moment, kinds }] of turns.entries()) {
        const victim = victims[at];
        if (victim !== undefined) killed.push(...(await killedAt(moment, kinds, victim)));
      }
      expect(killed.length).toBe(ACT_KINDS.length);
      const wrong = await Promise.all(killed.map((one, at) => takenOver(one, (at + shift) % 2 === 0)));
      expect(wrong.flat()).toEqual([]);
      expect(await differences(cluster)).toEqual([]);
      expect(await cluster.verified()).toEqual([]);
    },
    180_000,
  );
});
