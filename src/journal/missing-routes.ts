import type { Clock } from "../domain/clock.ts";
import { InvoicingError } from "../errors.ts";
import type { Facts } from "./found-out.ts";

const KIND = "route_missing";
/** An API may get the route one day. */
const HOLDS_MS = 7 * 86_400_000;

/**
 * Routes that an API lacks, for every process on this record. Key: method and path template. The place's organization is
 * empty, because a route is the origin's. A record that cannot be read or written costs a request, never an answer.
 */
export function missingRoutes(facts: () => Promise<Facts>, origin: string, clock: Pick<Clock, "now">) {
  const place = { origin, organization_id: "" };
  const known = new Map<string, { readonly status: number; readonly at: number }>();
  const holds = (at: number) => clock.now() < at + HOLDS_MS;
  return {
    async get(route: string): Promise<number | null> {
      const remembered = known.get(route);
      if (remembered !== undefined && holds(remembered.at)) return remembered.status;
      const fact = await quiet(async () => (await facts()).get(place, KIND, route));
      const status = fact?.value["status"];
      return fact && typeof status === "number" && holds(fact.at) ? status : null;
    },
    async put(route: string, status: number): Promise<void> {
      const at = clock.now();
      known.set(route, { status, at });
      await quiet(async () => (await facts()).put(place, { kind: KIND, key: route, value: { status }, at }));
    },
  };
}

async function quiet<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InvoicingError) return null;
    throw error;
  }
}
