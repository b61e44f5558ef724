import type { PlanView } from "../../ui/plan-view.ts";
import {
  type AnswerDeps,
  type AnswerResult,
  answerText,
  createAnswerDesk,
  noPasskeyText,
  unsignedText,
} from "../answer.ts";
import type { GuardDeps } from "../deps.ts";
import { outcomeView } from "../outcome.ts";
import { type AskingPage, createPasskeyDesk } from "../passkeys/desk.ts";
import type { PasskeyStore } from "../passkeys/port.ts";
import type { Assertion } from "../passkeys/verify.ts";
import type { Approval, ApprovalState, OutcomesOf, OutcomeView } from "../port.ts";
import { readSnapshot } from "../snapshot.ts";
import type { Language } from "../wording.ts";

export interface PageApprovalsDeps extends AnswerDeps {
  readonly log: GuardDeps["log"];
  readonly outcomesOf?: OutcomesOf;
  /** Where the owner's policy wants them. */
  readonly passkeys?: PasskeyStore;
  /** In which the times of outcomes are told. */
  readonly timeZone: string;
}

/** One entry of the page's list. What is decided comes without a view: the page has it, and a new page does not need it. */
export type PageEntry =
  | { readonly id: string; readonly state: "pending"; readonly view: PlanView; readonly passkey: boolean }
  | { readonly id: string; readonly state: ApprovalState; readonly outcome: OutcomeView | null };

interface Followed {
  readonly language: Language;
  readonly since: number;
  /** Once it is the end. */
  last: PageEntry | null;
}

/** How long what was shown is followed after it was asked: the longest approval, and the time its act may take. */
const FOLLOW_MS = 30 * 60_000;
const MAX_FOLLOWED = 200;

/**
 * What a page shows of the approvals it may show, and the answers it brings. Knows no transport: whoever serves a page (on
 * loopback or elsewhere) has checked before who asks.
 */
export function createPageApprovals(deps: PageApprovalsDeps) {
  const { store, clock, log } = deps;
  const desk = createAnswerDesk(deps);
  const signing = deps.passkeys === undefined ? null : createPasskeyDesk({ clock, log, passkeys: deps.passkeys });
  /** Approvals that a page showed: what becomes of them is told there. */
  const followed = new Map<string, Followed>();

  /** `allowed`: ids the asker may see; `null`: all of `pending`. */
  async function list(
    pending: readonly Approval[],
    allowed: ReadonlySet<string> | null,
  ): Promise<readonly PageEntry[]> {
    const now = clock.now();
    const entries: PageEntry[] = [];
    for (const approval of pending) {
      if (allowed !== null && !allowed.has(approval.id)) continue;
      const snapshot = desk.answerable(approval, "page");
      if (snapshot === null) continue;
      entries.push({
        id: approval.id,
        state: "pending",
        view: snapshot.view,
        passkey: desk.approverOf(approval) === "passkey",
      });
      if (!followed.has(approval.id)) {
        followed.set(approval.id, { language: snapshot.view.locale, since: now, last: null });
      }
    }
    const open = new Set(entries.map(({ id }) => id));
    for (const [id, one] of followed) {
      if (now - one.since > FOLLOW_MS || followed.size > MAX_FOLLOWED) followed.delete(id);
      else if (!open.has(id) && (allowed === null || allowed.has(id))) entries.push(await entryOf(id, one, now));
    }
    return entries;
  }

  async function entryOf(id: string, one: Followed, now: number): Promise<PageEntry> {
    if (one.last !== null) return one.last;
    const approval = await store.get(id);
    if (approval === null) return { id, state: "expired", outcome: null };
    // A record that cannot be read now is read with the next look.
    const outcomes = approval.state === "used" ? await deps.outcomesOf?.(approval).catch(() => []) : [];
    const outcome = outcomeView(approval, {
      outcomes: outcomes ?? [],
      language: one.language,
      timeZone: deps.timeZone,
      now,
    });
    const entry = { id, state: approval.state, outcome };
    if (outcome === null ? approval.state !== "pending" : outcome.is === "done" || outcome.is === "nothing") {
      one.last = entry;
    }
    return entry;
  }

  /** What the browser is to ask the passkey; what has to be typed is looked at before the person is troubled. */
  async function askPasskey(
    id: string,
    typed: string | undefined,
    { origin }: SigningPage,
  ): Promise<{ readonly ok: boolean; readonly message: string; readonly options?: object }> {
    const approval = await store.get(id);
    const snapshot = desk.answerable(approval, "passkey");
    const language = snapshot?.view.locale ?? "en";
    if (approval === null || snapshot === null || signing === null) {
      return { ok: false, message: answerText("closed", language) };
    }
    const wrong = await desk.mistyped(approval, snapshot, typed);
    if (wrong !== null) return { ok: false, message: answerText(wrong, language) };
    const options = await signing.begin(approval, { origin, principal: approval.principal });
    return options === null ? { ok: false, message: noPasskeyText(language) } : { ok: true, message: "", options };
  }

  async function answer(id: string, given: PageAnswer): Promise<{ readonly ok: boolean; readonly message: string }> {
    const approval = await store.get(id);
    const language = (approval === null ? null : readSnapshot(approval))?.view.locale ?? "en";
    const result = await taken(approval, given);
    log("approval_page_answered", { approval: id, result });
    const isUnsigned = result === "passkey" && given.assertion !== undefined;
    const message = isUnsigned ? unsignedText(language) : answerText(result, language);
    return { ok: result === "approved" || result === "declined", message };
  }

  async function taken(approval: Approval | null, given: PageAnswer): Promise<AnswerResult> {
    const { decision, typed, assertion, page } = given;
    if (decision === "decline" || approval === null || desk.approverOf(approval) !== "passkey") {
      return desk.take(approval, decision, typed, "page");
    }
    const own = { origin: page.origin, principal: approval.principal };
    const isSigned = assertion !== undefined && (await signing?.isSigned(approval, own, assertion)) === true;
    return isSigned ? desk.take(approval, "approve", typed, "passkey") : "passkey";
  }

  return { list, askPasskey, answer };
}

export interface PageAnswer {
  readonly decision: "approve" | "decline";
  readonly typed: string | undefined;
  /** The passkey's signature, where one is wanted. */
  readonly assertion: Assertion | undefined;
  readonly page: SigningPage;
}

/** Passkeys are those of who asked: the page is theirs. */
type SigningPage = Pick<AskingPage, "origin">;
