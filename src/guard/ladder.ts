import { channelAllowed } from "./answer.ts";
import { type Policy, WANTED } from "./policy.ts";
import type { ApprovalChannel, ApprovalLevel, Approver, ClientFacts } from "./port.ts";

/** `--confirm`. Everything but `auto` is one channel or none. */
export const CONFIRM_MODES = ["auto", "form", "card", "page", "terminal", "token", "deny"] as const;
export type ConfirmMode = (typeof CONFIRM_MODES)[number];

export interface Rung {
  readonly channel: Exclude<ApprovalChannel, "policy" | Approver>;
  readonly reason: string;
}

interface Situation {
  readonly confirm: ConfirmMode;
  readonly level: ApprovalLevel;
  readonly policy: Policy;
  readonly client: ClientFacts;
  readonly hasPage: boolean;
  readonly hasTerminal: boolean;
}

/** The channels to try, strongest first that this client can show. Nothing left means: refuse. */
export function ladder({ confirm, level, policy, client, hasPage, hasTerminal }: Situation): Rung[] {
  if (policy.approver !== "person") {
    const isOpen = hasPage && (confirm === "auto" || confirm === "page");
    return isOpen ? [{ channel: "page", reason: `the owner's policy wants ${WANTED[policy.approver]}` }] : [];
  }
  const rungs: Rung[] = [];
  if (confirm === "token") rungs.push({ channel: "token", reason: "chosen by --confirm token" });
  else if (confirm !== "deny") {
    const wanted = (channel: ConfirmMode) => confirm === "auto" || confirm === channel;
    if (wanted("form") && client.form) rungs.push({ channel: "form", reason: "the client declares forms" });
    if (wanted("card") && client.apps) rungs.push({ channel: "card", reason: "the client renders MCP Apps" });
    if (wanted("page") && hasPage) rungs.push({ channel: "page", reason: "a page of this server, in the browser" });
    // A page that no browser shows leaves the person without a way: the terminal stands behind it.
    if ((wanted("terminal") || confirm === "page") && hasTerminal)
      rungs.push({ channel: "terminal", reason: "the person's own terminal" });
  }
  return rungs.filter((rung) => channelAllowed(policy, level, rung.channel));
}

/**
 * Where an approval asked under this choice and policy may be answered. The token is for the owner who chose it, and for
 * nobody else; a page or terminal opened beside a form may answer too.
 */
export function mayAnswer(
  confirm: ConfirmMode,
  policy: Policy,
  level: ApprovalLevel,
  channel: ApprovalChannel,
): boolean {
  if (channel === "policy" || confirm === "deny") return false;
  if (channel === "token" && confirm !== "token") return false;
  return channelAllowed(policy, level, channel);
}

const BURST = 4;
const BURST_MS = 10 * 60_000;
const PAUSE_MS = 15 * 60_000;
/** How far back declines can still cause a pause. */
export const PAUSE_LOOKBACK_MS = BURST_MS + PAUSE_MS;

/** More than three refusals within 10 minutes stop all asking for 15 (approval fatigue). `null`: no pause. */
export function pausedUntil(declines: readonly number[], now: number): number | null {
  const times = [...declines].sort((a, b) => a - b);
  let until: number | null = null;
  for (let last = BURST - 1; last < times.length; last++) {
    const end = times[last] ?? 0;
    const start = times[last - BURST + 1] ?? 0;
    if (end - start <= BURST_MS) until = end + PAUSE_MS;
  }
  return until !== null && now < until ? until : null;
}
