import { channelAllowed } from "./answer.ts";
import { createEndings, type Outcome, pageText, pending, type Question } from "./ask-words.ts";
import type { GuardDeps } from "./deps.ts";
import type { Approval } from "./port.ts";
import type { PlanSnapshot } from "./snapshot.ts";
import type { Waiting } from "./waiting.ts";
import { languageOf, say } from "./wording.ts";

/** The approval page as a place to ask: opened in the person's browser, or told where it is. */
export function createPagePlace(deps: GuardDeps, waiting: Waiting, told: Map<string, number>) {
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
    const { approval, request, since } = question;
    await store.offer(approval.id, { channel: "page", reason });
    const language = languageOf(request.plan.locale);
    const text =
      deps.policy.approver === "other"
        ? say(
            language,
            `Somebody else of the organization has to approve this: they sign in and answer at ${link}`,
            `Das muss jemand anderes aus der Organisation freigeben, dort anmelden und antworten: ${link}`,
          )
        : say(
            language,
            `Open this address in any browser, sign in and answer there: ${link}`,
            `Diese Adresse in einem Browser öffnen, anmelden und dort antworten: ${link}`,
          );
    const again = told.has(approval.id);
    told.set(approval.id, approval.expires_at);
    if (!again || !request.asker.client.progress) return pending(question, "page", text, { link });
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

export type PagePlace = ReturnType<typeof createPagePlace>;
