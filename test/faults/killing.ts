import { type ChildProcess, spawn } from "node:child_process";
import type { ActKind } from "../../src/acts/index.ts";
import { type JournalOptions, POINTS } from "../../src/journal/settings.ts";
import { ORGANIZATION_ID } from "../../src/simulator/index.ts";
import { performAny } from "../harness/acts.ts";
import { placeIn } from "../harness/approvals.ts";
import { openAt } from "./grounds.ts";
import { type Act, apiAt, approved, journalOn, type Scene, stage, TIMES } from "./scene.ts";

/** Before the journal, after it, while the request is at the API (before and after processing), after the answer, after the end. */
export const MOMENTS = [...POINTS, "api_before", "api_after"] as const;
export type Moment = (typeof MOMENTS)[number];

export interface KillCell {
  readonly kind: ActKind;
  readonly moment: Moment;
  readonly repeat: boolean;
}

function start(script: string, scene: Scene, file: string, kind: ActKind, act: Act, moment: Moment): ChildProcess {
  const point = POINTS.some((known) => known === moment) ? moment : "";
  return spawn(
    process.execPath,
    [script, scene.proxy.url, scene.simulator.token, file, kind, JSON.stringify(act.args), "act", point],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
}

/** Kills the child (SIGKILL) when it, or the API, has got to the moment. */
async function killAt(
  script: string,
  scene: Scene,
  file: string,
  kind: ActKind,
  act: Act,
  moment: Moment,
): Promise<void> {
  if (moment === "api_before") await scene.proxy.plan("hang_late", act.isRequest, { times: 1, late_ms: TIMES.late_ms });
  if (moment === "api_after") await scene.proxy.plan("hang_after", act.isRequest, { times: 1 });
  const seen = scene.proxy.requests.length;
  const child = start(script, scene, file, kind, act, moment);
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let ended = false;
    child.once("close", (code, signal) => {
      ended = true;
      if (signal !== "SIGKILL") reject(new Error(`the child ended (${code}) before ${moment}`));
    });
    child.stdout?.on("data", (chunk) => {
      if (String(chunk).includes(`at ${moment}`)) resolve();
    });
    if (!moment.startsWith("api_")) return;
    const look = () => {
      const mine = scene.proxy.requests.slice(seen);
      const arrived = mine.some((request) => request.fault !== null && act.isRequest(request));
      if (arrived && (moment === "api_before" || act.effects() === 1)) resolve();
      else if (!ended) setTimeout(look, 5);
    };
    look();
  });
  child.kill("SIGKILL");
  await gone;
  await scene.proxy.clear();
}

/** A process killed at that moment; another takes over what it left, then does the same again if asked to. */
export async function killed(
  script: string,
  scene: Scene,
  address: string,
  { kind, moment, repeat }: KillCell,
  more: Partial<JournalOptions> = {},
): Promise<string[]> {
  const act = await stage(kind, scene);
  const store = openAt(address);
  const journal = journalOn(store, apiAt(scene.proxy.url, scene.simulator.token), more);
  // Several cells may share one record.
  const [latest] = await journal.list({ limit: 1 });
  await killAt(script, scene, address, kind, act, moment);
  const wrong: string[] = [];
  const seen = scene.proxy.requests.length;
  await journal.recover();
  const isOpen = async () => (await store.operations.open(placeIn(ORGANIZATION_ID))).length > 0;
  for (let pass = 0; pass < 10 && (await isOpen()); pass += 1) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    await journal.recover();
  }
  if (await isOpen()) wrong.push("still open");
  const sent = scene.proxy.requests.slice(seen).filter(({ method }) => method !== "GET");
  if (sent.length > 0) wrong.push("recovery sent something");
  const [newest] = await journal.list({ limit: 1 });
  const row = newest?.id === latest?.id ? undefined : newest;
  if ((row === undefined) !== (moment === "prepared")) wrong.push(`the record holds ${row?.state ?? "nothing"} of it`);
  const happened = act.effects();
  if (happened > 1) wrong.push(`happened ${happened} times`);
  if ((row?.state === "done") !== (happened === 1))
    wrong.push(`journal says ${row?.state}, happened ${happened} times`);
  if (repeat) {
    const { outcome } = await performAny(journal, act.operation, act.args, await approved(store, act));
    // A change of a draft that was done is seen on the draft itself.
    if (happened === 1 && outcome !== "already_done") wrong.push(`repeat says ${outcome}`);
    if (act.effects() !== 1) wrong.push(`happened ${act.effects()} times after the repeat`);
  }
  wrong.push(...(await store.audit.verify()).problems);
  await journal.close();
  await store.close();
  return wrong.map((what) => `${kind} killed at ${moment}, ${repeat ? "repeated" : "restarted only"}: ${what}`);
}
