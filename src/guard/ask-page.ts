import { channelAllowed } from "./answer.ts";
import { createEndings, type Outcome, pageText, pending, type Question } from "./ask-words.ts";
import type { GuardDeps } from "./deps.ts";
import { type Policy, wantsSecondPerson } from "./policy.ts";
import type { Approval } from "./port.ts";
import type { PlanSnapshot } from "./snapshot.ts";
import type { Told } from "./told.ts";
import type { Waiting } from "./waiting.ts";
import { type Language, languageOf, say } from "./wording.ts";

/** The approval page as a place to ask: opened in the person's browser, or told where it is. */
export function createPagePlace(deps: GuardDeps, waiting: Waiting, told: Told) {
  const { store } = deps;
  const { stillOpen, ended } = createEndings(deps);

  async function byPage(reason: string, question: Question): Promise<Outcome> {
    const { approval, request, since } = question;
    const { page } = deps;
    if (page === undefined) return { kind: "next", why: "there is no page" };
    if (page.remote === true) return byRemotePage(reason, question, await page.linkTo(approval));
    await store.offer(approval.id, { channel: "page", reason });
    if (!(await openPage())) return { kind: "next", why: "no browser could be opened" };
    const language = languageOf(request.plan.locale);
    if (!request.asker.client.progress) return pending(question, "page", pageText(deps.terminalCommand, language));
    const message = say(
      language,
      "Waiting for the person's approval on the page in the browser.",
      "Wartet auf die Freigabe auf der Seite im Browser.",
    );
    const isThere = () => page.isOpen();
    const end = await waiting.forAnswer({ approval, request, since, until: approval.expires_at, message, isThere });
    return end === "open" || end === "gone"
      ? stillOpen(question, "page", pageText(deps.terminalCommand, language))
      : ended(question, end);
  }

  /** The person has to be told where to go, so that the first call ends at once; one made again may wait for the answer. */
  async function byRemotePage(reason: string, question: Question, link: string): Promise<Outcome> {
    const { approval, request } = question;
    if (await store.offer(approval.id, { channel: "page", reason })) deps.page?.invite?.(request.plan);
    const language = languageOf(request.plan.locale);
    const text = remoteText(deps.policy, link, language);
    const { asker } = request;
    // Whose equal call was a moment faster is being taken there by it.
    const again =
      question.joined !== null || told.isTold(approval) || (asker.client.visits === true && asker.returned !== null);
    told.tell(approval);
    if (!again && asker.client.visits === true) {
      const visit = { message: visitText(deps.policy, language), url: link, id: approval.id };
      if (asker.client.era === "input_required") return { kind: "visit", approval, visit, state: approval.id };
      const isThere = (await asker.visit?.(visit)) === true;
      // Where the client says so the person is on the page now, and this call can wait for them.
      if (isThere) return waitThere(question, text);
    }
    if (!again || !request.asker.client.progress) return pending(question, "page", text, { link });
    return waitThere(question, text);
  }

  async function waitThere(question: Question, text: string): Promise<Outcome> {
    const { approval, request, since } = question;
    request.onProgress?.(text);
    const end = await waiting.forAnswer({ approval, request, since, until: approval.expires_at, message: text });
    return end === "open" || end === "gone" ? stillOpen(question, "page", text) : ended(question, end);
  }

  function openPage(): Promise<boolean> {
    return deps.page === undefined ? Promise.resolve(false) : deps.page.open().catch(() => false);
  }

  function pageAllowed({ level }: PlanSnapshot): boolean {
    const channel = deps.policy.approver === "person" ? "page" : deps.policy.approver;
    return (
      deps.page !== undefined &&
      (deps.confirm === "auto" || deps.confirm === "page") &&
      channelAllowed(deps.policy, level, channel)
    );
  }

  async function linkFor(approval: Approval, snapshot: PlanSnapshot): Promise<string | null> {
    if (deps.page === undefined || !pageAllowed(snapshot)) return null;
    return deps.page.linkTo(approval).catch(() => null);
  }

  return { byPage, openPage, pageAllowed, linkFor };
}

function remoteText(policy: Policy, link: string, language: Language): string {
  if (policy.approver === "other-with-passkey") {
    return say(
      language,
      `Somebody else of the organization has to approve this with their passkey: they sign in and answer at ${link}`,
      `Das muss jemand anderes aus der Organisation mit dem eigenen Passkey freigeben, dort anmelden und antworten: ${link}`,
    );
  }
  if (wantsSecondPerson(policy)) {
    return say(
      language,
      `Somebody else of the organization has to approve this: they sign in and answer at ${link}`,
      `Das muss jemand anderes aus der Organisation freigeben, dort anmelden und antworten: ${link}`,
    );
  }
  return say(
    language,
    `Open this address in any browser, sign in and answer there: ${link}`,
    `Diese Adresse in einem Browser öffnen, anmelden und dort antworten: ${link}`,
  );
}

function visitText(policy: Policy, language: Language): string {
  if (wantsSecondPerson(policy)) {
    return say(
      language,
      "Somebody else of your organization has to approve this, on the page that opens. You can decline it there.",
      "Das muss jemand anderes aus Ihrer Organisation freigeben, auf der Seite, die sich öffnet. Ablehnen können Sie es dort.",
    );
  }
  return say(
    language,
    "Sign in on the page that opens, read what is asked, and approve or decline it there.",
    "Auf der Seite, die sich öffnet, anmelden, lesen, worum es geht, und dort freigeben oder ablehnen.",
  );
}

export type PagePlace = ReturnType<typeof createPagePlace>;
