import type { Config } from "../config.ts";
import { InvoicingError } from "../errors.ts";
import { channelAllowed } from "../guard/answer.ts";
import { type BrowserEnvironment, browserCommands } from "../guard/channels/browser.ts";
import { ladder, mayAnswer } from "../guard/ladder.ts";
import { defaultPolicy, loadLocalPolicy, type Policy } from "../guard/policy.ts";
import type { ApprovalChannel, ApprovalLevel } from "../guard/port.ts";
import { EFFECTS } from "../toolkit/effect.ts";
import type { Finding } from "./finding.ts";

/** Where a person approves under these settings: what the guard itself would offer, to a client that can show everything. */

type Choice = Pick<Config, "confirm" | "mode" | "policy" | "demo">;

const LEVELS: readonly ApprovalLevel[] = ["approve", "typed"];
const SHOWS_ALL = { form: true, apps: true, progress: true, era: "input_required", name: "", version: "" } as const;

const WAYS: Readonly<Partial<Record<ApprovalChannel, string>>> = {
  form: "a form of the client",
  card: "a card in the chat",
  page: "the page in a browser",
  terminal: "a terminal",
  token: "the model itself",
};

/** `null`: the policy cannot be read, and until then nothing works. */
function policyOf({ policy, demo }: Choice): Policy | null {
  try {
    return policy === undefined ? defaultPolicy : loadLocalPolicy(policy, demo);
  } catch (error) {
    if (error instanceof InvoicingError) return null;
    throw error;
  }
}

function hasFinalActs({ mode }: Choice, policy: Policy): boolean {
  return EFFECTS.commit.modes.includes(mode) && EFFECTS.commit.modes.includes(policy.mode);
}

function channelsOf({ confirm, demo }: Choice, policy: Policy, level: ApprovalLevel): readonly ApprovalChannel[] {
  const rungs = ladder({ confirm, level, policy, client: SHOWS_ALL, hasPage: true, hasTerminal: !demo });
  return rungs.map(({ channel }) => channel);
}

/** How a person approves in a client that starts the server with these settings. `usual`: where nothing narrows it. */
export function approvalThere(choice: Choice, usual: string): string {
  const policy = policyOf(choice);
  if (policy === null) return "not before the policy can be read.";
  if (!hasFinalActs(choice, policy)) return "there is nothing to approve in this mode.";
  if (choice.confirm === "deny") return "not at all, by --confirm deny.";
  if (policy.approver === "passkey") return "with a registered passkey, on the page in a browser.";
  const isUsual = (level: ApprovalLevel) =>
    (["form", "card", "page"] as const).every((one) => choice.confirm === "auto" && channelAllowed(policy, level, one));
  return LEVELS.every(isUsual) ? usual : `by these settings only: ${waysText(choice, policy)}.`;
}

function waysText(choice: Choice, policy: Policy): string {
  const [clicked, typed] = LEVELS.map((level) => named(channelsOf(choice, policy, level)));
  return clicked === typed ? `${clicked}` : `${clicked}; where something has to be typed, ${typed}`;
}

function named(channels: readonly ApprovalChannel[]): string {
  return channels.length === 0 ? "nothing" : channels.map((one) => WAYS[one] ?? one).join(" or ");
}

/** `approve`: the command that answers in a terminal of this computer; `passkey`: the one that lists passkeys. */
export function checkApproval(
  config: Choice,
  desktop: BrowserEnvironment,
  commands: { readonly approve: string; readonly passkey: string },
): readonly Finding[] {
  const check = "approval";
  const policy = policyOf(config);
  if (policy === null) {
    return [{ check, verdict: "unknown", says: "The policy says how, and it cannot be read yet" }];
  }
  if (!hasFinalActs(config, policy)) {
    return [
      { check, verdict: "good", says: "Nothing has to be approved: this mode has no tool that leaves the house" },
    ];
  }
  if (config.confirm === "deny") {
    const cure = "Set INVOICES_CONFIRM to auto.";
    return [{ check, verdict: "warning", says: "--confirm deny: nothing final ever happens.", cure }];
  }
  const channels = LEVELS.map((level) => channelsOf(config, policy, level));
  if (channels.some((some) => some.length === 0)) {
    return [
      {
        check,
        verdict: "bad",
        says: `--confirm ${config.confirm} and the policy leave no way to approve${channels.every((some) => some.length === 0) ? "" : " every act"}.`,
        cure: "Set INVOICES_CONFIRM to auto, or let the policy's channels name one that is left.",
      },
    ];
  }
  if (config.confirm === "token") {
    const cure = "Leave it out, unless no person is there at all.";
    return [{ check, verdict: "warning", says: "--confirm token: the model can approve its own acts.", cure }];
  }
  const all = channels.flat();
  return [
    ...(policy.approver === "passkey" ? [passkeyFinding(commands.passkey)] : narrowed(config, policy)),
    ...(all.includes("page") ? [browserFinding(desktop, all)] : []),
    ...terminalFinding(config, policy, commands.approve),
  ];
}

function narrowed(config: Choice, policy: Policy): readonly Finding[] {
  const usual = "";
  return approvalThere(config, usual) === usual
    ? []
    : [{ check: "approval", verdict: "good", says: `By these settings only: ${waysText(config, policy)}` }];
}

function passkeyFinding(detail: string): Finding {
  const says = "The policy wants a registered passkey, on the page; the command below lists those that are registered";
  return { check: "approval", verdict: "good", says, detail };
}

function browserFinding(desktop: BrowserEnvironment, all: readonly ApprovalChannel[]): Finding {
  const check = "approval";
  if (browserCommands(desktop, "").length > 0) {
    return { check, verdict: "good", says: "A page can be opened in a browser here" };
  }
  const shown = [...(all.includes("form") ? ["a form"] : []), ...(all.includes("card") ? ["a card"] : [])].join(" or ");
  const unless = shown === "" ? "" : `without ${shown} of the client, `;
  const [instead, cure] = all.includes("terminal")
    ? ["approvals wait in the terminal", "answer with the command below"]
    : ["only the page's address is told", "open that address on this computer"];
  return {
    check,
    verdict: "warning",
    says: `No browser can be opened from here: ${unless}${instead}.`,
    cure: `Set BROWSER to a command that opens one, or ${cure}.`,
  };
}

function terminalFinding(config: Choice, policy: Policy, detail: string): readonly Finding[] {
  const check = "approval";
  if (config.demo) {
    return [{ check, verdict: "good", says: "The demo keeps approvals in its memory: no terminal can answer them" }];
  }
  if (policy.approver === "passkey") {
    return [{ check, verdict: "good", says: "Approvals that wait can be declined in a terminal", detail }];
  }
  const here = LEVELS.filter((level) => mayAnswer(config.confirm, policy, level, "terminal"));
  if (here.length === 0) return [];
  const which =
    here.length === LEVELS.length
      ? ""
      : here[0] === "typed"
        ? ", if something has to be typed"
        : ", unless something has to be typed";
  return [{ check, verdict: "good", says: `Approvals that wait can be answered in a terminal${which}`, detail }];
}
