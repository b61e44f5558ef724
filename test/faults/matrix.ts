import type { ActKind } from "../../src/acts/index.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { InvoicingError } from "../../src/errors.ts";
import type { Journal, Outcome } from "../../src/journal/port.ts";
import { performAny } from "../harness/acts.ts";
import { FAULTS, type Fault } from "../harness/fault-proxy.ts";
import { openAt } from "./grounds.ts";
import { type Act, apiAt, approved, journalOn, openScene, type Scene, stage, TIMES } from "./scene.ts";

export const SETTINGS = ["alone", "twin", "second_engine"] as const;
export type Setting = (typeof SETTINGS)[number];

/** A middlebox that delivers a request twice is forbidden (RFC 9110, 9.2.2) and tested by itself. */
export const CELL_FAULTS = FAULTS.filter((fault) => fault !== "duplicate");
const EXTRA_CALLS = 5;

interface Told {
  /** `none`: an error that promises that nothing happened. */
  readonly outcome: Outcome<JsonObject>["outcome"] | "none";
  /** How often the change had happened when this was told. */
  readonly effects: number;
}

export async function call(journal: Journal, store: Parameters<typeof approved>[0], act: Act): Promise<Told> {
  try {
    const ended = await performAny(journal, act.operation, act.args, await approved(store, act));
    return { outcome: ended.outcome, effects: act.effects() };
  } catch (error) {
    if (!(error instanceof InvoicingError) || error.effect !== "none") throw error;
    return { outcome: "none", effects: act.effects() };
  }
}

/** One fault on the first request of the act; then the same call again until it is known. Returns what is wrong. */
async function cell(scene: Scene, kind: ActKind, fault: Fault, setting: Setting, address: string): Promise<string[]> {
  const { proxy, simulator } = scene;
  const act = await stage(kind, scene);
  const api = apiAt(fault === "tls_fail" ? proxy.tls_url : proxy.url, simulator.token);
  const stores = [openAt(address), openAt(address)] as const;
  const journal = journalOn(stores[0], api);
  const other = journalOn(stores[1], api);
  await proxy.plan(fault, act.isRequest, { times: 1, late_ms: TIMES.late_ms, slow_ms: 200 });
  const first = () => call(journal, stores[0], act);
  const told = await Promise.all(
    setting === "alone" ? [first()] : setting === "twin" ? [first(), first()] : [first(), call(other, stores[1], act)],
  );
  // A request that was still under way when "nothing happened" was said would have landed by now.
  if (told.some(({ outcome }) => outcome === "none"))
    await new Promise((resolve) => setTimeout(resolve, TIMES.late_ms));
  const wrong = told.flatMap((one) => {
    const nobody = told.every(({ outcome }) => outcome === "none");
    // A change of a draft is not remembered once done: "nothing happened" is about this call, and the other one did it.
    if (one.outcome === "none" && !nobody && act.operation.repeat === "open") return [];
    return judge(one, nobody ? act.effects() : one.effects);
  });
  await proxy.clear();
  const calm = fault === "tls_fail" ? journalOn(stores[0], apiAt(proxy.url, simulator.token)) : journal;
  let last: Told | undefined;
  for (let again = 0; again < EXTRA_CALLS && last?.outcome !== "already_done" && last?.outcome !== "done"; again += 1) {
    last = await call(calm, stores[0], act);
    wrong.push(...judge(last, last.effects));
  }
  if (last?.outcome !== "already_done" && last?.outcome !== "done") wrong.push(`ends ${last?.outcome}`);
  if (act.effects() !== 1) wrong.push(`happened ${act.effects()} times`);
  const { problems } = await stores[0].audit.verify();
  wrong.push(...problems);
  await Promise.all([journal.close(), other.close(), calm.close()]);
  for (const store of stores) await store.close();
  return wrong.map((what) => `${kind} × ${fault} × ${setting}: ${what}`);
}

function judge(told: Told, effects: number): string[] {
  if (told.outcome === "none") return effects === 0 ? [] : [`told "nothing happened" after ${effects} effects`];
  if (told.outcome === "unknown") return effects <= 1 ? [] : [`${effects} effects`];
  if (told.outcome === "done" || told.outcome === "already_done") {
    return effects === 1 ? [] : [`told ${told.outcome} with ${effects} effects`];
  }
  return [`told ${told.outcome}`];
}

/** Faults one after the other, each on documents of its own. */
export async function lane(
  kind: ActKind,
  setting: Setting,
  faults: readonly Fault[],
  addressOf: (fault: Fault) => string | Promise<string>,
): Promise<string[]> {
  const scene = await openScene();
  try {
    const wrong: string[] = [];
    for (const fault of faults) wrong.push(...(await cell(scene, kind, fault, setting, await addressOf(fault))));
    return wrong;
  } finally {
    await scene.close();
  }
}
