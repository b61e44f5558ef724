import { randomBytes } from "node:crypto";
import { type Clock, dayOf } from "../domain/clock.ts";
import { DAY_MS } from "../domain/send-limits.ts";
import { PolicyError } from "../errors.ts";
import { answerText, CLOSED, createAnswerDesk } from "./answer.ts";
import { askedApproval, placeOf } from "./asked.ts";
import { describeChanges } from "./facts.ts";
import { approvalForm, type FormVerdict, MAX_FORM_CHARACTERS } from "./form.ts";
import { createFormChannel } from "./forms.ts";
import { type ConfirmMode, ladder, PAUSE_LOOKBACK_MS, pausedUntil, type Rung } from "./ladder.ts";
import { checkPolicy, isUnattended, type Policy } from "./policy.ts";
import type { Approval, ApprovalStore, Authorisation, Guard, Plan } from "./port.ts";
import { type PlanSnapshot, readSnapshot } from "./snapshot.ts";
import { secretHash, secretMatches } from "./typed.ts";
import { type Language, languageOf, say } from "./wording.ts";

/** The approval page (`channels/page.ts`). */
export interface PageChannel {
  /** Starts the page on first need and shows it in the person's browser; false when no browser could be started. */
  open(): Promise<boolean>;
}

export interface GuardDeps {
  readonly store: ApprovalStore;
  readonly clock: Clock;
  readonly policy: Policy;
  readonly confirm: ConfirmMode;
  readonly page?: PageChannel;
  /** What a person types in a terminal of this machine, e.g. `invoicing-mcp approve`; null where that is not possible. */
  readonly terminalCommand: string | null;
  /** Events with ids and words of this server; no texts from data. */
  readonly log: (event: string, fields: Readonly<Record<string, string | number | boolean | null>>) => void;
}

type Request = Parameters<Guard["authorise"]>[0];

const ASK_AGAIN = "Make the same call again to ask once more, if the person wants it.";

