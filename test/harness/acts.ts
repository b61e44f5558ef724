import type { Act, ActContext, FreeAct } from "../../src/acts/act.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import type { GivenApproval, Journal, Outcome, PerformOptions } from "../../src/journal/port.ts";

/** Options of a call to any act: an approval where there is one. */
export type AnyOptions = PerformOptions & { readonly approval?: GivenApproval };

/** An act whose kind is only known at run time. */
export function performAny<A extends JsonObject, B extends JsonObject, R extends JsonObject, S extends object>(
  journal: Pick<Journal, "perform">,
  act: Act<A, B, R, S>,
  args: A,
  options: PerformOptions & { readonly approval?: GivenApproval<S> },
): Promise<Outcome<R>> {
  const { approval, ...rest } = options;
  if (approval !== undefined) return journal.perform(act, args, { ...rest, approval });
  if (isFree(act)) return journal.perform(act, args, rest);
  // @ts-expect-error Does not compile where the act is known; what happens at run time is tested with it.
  return journal.perform(act, args, rest);
}

function isFree<A extends JsonObject, B extends JsonObject, R extends JsonObject, S extends object>(
  act: Act<A, B, R, S>,
): act is FreeAct<A, B, R, S> {
  return act.guarded === false;
}

/** An approval that covers whatever is read. */
export function covering(id: string, digest = "digest"): GivenApproval {
  return { id, digest, locks: [], covers: () => Promise.resolve() };
}

/** What the journal does before it claims: one reading, the rule, the state to remember. */
export async function prepared<A extends JsonObject, B extends JsonObject, R extends JsonObject, S extends object>(
  act: Act<A, B, R, S>,
  args: A,
  context: ActContext,
) {
  const reading = await act.read(args, context, "let_go");
  const before = act.prepare(args, reading);
  const refusal = before.state === "already" ? null : act.allowed(args, reading);
  if (refusal !== null) throw refusal;
  return before;
}
