import type { Replacement } from "../../acts/act.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Place } from "../../domain/scope.ts";
import type { Tx } from "../store-port.ts";

/** Kind of the facts: key is the draft that must not be sent, `value.by` the one that stands for it. */
const SUPERSEDED = "superseded";
/** Corrections of corrections: a longer chain is none that anybody made. */
const MAX_CHAIN = 1_000;

/** The draft that stands for this one in the end: a correction may have been corrected itself. `null`: it stands for itself. */
export async function standsFor(tx: Tx, place: Place, draft: string): Promise<string | null> {
  let last: string | null = null;
  for (let step = 0; step < MAX_CHAIN; step += 1) {
    const next = await byOf(tx, place, last ?? draft);
    if (next === null || next === draft) break;
    last = next;
  }
  return last;
}

export async function recordReplacement(tx: Tx, place: Place, replacement: Replacement, at: number): Promise<void> {
  if (replacement.is === "gone") return forget(tx, place, replacement.draft, at);
  const { draft, by } = replacement;
  await forget(tx, place, by, at);
  // Whoever stands for the draft now is replaced with it: of all its copies one may be sent.
  const last = (await standsFor(tx, place, draft)) ?? draft;
  await put(tx, place, last, by, at);
}

/** Whom it stood for is handed on to the one that stands for it. */
async function forget(tx: Tx, place: Place, draft: string, at: number): Promise<void> {
  const next = await byOf(tx, place, draft);
  const facts = await tx.facts.list(place, SUPERSEDED);
  for (const { key } of facts.filter(({ value }) => other(value) === draft)) {
    if (next === null || next === key) await tx.facts.remove(place, SUPERSEDED, key);
    else await put(tx, place, key, next, at);
  }
  await tx.facts.remove(place, SUPERSEDED, draft);
}

async function byOf(tx: Tx, place: Place, draft: string): Promise<string | null> {
  const fact = await tx.facts.get(place, SUPERSEDED, draft);
  return fact === null ? null : other(fact.value);
}

function other({ by }: JsonObject): string | null {
  return typeof by === "string" ? by : null;
}

function put(tx: Tx, { origin, organization_id }: Place, key: string, by: string, at: number): Promise<void> {
  return tx.facts.put({ origin, organization_id, kind: SUPERSEDED, key, value: { by }, at });
}
