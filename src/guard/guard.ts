import { randomBytes } from "node:crypto";
import { type Clock, dayOf } from "../domain/clock.ts";
import { PolicyError } from "../errors.ts";
import { createAnswerDesk } from "./answer.ts";
import { describeChanges } from "./facts.ts";
import { approvalForm, type FormVerdict, formVerdict } from "./form.ts";
import { type ConfirmMode, ladder, PAUSE_LOOKBACK_MS, pausedUntil, type Rung } from "./ladder.ts";
import { checkPolicy, isUnattended, type Policy } from "./policy.ts";
import type { Approval, ApprovalStore, Asker, Authorisation, Guard, Plan } from "./port.ts";
import { type SealedAsk, seal, unseal } from "./seal.ts";
import { type PlanSnapshot, planSnapshot, readSnapshot } from "./snapshot.ts";
import { secretHash, secretMatches } from "./typed.ts";
import { languageOf, say } from "./wording.ts";

/** The approval page, started on first need. `opened`: a browser was started; `url` holds no secret. */
export interface PageChannel {
  open(): Promise<{ readonly opened: boolean; readonly url: string }>;
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

/** Longest wait for a form; clients give a call up after 60 s. */
const FORM_WAIT_MS = 45_000;
const HEARTBEAT_MS = 10_000;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** How long an approval lasts, from being asked to being used. */
export function lifetimeMs(plan: Pick<Plan, "act" | "level">): number {
  if (plan.act === "settle_payments") return 15 * MINUTE_MS;
  return (plan.level === "typed" ? 5 : 10) * MINUTE_MS;
}

const CLOSED = "This approval cannot be answered here: it is unknown, expired or already answered. Nothing was changed.";
const ASK_AGAIN = "Make the same call again to ask once more, if the person wants it.";

export function createGuard(deps: GuardDeps): Guard {
  const { store, clock, policy, log } = deps;
  const desk = createAnswerDesk(deps);
  const key = randomBytes(32);
  /** Secrets of cards shown by this process, so that a repeated call shows the same card. Hashes only in the store. */
  const secrets = new Map<string, { readonly secret: string; readonly expires_at: number }>();
  /** Forms that are open now, and approvals whose form or page has had its turn. */
  const openForms = new Map<string, Promise<FormVerdict>>();
  const tried = new Map<string, number>();
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
    for (const memory of [tried, opened]) for (const [id, until] of memory) if (now >= until) memory.delete(id);
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
        "The approval could not be handled, so nothing was done.",
        "Try again; if it stays, look at the server's log.",
      );
    }
  }

  async function decide(request: Request): Promise<Authorisation> {
    const { plan, subject, principal } = request;
    await checkLimits(plan);
    if (deps.confirm === "deny") {
      return refused("unavailable", "This server was started with --confirm deny: nothing leaves it.", "Only the owner can change that.");
    }
    const found = await inTurn(`${principal}\n${plan.organization.id}\n${subject}`, () => findOrCreate(request));
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
      const outcome = await tryRung({ ...rung, reason }, request, approval, snapshot, changes);
      if (outcome.kind !== "next") return outcome;
      why = why === "" ? outcome.why : `${why}; ${outcome.why}`;
      log("approval_next_channel", { approval: approval.id, channel: rung.channel, why: outcome.why });
    }
    return refused(
      "unavailable",
      `Nobody could be asked${why === "" ? "" : ` (${why})`}, so nothing was done.`,
      "Tell the person: use a client that shows forms or cards, or start the server with --confirm page or --confirm terminal.",
    );
  }

  async function checkLimits(plan: Plan): Promise<void> {
    const now = clock.now();
    const spent = await store.spentSince(plan.organization.id, "send_invoice", now - DAY_MS);
    checkPolicy(policy, plan, spent, dayOf(now));
  }

  type Found =
    | Extract<Authorisation, { kind: "approved" | "refused" }>
    | { readonly kind: "pending"; readonly approval: Approval; readonly changes: readonly string[] };

  async function findOrCreate(request: Request): Promise<Found> {
    const { plan, subject, principal } = request;
    const now = clock.now();
    const organization_id = plan.organization.id;
    const open = await store.findOpen({ principal, organization_id, subject, now });
    let changes: readonly string[] = [];
    let pending: Approval | null = null;
    for (const approval of open) {
      if (!belongs(approval, request, now)) continue;
      const snapshot = readSnapshot(approval);
      const same = snapshot !== null && approval.digest === plan.digest && snapshot.level === plan.level;
      if (!same || !stillValid(approval, plan)) {
        await store.expire(approval.id, now);
        log("approval_withdrawn", { approval: approval.id, state: approval.state, changed: !same });
        if (snapshot !== null && changes.length === 0) {
          changes = describeChanges(snapshot, plan, languageOf(plan.locale), approval.state === "approved");
        }
      } else if (approval.state === "approved") {
        return { kind: "approved", approval };
      } else if (pending === null) {
        pending = approval;
      }
    }
    if (pending !== null) return { kind: "pending", approval: pending, changes };
    const approval = newApproval(request, now);
    if (isUnattended(policy, plan)) {
      await store.create({ ...approval, channel: "policy", channel_reason: "the owner's policy, unattended" });
      const answer = { state: "approved", channel: "policy", approved_by: "policy", now } as const;
      if (!(await store.answer(approval.id, answer))) throw new Error("approval lost");
      return approvedFresh(approval.id);
    }
    const until = pausedUntil(
      await store.declinedSince({ principal, organization_id, since: now - PAUSE_LOOKBACK_MS }),
      now,
    );
    if (until !== null) {
      return refused(
        "paused",
        `The person declined several times; asking is paused until ${new Date(until).toISOString()}. Nothing was done.`,
        "Stop, and ask the person in words what they want.",
      );
    }
    await store.create(approval);
    log("approval_created", { approval: approval.id, act: plan.act, level: plan.level });
    return { kind: "pending", approval, changes };
  }

  /** The store's answer is checked again here: an approval for anything else never counts. */
  function belongs(approval: Approval, { plan, subject, principal }: Request, now: number): boolean {
    return (
      approval.principal === principal &&
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

  function newApproval({ plan, subject, principal }: Request, now: number): Approval {
    const expires_at = now + lifetimeMs(plan);
    return {
      id: randomBytes(16).toString("base64url"),
      state: "pending",
      act: plan.act,
      principal,
      organization_id: plan.organization.id,
      subject,
      digest: plan.digest,
      plan: planSnapshot(plan, expires_at),
      channel: null,
      channel_reason: null,
      approved_by: null,
      secret_hash: null,
      created_at: now,
      expires_at,
      answered_at: null,
    };
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
      case "form":
        return tryForm(reason, request, approval, snapshot, changes);
      case "card": {
        const secret = secrets.get(approval.id)?.secret ?? randomBytes(32).toString("base64url");
        secrets.set(approval.id, { secret, expires_at: approval.expires_at });
        await store.offer(approval.id, { channel, reason, secret_hash: secretHash(secret) });
        return pending(say(language, "Approve or decline on the card above.", "Bitte auf der Karte oben freigeben oder ablehnen."), secret);
      }
      case "page": {
        if (deps.page === undefined) return { kind: "next", why: "there is no page" };
        await store.offer(approval.id, { channel, reason });
        if (opened.has(approval.id)) return pending(pageText(true, null, language), null);
        const page = await deps.page.open().catch(() => null);
        if (page === null) return { kind: "next", why: "the page could not be started" };
        if (page.opened) opened.set(approval.id, approval.expires_at);
        return pending(pageText(page.opened, page.url, language), null);
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
          "No person has confirmed this. The owner chose --confirm token: show the preview, then call again with the token.",
          secret,
        );
      }
    }
  }

  function pageText(wasOpened: boolean, url: string | null, language: "de" | "en"): string {
    const terminal = deps.terminalCommand;
    const other =
      terminal === null ? "" : say(language, ` Or in a terminal of this machine: ${terminal}`, ` Oder in einem Terminal dieses Rechners: ${terminal}`);
    return wasOpened
      ? say(language, `Approve or decline on the page in the browser.${other}`, `Bitte auf der Seite im Browser freigeben oder ablehnen.${other}`)
      : say(
          language,
          `The browser could not be opened; the approval page runs at ${url ?? ""} but needs its one-time link.${other}`,
          `Der Browser ließ sich nicht öffnen; die Freigabeseite läuft auf ${url ?? ""}, braucht aber ihren Einmal-Link.${other}`,
        );
  }

  async function tryForm(
    reason: string,
    request: Request,
    approval: Approval,
    snapshot: PlanSnapshot,
    changes: readonly string[],
  ): Promise<RungOutcome> {
    const { asker } = request;
    if (asker.client.era === "input_required") {
      const sealed = returnedAsk(request, approval);
      if (sealed !== null && asker.returned !== null) {
        const verdict = await settleForm(approval, snapshot, asker.returned.answer, clock.now() - sealed.asked_at);
        if (verdict === "not_asked") tried.set(approval.id, approval.expires_at);
        return formOutcome(verdict, approval);
      }
      if (tried.has(approval.id)) return { kind: "next", why: "the form was not answered by a person" };
      await store.offer(approval.id, { channel: "form", reason });
      const now = clock.now();
      const state = seal(
        {
          approval_id: approval.id,
          principal: request.principal,
          organization_id: approval.organization_id,
          subject: approval.subject,
          digest: approval.digest,
          asked_at: now,
          expires_at: approval.expires_at,
        },
        key,
      );
      return { kind: "ask", approval, form: approvalForm(snapshot, changes), state };
    }
    if (tried.has(approval.id)) return { kind: "next", why: "the form was not answered" };
    await store.offer(approval.id, { channel: "form", reason });
    const stop = new AbortController();
    const signal = request.signal === undefined ? stop.signal : AbortSignal.any([request.signal, stop.signal]);
    const verdict = await Promise.race([
      openForm(asker, approval, snapshot, changes),
      waited(signal, request.onProgress),
    ]).finally(() => stop.abort());
    if (verdict === "waited" || verdict === "not_asked") tried.set(approval.id, approval.expires_at);
    if (verdict === "waited") return { kind: "next", why: `the form was not answered within ${FORM_WAIT_MS / 1000} s` };
    return formOutcome(verdict, approval);
  }

  /** The question this retry answers, if it is a true one of this process and about exactly this approval. */
  function returnedAsk(request: Request, approval: Approval): SealedAsk | null {
    const returned = request.asker.returned;
    if (returned === null) return null;
    const sealed = unseal(returned.state, key, clock.now());
    const fits =
      sealed !== null &&
      sealed.approval_id === approval.id &&
      sealed.principal === request.principal &&
      sealed.organization_id === request.plan.organization.id &&
      sealed.subject === request.subject &&
      sealed.digest === request.plan.digest;
    if (!fits) log("approval_state_refused", { approval: approval.id });
    return fits ? sealed : null;
  }

  /** Asks once per approval; an answer after the wait is still recorded, and found by the next identical call. */
  function openForm(
    asker: Asker,
    approval: Approval,
    snapshot: PlanSnapshot,
    changes: readonly string[],
  ): Promise<FormVerdict> {
    const open = openForms.get(approval.id);
    if (open !== undefined) return open;
    const asked = clock.now();
    const answered = asker
      .ask(approvalForm(snapshot, changes), approval.expires_at - asked)
      .catch((error: unknown) => ({
        action: "failed" as const,
        reason: error instanceof Error ? error.message : "the client failed",
      }))
      .then((answer) => settleForm(approval, snapshot, answer, clock.now() - asked))
      .catch((): FormVerdict => "not_asked")
      .finally(() => openForms.delete(approval.id));
    openForms.set(approval.id, answered);
    return answered;
  }

  async function waited(signal: AbortSignal, onProgress: Request["onProgress"]): Promise<"waited"> {
    const end = clock.now() + FORM_WAIT_MS;
    for (let left = FORM_WAIT_MS; left > 0; left = end - clock.now()) {
      await clock.sleep(Math.min(HEARTBEAT_MS, left), signal);
      onProgress?.("Waiting for the person's approval.");
    }
    return "waited";
  }

  async function settleForm(
    approval: Approval,
    snapshot: PlanSnapshot,
    answer: Parameters<typeof formVerdict>[0],
    elapsedMs: number,
  ): Promise<FormVerdict> {
    const verdict = formVerdict(answer, snapshot, elapsedMs);
    log("approval_form_answered", { approval: approval.id, action: answer.action, verdict, elapsed_ms: elapsedMs });
    if (verdict === "mistyped") await desk.strike(approval.id);
    if (verdict !== "approved" && verdict !== "declined") return verdict;
    const now = clock.now();
    if (now >= approval.expires_at) return "not_asked";
    const won = await store.answer(approval.id, { state: verdict, channel: "form", approved_by: "person", now });
    if (won) return verdict;
    const current = await store.get(approval.id);
    return current?.state === "approved" || current?.state === "declined" ? current.state : "not_asked";
  }

  async function formOutcome(verdict: FormVerdict, approval: Approval): Promise<RungOutcome> {
    switch (verdict) {
      case "approved":
        return approvedFresh(approval.id);
      case "declined":
        return refused("declined", "The person declined. Nothing was done.", `Ask the person what to change. ${ASK_AGAIN}`);
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
      return refused("unavailable", "The approval token does not fit this act. Nothing was done.", "Call without a token to get a new preview.");
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

  return { authorise, answer };
}

/** What the card, the page and the terminal say after an answer. */
export function answerText(result: "approved" | "declined" | "mistyped" | "closed", language: "de" | "en"): string {
  switch (result) {
    case "approved":
      return say(language, "Approved. The assistant can go on now.", "Freigegeben. Der Assistent kann jetzt weitermachen.");
    case "declined":
      return say(language, "Declined. Nothing is done.", "Abgelehnt. Es geschieht nichts.");
    case "mistyped":
      return say(language, "What was typed does not match. Nothing was done.", "Die Eingabe passt nicht. Es ist nichts geschehen.");
    case "closed":
      return CLOSED;
  }
}

function refused(
  reason: Extract<Authorisation, { kind: "refused" }>["reason"],
  message: string,
  next: string,
): Extract<Authorisation, { kind: "refused" }> {
  return { kind: "refused", reason, message, next };
}
