import type { EffectKind, OutboxMail } from "./records.ts";
import type { Store } from "./store.ts";
import type { Switches } from "./switches.ts";

/** Everything a rule may use. Clock, ids and secrets come from outside. */
export interface World {
  readonly store: Store;
  readonly organization_id: string;
  /** Epoch milliseconds. */
  now(): number;
  newId(): string;
  newSecret(): string;
  switches(): Switches;
}

/** Time zone of the organization: which day "today" is. */
export const TIME_ZONE = "Europe/Berlin";

/** Current instant in the API's form: `2026-04-01T08:00:00+00:00`. */
export function instant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}+00:00`;
}

/** Calendar day of an instant in the organization's time zone, `YYYY-MM-DD`. */
export function localDay(ms: number): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: TIME_ZONE }).format(ms);
}

export function noteEffect(world: World, kind: EffectKind, resource_type: string, resource_id: string): void {
  const id = String(world.store.effects.size + 1).padStart(8, "0");
  world.store.effects.put({ id, kind, resource_type, resource_id, at: instant(world.now()) });
}

export function queueMail(world: World, mail: Omit<OutboxMail, "id" | "at">): void {
  const id = String(world.store.outbox.size + 1).padStart(6, "0");
  world.store.outbox.put({ id, at: instant(world.now()), ...mail });
}
