import type { Asking, ReadingContext } from "../acts/act.ts";
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

/** What an act may read with, now. */
export function readingContext({ api, signal, clock }: ReadContext): ReadingContext {
  return { api, signal, now: clock.now() };
}

/** For whom, and by whose rules, a person is asked. `receiver`: the customer who gets something by it. */
export async function askingOf(receiver: string | null, context: ReadContext): Promise<Asking> {
  const { organization, origin, simulator, policy, language, today } = context;
  return {
    organization: { ...organization, origin, simulator },
    policy,
    locale: language,
    today,
    last_email: receiver === null ? null : await context.lastEmailTo(receiver),
  };
}
