import { dayOf } from "../domain/clock.ts";
import { CancelledError } from "../errors.ts";
import type { Call, Deps, ReadContext } from "./context.ts";

/** What a call or a resource may read with. Asks the API for the organization the first time. */
export async function readContext(deps: Deps, call: Pick<Call, "signal" | "progress">): Promise<ReadContext> {
  if (call.signal.aborted) throw new CancelledError();
  const organization = await deps.api.organization({ signal: call.signal });
  const now = deps.clock.now();
  return {
    api: deps.api,
    organization,
    origin: deps.origin,
    simulator: deps.simulator,
    language: deps.language,
    hiddenTools: deps.hiddenTools,
    timeZone: deps.timeZone,
    today: dayOf(now, deps.timeZone),
    now,
    clock: deps.clock,
    policy: deps.policy,
    lastEmailTo: (customerId) => deps.lastEmailTo(customerId),
    signal: call.signal,
    journal: deps.journal,
    progress: call.progress,
  };
}
