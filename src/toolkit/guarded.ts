import type { SendLimits } from "../domain/send-limits.ts";
import { RefusedError } from "../errors.ts";
import { sendLimits } from "../guard/policy.ts";
import type { Authorisation, Plan } from "../guard/port.ts";
import { planView } from "../guard/view.ts";
import { APPROVAL_META } from "../ui/names.ts";
import type { Call, Deps, ReadContext } from "./context.ts";
import { wayAfterDecline } from "./corrections.ts";
import { accountName, resultAnswer, type ToolAnswer, toJsonObject } from "./report.ts";

/** What the journal needs to consume an approval: `recheck` re-reads and throws when it does not cover what is there. */
export interface GivenApproval {
  readonly id: string;
  readonly digest: string;
  /** What has to hold when the act is let go, as of the plan that was approved. */
  readonly limits: SendLimits | null;
  recheck(): Promise<void>;
}

/** An act that a person has to approve, whatever it does in the end. */
export interface GuardedAct {
  /** The tool to call again once the person approved. */
  readonly tool: string;
  /** Canonical identity: an approval given after the call timed out is found by the next identical call. */
  readonly subject: string;
  /** A fresh read, turned into what the person will see. */
  preview(): Promise<Plan>;
  act(approval: GivenApproval, plan: Plan): Promise<ToolAnswer>;
}

/** Preview → approval → re-read → act. The only way to an act that leaves the house; fails closed. */
export async function guarded(
  act: GuardedAct,
  deps: Deps,
  call: Call,
  context: ReadContext,
  token: string | undefined,
): Promise<ToolAnswer> {
  const guard = await deps.guard();
  const read = async (): Promise<{ readonly plan: Plan; readonly readAt: number }> => {
    const readAt = deps.clock.now();
    return { plan: await act.preview(), readAt };
  };
  let { plan, readAt } = await read();
  for (let round = 1; ; round += 1) {
    const decision = await guard.authorise({
      plan,
      subject: act.subject,
      principal: deps.principal,
      asker: call.asker,
      signal: call.signal,
      onProgress: (message) => call.progress(message),
      ...(token === undefined ? {} : { token }),
    });
    switch (decision.kind) {
      case "ask":
        return { kind: "ask", form: decision.form, state: decision.state };
      case "pending":
        return pendingAnswer(decision, plan, act.tool, context);
      case "refused":
        throw new RefusedError(decision.message, {
          next: decision.reason === "declined" ? `${decision.next}${wayAfterDecline(plan.act)}` : decision.next,
        });
      case "approved": {
        const { approval, changes } = decision;
        const { id, digest } = approval;
        try {
          const answer = await act.act(
            {
              id,
              digest,
              limits: sendLimits(context.policy, plan, readAt),
              async recheck() {
                const fresh = await read();
                if (!(await guard.covers(approval, fresh.plan))) throw new PlanChanged(fresh.plan, fresh.readAt);
              },
            },
            plan,
          );
          return changes.length === 0 ? answer : withChanges(answer, changes);
        } catch (error) {
          // Changed between the approval and the act: ask again, once, for what is there now.
          if (!(error instanceof PlanChanged) || round >= 2) throw error;
          ({ plan, readAt } = error);
        }
      }
    }
  }
}

class PlanChanged extends RefusedError {
  readonly plan: Plan;
  readonly readAt: number;
  constructor(plan: Plan, readAt: number) {
    super("The document changed after it was approved.", { next: "Read it with get_invoice, then call again." });
    this.plan = plan;
    this.readAt = readAt;
  }
}

function pendingAnswer(
  decision: Extract<Authorisation, { readonly kind: "pending" }>,
  plan: Plan,
  tool: string,
  context: ReadContext,
): ToolAnswer {
  const { approval, channel, changes, secret, tell_user, link } = decision;
  const warnings = plan.risks.map((risk) => risk.sentence);
  return resultAnswer(
    { waiting: { title: plan.title, warnings, changes, ...(link === null ? {} : { page: link }) } },
    [
      `Waiting for approval: ${plan.title}`,
      ...warnings.map((sentence) => `  Look: ${sentence}`),
      ...changes.map((sentence) => `  Changed: ${sentence}`),
    ].join("\n"),
    {
      account: accountName(context.organization, context.simulator),
      outcome: "approval_required",
      tell_user,
      next:
        channel === "token" && secret !== null
          ? `Show the preview, then call ${tool} again with approval_token "${secret}".`
          : `After the person approved, call ${tool} again with the same arguments.`,
    },
    channel === "card" && secret !== null
      ? {
          [APPROVAL_META]: {
            approval_id: approval.id,
            secret,
            ...(link === null ? {} : { page: link }),
            view: toJsonObject(planView(plan, approval.expires_at, changes)),
          },
        }
      : undefined,
  );
}

/** An act that a person approved anew because the document had changed says what changed: the assistant knew the old one. */
function withChanges(answer: ToolAnswer, changes: readonly string[]): ToolAnswer {
  if (answer.kind !== "result") return answer;
  const said = [
    "The document had changed, and the person approved it as it is now:",
    ...changes.map((line) => `  ${line}`),
  ];
  return {
    ...answer,
    structured: { ...answer.structured, changed: [...changes] },
    text: `${answer.text}\n${said.join("\n")}`,
  };
}
