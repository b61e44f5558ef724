import { randomBytes } from "node:crypto";
import type { AnswerDesk } from "./answer.ts";
import { createCardPlace } from "./ask-card.ts";
import { createPagePlace } from "./ask-page.ts";
import {
  ASK_AGAIN,
  approvedFresh,
  createEndings,
  type Outcome,
  openText,
  pending,
  type Question,
  refused,
  terminalText,
} from "./ask-words.ts";
import type { GuardDeps } from "./deps.ts";
import { approvalForm, MAX_FORM_CHARACTERS } from "./form.ts";
import { createFormChannel } from "./forms.ts";
import { ladder, type Rung } from "./ladder.ts";
import { WANTED, wantsSecondPerson } from "./policy.ts";
import type { Approval, Authorisation } from "./port.ts";
import { secretHash, secretMatches } from "./typed.ts";
import { createWaiting } from "./waiting.ts";
import { languageOf, say } from "./wording.ts";

/** A person who has not been told of the terminal's command yet sees it only where the client shows progress. */
const FIRST_TERMINAL_MS = 20_000;

/** The places where a person is asked: tries one after the other, waits where that helps, and says what became of it. */
export function createAsking(deps: GuardDeps, desk: AnswerDesk) {
  const { store, clock, log } = deps;
  const waiting = createWaiting(deps);
  const keys = deps.keys ?? [randomBytes(32)];
  const forms = createFormChannel({ store, clock, desk, waiting, keys, log });
  /** Approvals of which the person was told the terminal's command, or the page's address. */
  const toldCommand = new Map<string, number>();
  const { stillOpen, ended } = createEndings(deps);
  const page = createPagePlace(deps, waiting, toldCommand);
  const card = createCardPlace(deps, keys, page);

  function forgetExpired(now: number): void {
    for (const [id, until] of toldCommand) if (now >= until) toldCommand.delete(id);
  }

  async function ask(question: Question): Promise<Authorisation> {
    const { request, approval, snapshot } = question;
    const missing = await approverMissing(request.principal);
    if (missing !== null) return missing;
    const rungs = ladder({
      confirm: deps.confirm,
      level: request.plan.level,
      policy: deps.policy,
      client: request.asker.client,
      hasPage: deps.page !== undefined,
      hasTerminal: deps.terminalCommand !== null,
    });
    const failed: string[] = [];
    let form: Rung | null = null;
    for (const rung of rungs) {
      const reason = [rung.reason, ...(failed.length === 0 ? [] : [`before: ${failed.join("; ")}`])].join("; ");
      const outcome = await tryRung({ ...rung, reason }, question, false);
      if (outcome.kind !== "next") return outcome;
      failed.push(outcome.why);
      if (outcome.untried === true) form = { ...rung, reason };
      log("approval_next_channel", { approval: approval.id, channel: rung.channel, why: outcome.why });
    }
    if (form !== null) {
      const outcome = await tryRung(form, question, true);
      if (outcome.kind !== "next") return outcome;
    }
    const link = rungs.some(({ channel }) => channel === "page") ? await page.linkFor(approval, snapshot) : null;
    if (link !== null) {
      await store.offer(approval.id, { channel: "page", reason: `no browser could be opened; ${failed.join("; ")}` });
      return pending(question, "page", openText(link, languageOf(request.plan.locale)), { link });
    }
    return refused(
      "unavailable",
      `Nobody could be asked${failed.length === 0 ? "" : ` (${failed.join("; ")})`}. Nothing was done.`,
      deps.unasked ??
        "Tell the person: use a client that shows forms or cards, or start the server with --confirm page or --confirm terminal.",
    );
  }

  /** Under a policy that names its approver: why there can be none. */
  async function approverMissing(principal: string): Promise<Authorisation | null> {
    const { approver } = deps.policy;
    if (approver === "person") return null;
    if (deps.confirm !== "auto" && deps.confirm !== "page") {
      return refused(
        "unavailable",
        `The owner's policy wants ${WANTED[approver]} for every approval, which only the page can take; --confirm ${deps.confirm} allows no page. Nothing was done.`,
        "Only the owner can change that: start the server with --confirm page.",
      );
    }
    if (wantsSecondPerson(deps.policy)) {
      if (deps.page?.remote === true) return null;
      return refused(
        "unavailable",
        `The owner's policy wants ${WANTED[approver]} for every approval, and there is no page where one could sign in. Nothing was done.`,
        "Whoever runs the server sets INVOICES_HTTP_ISSUER and INVOICES_HTTP_CLIENT_ID. Tell the person.",
      );
    }
    if (((await deps.passkeys?.list(principal)) ?? []).length > 0) return null;
    return refused(
      "unavailable",
      "The owner's policy wants a passkey for every approval, and none is registered. Nothing was done.",
      deps.page?.passkeyLink === undefined
        ? `Tell the person to register one in a terminal of this machine: ${deps.passkeyCommand ?? "invoicing-mcp passkey add"}`
        : `Tell the person to sign in and register one at ${deps.page.passkeyLink}, then make the same call again.`,
    );
  }

  function tryRung(rung: Rung, question: Question, again: boolean): Promise<Outcome> {
    switch (rung.channel) {
      case "form":
        return byForm(rung.reason, question, again);
      case "card":
        return card.byCard(rung.reason, question);
      case "page":
        return page.byPage(rung.reason, question);
      case "terminal":
        return byTerminal(rung.reason, question);
      case "token":
        return byToken(rung.reason, question);
    }
  }

  async function byForm(reason: string, question: Question, again: boolean): Promise<Outcome> {
    const { approval, snapshot, changes, request, since } = question;
    if (approvalForm(snapshot, changes).message.length > MAX_FORM_CHARACTERS) {
      return { kind: "next", why: "the content is too long for a form" };
    }
    const step = await forms.ask({ reason, request, approval, snapshot, changes, since, again });
    switch (step.kind) {
      case "ask":
      case "next":
        return step;
      case "closed":
        return ended(question, "closed");
      case "open": {
        const language = languageOf(request.plan.locale);
        return pending(
          question,
          "form",
          say(
            language,
            "The form is open in this client: please answer it there.",
            "Das Formular ist in diesem Programm offen: bitte dort antworten.",
          ),
        );
      }
      case "answered":
        switch (step.verdict) {
          case "approved":
          case "declined":
            return ended(question, step.verdict);
          case "mistyped":
            return refused("mistyped", "What the person typed does not match. Nothing was done.", ASK_AGAIN);
          case "not_asked":
            return { kind: "next", why: "the client answered the form without a person" };
        }
    }
  }

  async function byTerminal(reason: string, question: Question): Promise<Outcome> {
    const { approval, request, since } = question;
    await store.offer(approval.id, { channel: "terminal", reason });
    const language = languageOf(request.plan.locale);
    const text = terminalText(deps.terminalCommand, language);
    const told = toldCommand.has(approval.id);
    toldCommand.set(approval.id, approval.expires_at);
    if (!request.asker.client.progress) return pending(question, "terminal", text);
    request.onProgress?.(text);
    const until = told ? approval.expires_at : Math.min(approval.expires_at, clock.now() + FIRST_TERMINAL_MS);
    const end = await waiting.forAnswer({ approval, request, since, until, message: text });
    return end === "open" || end === "gone" ? stillOpen(question, "terminal", text) : ended(question, end);
  }

  async function byToken(reason: string, question: Question): Promise<Outcome> {
    const { approval, request } = question;
    const secret = randomBytes(16).toString("base64url");
    await store.offer(approval.id, { channel: "token", reason, secret_hash: secretHash(secret) });
    return pending(
      question,
      "token",
      say(
        languageOf(request.plan.locale),
        "No person has confirmed this. The owner chose --confirm token: show the preview, then call again with the token.",
        "Kein Mensch hat das bestätigt. Der Inhaber hat --confirm token gewählt: Vorschau zeigen, dann mit dem Token erneut aufrufen.",
      ),
      { secret },
    );
  }

  /** A call that waited has to end: what it can still be answered by, or that its time is over. */
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
    return approvedFresh(store, approval.id, []);
  }

  return {
    ask,
    answered: forms.answered,
    redeemToken,
    forgetExpired,
    cardStands: card.cardStands,
    isCard: card.isCard,
  };
}

export type Asking = ReturnType<typeof createAsking>;