export function createGuard(deps: GuardDeps): Guard {
  const { store, clock, policy, log } = deps;
  const desk = createAnswerDesk(deps);
  const forms = createFormChannel({ store, clock, desk, key: randomBytes(32), log });
  /** Secrets of cards shown by this process, so that a repeated call shows the same card. Hashes only in the store. */
  const secrets = new Map<string, { readonly secret: string; readonly expires_at: number }>();
  /** Approvals for which a browser was opened. */
  const opened = new Map<string, number>();
  const turns = new Map<string, Promise<unknown>>();

  /** One after the other per key, so that two equal calls at once make one approval. */
  async function inTurn<T>(turn: string, work: () => Promise<T>): Promise<T> {
    const before = turns.get(turn) ?? Promise.resolve();
    const mine = before.then(work, work);
    turns.set(turn, mine);
    try {
      return await mine;
    } finally {
      if (turns.get(turn) === mine) turns.delete(turn);
    }
  }

  function forgetExpired(now: number): void {
    for (const [id, { expires_at }] of secrets) if (now >= expires_at) secrets.delete(id);
    for (const [id, until] of opened) if (now >= until) opened.delete(id);
    forms.forgetExpired(now);
  }

  async function authorise(request: Request): Promise<Authorisation> {
    try {
      forgetExpired(clock.now());
      return await decide(request);
    } catch (error) {
      if (error instanceof PolicyError) {
        return { kind: "refused", reason: "policy", message: error.message, next: error.next };
      }
      log("approval_failed", { act: request.plan.act, error: error instanceof Error ? error.name : "unknown" });
      return refused(
        "unavailable",
        "The approval could not be handled. Nothing was done.",
        "Try again; if it stays, look at the server's log.",
      );
    }
  }

  async function decide(request: Request): Promise<Authorisation> {
    const { plan, subject, principal } = request;
    await checkLimits(plan);
    if (deps.confirm === "deny") {
      return refused(
        "unavailable",
        "This server was started with --confirm deny: nothing leaves it.",
        "Only the owner can change that.",
      );
    }
    const found = await inTurn(`${principal}\n${plan.organization.origin}\n${plan.organization.id}\n${subject}`, () =>
      findOrCreate(request),
    );
    if (found.kind !== "pending") return found;
    const { approval, changes } = found;
    const snapshot = readSnapshot(approval);
    if (snapshot === null) throw new Error("unreadable approval");
    if (request.token !== undefined && deps.confirm === "token") return redeemToken(approval, request.token);
    const rungs = ladder({
      confirm: deps.confirm,
      level: plan.level,
      policy,
      client: request.asker.client,
      hasPage: deps.page !== undefined,
      hasTerminal: deps.terminalCommand !== null,
    });
    let why = "";
    for (const rung of rungs) {
      const reason = why === "" ? rung.reason : `${rung.reason}; before: ${why}`;
      const alone = rungs.length === 1;
      const outcome = await tryRung({ ...rung, reason }, request, approval, snapshot, changes, alone);
      if (outcome.kind !== "next") return outcome;
      why = why === "" ? outcome.why : `${why}; ${outcome.why}`;
      log("approval_next_channel", { approval: approval.id, channel: rung.channel, why: outcome.why });
    }
    return refused(
      "unavailable",
      `Nobody could be asked${why === "" ? "" : ` (${why})`}. Nothing was done.`,
      "Tell the person: use a client that shows forms or cards, or start the server with --confirm page or --confirm terminal.",
    );
  }

  async function checkLimits(plan: Plan): Promise<void> {
    const now = clock.now();
    const spent = await store.spentSince(placeOf(plan), "send_invoice", now - DAY_MS);
    checkPolicy(policy, plan, spent, dayOf(now));
  }

  type Found =
    | Extract<Authorisation, { kind: "approved" | "refused" }>
    | { readonly kind: "pending"; readonly approval: Approval; readonly changes: readonly string[] };

  async function findOrCreate(request: Request): Promise<Found> {
    const { plan, subject, principal } = request;
    const now = clock.now();
    const scope = { ...placeOf(plan), principal };
    const open = await store.findOpen({ ...scope, subject, now });
    let changes: readonly string[] = [];
    let pending: Approval | null = null;
    for (const approval of open) {
      if (!belongs(approval, request, now)) continue;
      const snapshot = readSnapshot(approval);
      const same = snapshot !== null && snapshot.level === plan.level && isShown(snapshot, plan);
      if (!same || approval.digest !== plan.digest || !stillValid(approval, plan)) {
        await store.expire(approval.id, now);
        const changed = !same || approval.digest !== plan.digest;
        log("approval_withdrawn", { approval: approval.id, state: approval.state, changed });
        if (snapshot !== null && changes.length === 0) {
          const language = languageOf(plan.locale);
          changes = [
            ...describeChanges(snapshot, plan, language, approval.state === "approved"),
            ...unseenRisks(snapshot, plan).map((risk) => `${say(language, "New:", "Neu:")} ${risk.sentence}`),
          ];
        }
      } else if (approval.state === "approved") {
        return { kind: "approved", approval };
      } else if (pending === null) {
        pending = approval;
      }
    }
    if (pending !== null) return { kind: "pending", approval: pending, changes };
    const approval = askedApproval(request, { confirm: deps.confirm, policy, now });
    if (isUnattended(policy, plan)) {
      await store.create({
        ...approval,
        channels: ["policy"],
        channel: "policy",
        channel_reason: "the owner's policy, unattended",
      });
      const answer = { state: "approved", channel: "policy", approved_by: "policy", now } as const;
      if (!(await store.answer(approval.id, answer))) throw new Error("approval lost");
      return approvedFresh(approval.id);
    }
    const until = pausedUntil(await store.declinedSince({ ...scope, since: now - PAUSE_LOOKBACK_MS }), now);
    if (until !== null) {
      return refused(
        "paused",
        `The person declined several times; asking is paused until ${new Date(until).toISOString()}. Nothing was done.`,
        "Stop, and ask the person in words what they want.",
      );
    }
    await store.create(approval);
    const created = await store.get(approval.id);
    if (created === null) throw new Error("approval lost");
    log("approval_created", { approval: approval.id, act: plan.act, level: plan.level });
    return { kind: "pending", approval: created, changes };
  }

  /** The store's answer is checked again here: an approval for anything else never counts. */
  function belongs(approval: Approval, { plan, subject, principal }: Request, now: number): boolean {
    return (
      approval.principal === principal &&
      approval.origin === plan.organization.origin &&
      approval.organization_id === plan.organization.id &&
      approval.subject === subject &&
      approval.act === plan.act &&
      (approval.state === "pending" || approval.state === "approved") &&
      now < approval.expires_at
    );
  }

  /** An approval given under a laxer setting does not outlive it. */
  function stillValid(approval: Approval, plan: Plan): boolean {
    if (approval.state !== "approved") return true;
    if (approval.approved_by === "model") return deps.confirm === "token";
    if (approval.approved_by === "policy") return isUnattended(policy, plan);
    return approval.approved_by === "person";
  }

  async function covers(approval: Approval, plan: Plan): Promise<boolean> {
    await checkLimits(plan);
    const snapshot = readSnapshot(approval);
    return (
      snapshot !== null && approval.digest === plan.digest && isShown(snapshot, plan) && stillValid(approval, plan)
    );
  }

  async function approvedFresh(id: string): Promise<Extract<Authorisation, { kind: "approved" }>> {
    const approval = await store.get(id);
    if (approval === null || approval.state !== "approved") throw new Error("approval lost");
    return { kind: "approved", approval };
  }

  type RungOutcome = Authorisation | { readonly kind: "next"; readonly why: string };

  async function tryRung(
    rung: Rung,
    request: Request,
    approval: Approval,
    snapshot: PlanSnapshot,
    changes: readonly string[],
    alone: boolean,
  ): Promise<RungOutcome> {
    const { channel, reason } = rung;
    const language = languageOf(request.plan.locale);
    const pending = (tell_user: string, secret: string | null): Authorisation => ({
      kind: "pending",
      approval,
      channel,
      changes,
      tell_user,
      secret,
    });
    switch (channel) {
      case "form": {
        if (approvalForm(snapshot, changes).message.length > MAX_FORM_CHARACTERS) {
          return { kind: "next", why: "the content is too long for a form" };
        }
        const step = await forms.ask(reason, request, approval, snapshot, changes, alone);
        return step.kind === "answered" ? formOutcome(step.verdict, approval) : step;
      }
      case "card": {
        const secret = secrets.get(approval.id)?.secret ?? randomBytes(32).toString("base64url");
        secrets.set(approval.id, { secret, expires_at: approval.expires_at });
        await store.offer(approval.id, { channel, reason, secret_hash: secretHash(secret) });
        return pending(
          say(language, "Approve or decline on the card above.", "Bitte auf der Karte oben freigeben oder ablehnen."),
          secret,
        );
      }
      case "page": {
        if (deps.page === undefined) return { kind: "next", why: "there is no page" };
        await store.offer(approval.id, { channel, reason });
        if (!opened.has(approval.id)) {
          if (!(await deps.page.open().catch(() => false))) return { kind: "next", why: "no browser could be opened" };
          opened.set(approval.id, approval.expires_at);
        }
        return pending(pageText(language), null);
      }
      case "terminal":
        await store.offer(approval.id, { channel, reason });
        return pending(
          say(
            language,
            `Approve or decline in a terminal of this machine: ${deps.terminalCommand}`,
            `Bitte in einem Terminal dieses Rechners freigeben oder ablehnen: ${deps.terminalCommand}`,
          ),
          null,
        );
      case "token": {
        const secret = randomBytes(16).toString("base64url");
        await store.offer(approval.id, { channel, reason, secret_hash: secretHash(secret) });
        return pending(
          say(
            language,
            "No person has confirmed this. The owner chose --confirm token: show the preview, then call again with the token.",
            "Kein Mensch hat das bestätigt. Der Inhaber hat --confirm token gewählt: Vorschau zeigen, dann mit dem Token erneut aufrufen.",
          ),
          secret,
        );
      }
    }
  }

  function pageText(language: Language): string {
    const terminal = deps.terminalCommand;
    const page = say(
      language,
      "Approve or decline on the page in the browser.",
      "Bitte auf der Seite im Browser freigeben oder ablehnen.",
    );
    if (terminal === null) return page;
    return `${page} ${say(language, `Or in a terminal of this machine: ${terminal}`, `Oder in einem Terminal dieses Rechners: ${terminal}`)}`;
  }

  async function formOutcome(verdict: FormVerdict, approval: Approval): Promise<RungOutcome> {
    switch (verdict) {
      case "approved":
        return approvedFresh(approval.id);
      case "declined":
        return refused(
          "declined",
          "The person declined. Nothing was done.",
          `Ask the person what to change. ${ASK_AGAIN}`,
        );
      case "mistyped":
        return refused("mistyped", "What the person typed does not match. Nothing was done.", ASK_AGAIN);
      case "not_asked":
        return { kind: "next", why: "the client answered the form without a person" };
    }
  }

  async function redeemToken(approval: Approval, token: string): Promise<Authorisation> {
    const current = await store.get(approval.id);
    const hash = current?.channel === "token" ? current.secret_hash : null;
    if (hash === null || !secretMatches(token, hash)) {
      return refused(
        "unavailable",
        "The approval token does not fit this act. Nothing was done.",
        "Call without a token to get a new preview.",
      );
    }
    const answer = { state: "approved", channel: "token", approved_by: "model", now: clock.now() } as const;
    if (!(await store.answer(approval.id, answer))) throw new Error("approval lost");
    return approvedFresh(approval.id);
  }

  /** Compared with when there is nothing to compare with, so that a wrong id costs the same. */
  const noHash = secretHash(randomBytes(32).toString("hex"));

  async function answer(request: Parameters<Guard["answer"]>[0]): Promise<{ ok: boolean; message: string }> {
    try {
      const approval = await store.get(request.id);
      const hash = approval?.channel === "card" ? approval.secret_hash : null;
      const matches = secretMatches(request.secret, hash ?? noHash);
      if (approval === null || hash === null || !matches) return { ok: false, message: CLOSED };
      const language = readSnapshot(approval)?.view.locale ?? "en";
      const result = await desk.take(approval, request.decision, request.typed, "card");
      log("approval_card_answered", { approval: approval.id, result });
      return { ok: result === "approved" || result === "declined", message: answerText(result, language) };
    } catch {
      return { ok: false, message: CLOSED };
    }
  }

  return { authorise, covers, answer };
}

/** Reasons for more care that were not there when the person was asked. */
function unseenRisks({ view }: PlanSnapshot, plan: Plan): Plan["risks"] {
  return plan.risks.filter((risk) => risk.raises && !view.warnings.some(({ code }) => code === risk.code));
}

/** What was asked took at least the care that the plan takes now, for the same reasons. */
function isShown(snapshot: PlanSnapshot, plan: Plan): boolean {
  return (snapshot.level === "typed" || plan.level === "approve") && unseenRisks(snapshot, plan).length === 0;
}

function refused(
  reason: Extract<Authorisation, { kind: "refused" }>["reason"],
  message: string,
  next: string,
): Extract<Authorisation, { kind: "refused" }> {
  return { kind: "refused", reason, message, next };
}
