import type { SendLimits } from "../domain/send-limits.ts";
import { RefusedError } from "../errors.ts";
import { sendLimits } from "../guard/policy.ts";
import type { Authorisation, Plan } from "../guard/port.ts";
import { planView } from "../guard/view.ts";
import type { PerformOptions } from "../journal/port.ts";
import { APPROVAL_META } from "../ui/names.ts";
import type { Call, Deps, ReadContext } from "./context.ts";
import { wayAfterDecline } from "./decline.ts";
import { accountName, resultAnswer, type ToolAnswer, toJsonObject } from "./report.ts";

/** An approval in the hands of what it was given for. */
export interface Approved {
  readonly id: string;
  readonly digest: string;
  /** What has to hold when the act is let go, as of the plan that was approved. */
  readonly limits: SendLimits | null;
  readonly locks: readonly string[];
  /** Throws when it does not cover what was read right before the act. */
  covers(plan: Plan): Promise<void>;
}

/** What a person is asked, made from one reading. */
export interface Question {
  readonly plan: Plan;
  /** Instant right before the reading. */
  readonly at: number;
  /** Of everything the plan shows. */
  readonly locks: readonly string[];
}

/** Something that a person has to approve, whatever it does in the end. `Q`: the question with what it was made from. */
export interface Asked<Q extends Question> {
  /** The tool to call again once the person approved. */
  readonly tool: string;
  /** Canonical identity: an approval given after the call timed out is found by the next identical call. */
  readonly subject: string;
  /** Reads afresh. */
  ask(): Promise<Q>;
  /** Whether an equal call has done it since. */
  isDone?(): Promise<boolean>;
  act(approved: Approved, question: Q): Promise<ToolAnswer>;
}

/** Question → approval → act. The only way to an act that leaves the house; fails closed. */
export async function guarded<Q extends Question>(
  asked: Asked<Q>,
  deps: Deps,
  call: Call,
  context: ReadContext,
  token: string | undefined,
): Promise<ToolAnswer> {
  const guard = await deps.guard();
  for (let round = 1; ; round += 1) {
    const question = await asked.ask();
    const { plan, at, locks } = question;
    const decision = await guard.authorise({
      plan,
      locks,
      subject: asked.subject,
      ...(asked.isDone === undefined ? {} : { isDone: asked.isDone }),
      principal: deps.principal,
      asker: call.asker,
      signal: call.signal,
      onProgress: (message) => call.progress(message),
      ...(token === undefined ? {} : { token }),
    });
    switch (decision.kind) {
      case "ask":
        return { kind: "ask", form: decision.form, state: decision.state };
      case "visit":
        return { kind: "visit", visit: decision.visit, state: decision.state };
      case "pending":
        return pendingAnswer(decision, plan, asked.tool, context);
      case "refused":
        throw new RefusedError(decision.message, {
          next: decision.reason === "declined" ? `${decision.next}${wayAfterDecline(plan.act)}` : decision.next,
        });
      case "approved": {
        const { approval, changes } = decision;
        const { id, digest } = approval;
        try {
          await call.stillAllowed?.(id);
          const limits = sendLimits(context.policy, plan, at);
          const covers = async (now: Plan) => {
            if (!(await guard.covers(approval, now))) throw new PlanChanged();
          };
          const answer = await asked.act({ id, digest, limits, locks, covers }, question);
          return changes.length === 0 ? answer : withChanges(answer, changes);
        } catch (error) {
          // Changed between the approval and the act: ask again, once, for what is there now.
          if (!(error instanceof PlanChanged) || round >= 2) throw error;
        }
      }
    }
  }
}

class PlanChanged extends RefusedError {
  constructor() {
    super("The document changed after it was approved.", { next: "Read it with get_invoice, then call again." });
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

/** What the record keeps of what was shown. */
export function planNote(plan: Plan): NonNullable<PerformOptions["note"]> {
  const invoice = plan.documents[0]?.invoice;
  if (invoice === undefined) return {};
  return {
    number: invoice.number,
    currency: invoice.currency,
    ...(invoice.total === null ? {} : { amount: invoice.total.toFixed() }),
    ...(invoice.customer_id === null ? {} : { customer_id: invoice.customer_id }),
  };
}
