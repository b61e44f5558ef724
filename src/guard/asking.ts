import { randomBytes } from "node:crypto";
import type { Clock } from "../domain/clock.ts";
import { type AnswerDesk, channelAllowed } from "./answer.ts";
import { approvalForm, MAX_FORM_CHARACTERS } from "./form.ts";
import { createFormChannel } from "./forms.ts";
import { type ConfirmMode, ladder, type Rung } from "./ladder.ts";
import type { Policy } from "./policy.ts";
import type { Approval, ApprovalChannel, ApprovalStore, Authorisation, Guard, OutcomesOf } from "./port.ts";
import { derivedSecret, type KeyRing } from "./seal.ts";
import type { PlanSnapshot } from "./snapshot.ts";
import { cardHash, cardMatches, secretHash, secretMatches } from "./typed.ts";
import { createWaiting, type WaitEnd } from "./waiting.ts";
import { type Language, languageOf, say } from "./wording.ts";

/** The approval page (`channels/page.ts`; over HTTP `hosted/approve.ts`). */
export interface PageChannel {
  /** It is behind a sign-in of its own: no browser can be opened from here, and its address may be told to anybody. */
  readonly remote?: true;
  /**
   * Sees to it that the page stands in the person's browser: starts it on first need, opens it again when it was closed.
   * False when no browser could be started, or none came although it was started.
   */
  open(): Promise<boolean>;
  /** It asked the server within the last seconds, or its browser is starting. */
  isOpen(): boolean;
  /** A one-time address that shows this approval and nothing else, for a person who has to open it. */
  linkTo(approval: Pick<Approval, "id" | "expires_at">): Promise<string>;
}

export interface GuardDeps {
  readonly store: ApprovalStore;
  readonly clock: Clock;
  readonly policy: Policy;
  readonly confirm: ConfirmMode;
  readonly page?: PageChannel;
  readonly outcomesOf?: OutcomesOf;
  /** Of the people here; a plan has its own. */
  readonly locale: string;
  /** In which a person reads times. */
  readonly timeZone: string;
  /** What a person types in a terminal of this machine, e.g. `invoicing-mcp approve`; null where that is not possible. */
  readonly terminalCommand: string | null;
  /** Seals what travels through clients. Absent: made new, so that what this process asked is answered here. */
  readonly keys?: KeyRing;
  /** Events with ids and words of this server; no texts from data. */
  readonly log: (event: string, fields: Readonly<Record<string, string | number | boolean | null>>) => void;
}

type Refused = Extract<Authorisation, { kind: "refused" }>;

/** One call's question to a person. */
export interface Question {
  readonly request: Parameters<Guard["authorise"]>[0];
  readonly approval: Approval;
  readonly snapshot: PlanSnapshot;
  readonly changes: readonly string[];
  /** When the call began. */
  readonly since: number;
}

type Outcome = Authorisation | { readonly kind: "next"; readonly why: string; readonly untried?: boolean };

const ASK_AGAIN = "Make the same call again to ask once more, if the person wants it.";
/** A person who has not been told of the terminal's command yet sees it only where the client shows progress. */
const FIRST_TERMINAL_MS = 20_000;

/** The places where a person is asked: tries one after the other, waits where that helps, and says what became of it. */
export function createAsking(deps: GuardDeps, desk: AnswerDesk) {
  const { store, clock, log } = deps;
  const waiting = createWaiting(deps);
  const keys = deps.keys ?? [randomBytes(32)];
  const forms = createFormChannel({ store, clock, desk, waiting, keys, log });
  /** Approvals whose card was sent from here, until they expire. */
  const cards = new Map<string, number>();
  /** Approvals whose card reported that it stands; any says that this client does show cards. */
  const standing = new Set<string>();
  let showsCards = false;
  /** Approvals of which the person was told the terminal's command, or the page's address. */
  const toldCommand = new Map<string, number>();

  function forgetExpired(now: number): void {
    for (const [id, until] of cards) if (now >= until) cards.delete(id);
    for (const [id, until] of toldCommand) if (now >= until) toldCommand.delete(id);
    for (const id of standing) if (!cards.has(id)) standing.delete(id);
    forms.forgetExpired(now);
  }

  async function ask(question: Question): Promise<Authorisation> {
    const { request, approval, snapshot } = question;
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
    const link = rungs.some(({ channel }) => channel === "page") ? await linkFor(approval, snapshot) : null;
    if (link !== null) {
      await store.offer(approval.id, { channel: "page", reason: `no browser could be opened; ${failed.join("; ")}` });
      return pending(question, "page", openText(link, languageOf(request.plan.locale)), { link });
    }
    return refused(
      "unavailable",
      `Nobody could be asked${failed.length === 0 ? "" : ` (${failed.join("; ")})`}. Nothing was done.`,
      "Tell the person: use a client that shows forms or cards, or start the server with --confirm page or --confirm terminal.",
    );
  }

  function tryRung(rung: Rung, question: Question, again: boolean): Promise<Outcome> {
    switch (rung.channel) {
      case "form":
        return byForm(rung.reason, question, again);
      case "card":
        return byCard(rung.reason, question);
      case "page":
        return byPage(rung.reason, question);
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

  async function byCard(reason: string, question: Question): Promise<Outcome> {
    const { approval, snapshot, request } = question;
    const language = languageOf(request.plan.locale);
    const unseen = cards.has(approval.id) && !standing.has(approval.id);
    // A repeated call shows the same card, wherever it is answered. Hashes only in the store.
    const secret = derivedSecret(approval.id, keys);
    cards.set(approval.id, approval.expires_at);
    await store.offer(approval.id, { channel: "card", reason, secret_hash: cardHash(secret) });
    // A card that was declared and not seen: the browser, and the address for whoever sees neither.
    const opened = unseen && pageAllowed(snapshot) && (await openPage());
    const link = showsCards && !unseen ? null : await linkFor(approval, snapshot);
    const card = say(
      language,
      "Approve or decline on the card above.",
      "Bitte auf der Karte oben freigeben oder ablehnen.",
    );
    const page = opened ? `${pageText(language)} ` : "";
    const noCard = link === null ? "" : ` ${say(language, "No card?", "Keine Karte?")} ${openText(link, language)}`;
    return pending(question, "card", `${page}${card}${noCard}`, { link, secret });
  }

  async function byPage(reason: string, question: Question): Promise<Outcome> {
    const { approval, request, since } = question;
    const { page } = deps;
    if (page === undefined) return { kind: "next", why: "there is no page" };
    if (page.remote === true) return byRemotePage(reason, question, await page.linkTo(approval));
    await store.offer(approval.id, { channel: "page", reason });
    if (!(await openPage())) return { kind: "next", why: "no browser could be opened" };
    const language = languageOf(request.plan.locale);
    if (!request.asker.client.progress) return pending(question, "page", pageText(language));
    const message = say(
      language,
      "Waiting for the person's approval on the page in the browser.",
      "Wartet auf die Freigabe auf der Seite im Browser.",
    );
    const isThere = () => page.isOpen();
    const end = await waiting.forAnswer({ approval, request, since, until: approval.expires_at, message, isThere });
    return end === "open" || end === "gone" ? stillOpen(question, "page", pageText(language)) : ended(question, end);
  }

  /** The person has to be told where to go, so that the first call ends at once; one made again may wait for the answer. */
  async function byRemotePage(reason: string, question: Question, link: string): Promise<Outcome> {
    const { approval, request, since } = question;
    await store.offer(approval.id, { channel: "page", reason });
    const text = say(
      languageOf(request.plan.locale),
      `Open this address in any browser, sign in and answer there: ${link}`,
      `Diese Adresse in einem Browser öffnen, anmelden und dort antworten: ${link}`,
    );
    const told = toldCommand.has(approval.id);
    toldCommand.set(approval.id, approval.expires_at);
    if (!told || !request.asker.client.progress) return pending(question, "page", text, { link });
    request.onProgress?.(text);
    const end = await waiting.forAnswer({ approval, request, since, until: approval.expires_at, message: text });
    return end === "open" || end === "gone" ? stillOpen(question, "page", text) : ended(question, end);
  }

  async function byTerminal(reason: string, question: Question): Promise<Outcome> {
    const { approval, request, since } = question;
    await store.offer(approval.id, { channel: "terminal", reason });
    const language = languageOf(request.plan.locale);
    const text = terminalText(language);
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
  function stillOpen(question: Question, channel: ApprovalChannel, text: string): Authorisation {
    return clock.now() < question.approval.expires_at
      ? pending(question, channel, text)
      : refused("unavailable", "Nobody answered in time. Nothing was done.", ASK_AGAIN);
  }

  async function ended(
    { approval, changes }: Question,
    end: Exclude<WaitEnd, "open" | "gone">,
  ): Promise<Authorisation> {
    switch (end) {
      case "approved":
        return approvedFresh(store, approval.id, changes);
      case "declined":
        await store.told(approval.id, clock.now());
        return declined();
      case "closed":
        return refused(
          "unavailable",
          "The question was withdrawn or used by another call while it was open. Nothing was done by this call.",
          "Make the same call again.",
        );
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
    return approvedFresh(store, approval.id, []);
  }

  function openPage(): Promise<boolean> {
    return deps.page === undefined ? Promise.resolve(false) : deps.page.open().catch(() => false);
  }

  function pageAllowed({ level }: PlanSnapshot): boolean {
    return (
      deps.page !== undefined &&
      (deps.confirm === "auto" || deps.confirm === "page") &&
      channelAllowed(deps.policy, level, "page")
    );
  }

  async function linkFor(approval: Approval, snapshot: PlanSnapshot): Promise<string | null> {
    if (deps.page === undefined || !pageAllowed(snapshot)) return null;
    return deps.page.linkTo(approval).catch(() => null);
  }

  function terminalText(language: Language): string {
    return say(
      language,
      `Approve or decline in a terminal of this machine: ${deps.terminalCommand}`,
      `Bitte in einem Terminal dieses Rechners freigeben oder ablehnen: ${deps.terminalCommand}`,
    );
  }

  function pageText(language: Language): string {
    const page = say(
      language,
      "Approve or decline on the page in the browser.",
      "Bitte auf der Seite im Browser freigeben oder ablehnen.",
    );
    if (deps.terminalCommand === null) return page;
    const or = say(language, "Or in a terminal of this machine:", "Oder in einem Terminal dieses Rechners:");
    return `${page} ${or} ${deps.terminalCommand}`;
  }

  return {
    ask,
    answered: forms.answered,
    redeemToken,
    forgetExpired,
    cardStands(id: string) {
      showsCards = true;
      standing.add(id);
    },
    /** Whether this is the secret of this approval's card, whatever became of the approval since. */
    isCard: (id: string, secret: string) => cardMatches(secret, cardHash(derivedSecret(id, keys))),
  };
}

export type Asking = ReturnType<typeof createAsking>;

function pending(
  { approval, changes }: Question,
  channel: ApprovalChannel,
  tell_user: string,
  more: { readonly link?: string | null; readonly secret?: string } = {},
): Authorisation {
  return {
    kind: "pending",
    approval,
    channel,
    changes,
    tell_user,
    link: more.link ?? null,
    secret: more.secret ?? null,
  };
}

function openText(link: string, language: Language): string {
  return say(
    language,
    `Open this address in a browser on this machine, and answer there: ${link}`,
    `Diese Adresse in einem Browser auf diesem Rechner öffnen und dort antworten: ${link}`,
  );
}

/** The approval as the store has it right after it was given. */
export async function approvedFresh(
  store: ApprovalStore,
  id: string,
  changes: readonly string[],
): Promise<Extract<Authorisation, { kind: "approved" }>> {
  const approval = await store.get(id);
  if (approval === null || approval.state !== "approved") throw new Error("approval lost");
  return { kind: "approved", approval, changes };
}

/** A person's no, told once; who wants to ask again does so by another call. */
export function declined(): Refused {
  return refused("declined", "The person declined. Nothing was done.", `Ask the person what to change. ${ASK_AGAIN}`);
}

export function refused(reason: Refused["reason"], message: string, next: string): Refused {
  return { kind: "refused", reason, message, next };
}
