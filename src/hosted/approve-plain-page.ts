import { html } from "hono/html";
import { renderPreview } from "../guard/preview.ts";
import { type Language, say } from "../guard/wording.ts";
import type { Entry } from "./approve-desk.ts";
import { APPROVE_PATH } from "./sign-in.ts";

/** The approval page as markup. Every value in it is escaped by `html`. */

export type Markup = ReturnType<typeof html>;

export const TITLE: Readonly<Record<Language, string>> = { en: "Approvals", de: "Freigaben" };

type Question = Extract<Entry, { view: object }>;

export function listMarkup(
  questions: readonly Question[],
  { language, csrf, problem }: { readonly language: Language; readonly csrf: string; readonly problem: string },
): Markup {
  const intro = say(
    language,
    "Your assistant cannot approve these itself. Read, then decide.",
    "Ihr Assistent kann das nicht selbst freigeben. Erst lesen, dann entscheiden.",
  );
  const none = say(language, "Nothing is waiting for you.", "Nichts wartet auf Sie.");
  return html`<main><h1>${TITLE[language]}</h1><p class="intro">${questions.length === 0 ? none : intro}</p>
${problem === "" ? "" : html`<p class="problem" role="alert">${problem}</p>`}
<div class="list">${questions.map((question) => questionMarkup(question, csrf))}</div>
${onward(say(language, "Look again", "Neu laden"))}</main>`;
}

function questionMarkup({ id, view, ...besides }: Question, csrf: string): Markup {
  const language = view.locale;
  const changes = view.changes ?? [];
  const hidden = (decision: string) =>
    html`<input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="decision" value="${decision}">`;
  const action = `${APPROVE_PATH}/plain/${id}`;
  const typing = html`${view.typed_why ? html`<p class="why">${view.typed_why}</p>` : ""}<label for="typed-${id}">${view.typed_prompt ?? ""}</label>
<input type="text" id="typed-${id}" name="typed" required maxlength="100" autocomplete="off" autocapitalize="off" spellcheck="false">`;
  const approval = html`<form method="post" action="${action}">${hidden("approve")}${view.level === "typed" ? html`<div class="typing">${typing}</div>` : ""}
<button class="approve">${say(language, "Approve", "Freigeben")}</button></form>`;
  const needsScript = besides.passkey === true;
  return html`<section class="card" lang="${language}" aria-label="${view.title}"><div class="paper">
${changes.length === 0 ? "" : html`<h3>${say(language, "Changed", "Geändert")}</h3><ul>${changes.map((change) => html`<li>${change}</li>`)}</ul>`}
<p class="preview">${renderPreview(view)}</p></div>
<div class="paper">${hintsOf(besides, language).map((hint) => html`<p class="why">${hint}</p>`)}
${needsScript || besides.decline_only === true ? "" : approval}
<form method="post" action="${action}">${hidden("decline")}<button class="decline">${say(language, "Decline", "Ablehnen")}</button></form></div></section>`;
}

function hintsOf(
  { asked_by, passkey, decline_only }: Pick<Question, "asked_by" | "passkey" | "decline_only">,
  language: Language,
): readonly string[] {
  if (decline_only === true) {
    return [
      say(
        language,
        "Somebody else of your organization has to approve this. You can decline it.",
        "Das muss jemand anderes aus Ihrer Organisation freigeben. Ablehnen können Sie es.",
      ),
    ];
  }
  const asked = say(
    language,
    `Asked by ${asked_by}. You approve it as a second person.`,
    `Gestellt von ${asked_by}. Sie geben als zweite Person frei.`,
  );
  const signing = say(
    language,
    "Approving takes your passkey, and a browser asks for that by a script: allow scripts for this page. You can decline it here.",
    "Zum Freigeben braucht es Ihren Passkey, und danach fragt ein Browser mit einem Skript: Erlauben Sie dieser Seite Skripte. Ablehnen können Sie es hier.",
  );
  return [...(asked_by === undefined ? [] : [asked]), ...(passkey === true ? [signing] : [])];
}

/** What became of one that was answered; `null`: there is none for this person. */
export function outcomeMarkup(entry: Entry | null, language: Language): Markup {
  const state = entry?.state ?? "expired";
  const outcome = entry !== null && "outcome" in entry ? entry.outcome : null;
  const [head, text] = outcome === null ? [STATE[state][language], ""] : [STATE[outcome.is][language], outcome.text];
  return html`<main><h1>${TITLE[language]}</h1><section class="card" data-state="${state}"><div class="paper" role="status"><h2>${head}</h2>${text === "" ? "" : html`<p>${text}</p>`}</div></section>
${onward(say(language, "What else waits", "Was sonst wartet"))}</main>`;
}

const CLOSED_HEAD = {
  en: "No longer open. Nothing was changed by this.",
  de: "Nicht mehr offen. Dadurch wurde nichts geändert.",
};
const APPROVED_HEAD = { en: "Approved", de: "Freigegeben" };
const STATE = {
  pending: CLOSED_HEAD,
  expired: CLOSED_HEAD,
  used: APPROVED_HEAD,
  approved: APPROVED_HEAD,
  declined: { en: "Declined. Nothing is done.", de: "Abgelehnt. Es geschieht nichts." },
  waiting: APPROVED_HEAD,
  running: APPROVED_HEAD,
  done: { en: "Done", de: "Erledigt" },
  nothing: { en: "Not done", de: "Nicht ausgeführt" },
  unclear: { en: "Please check", de: "Bitte prüfen" },
} as const satisfies Record<string, Record<Language, string>>;

function onward(label: string): Markup {
  return html`<p class="onward"><a href="${APPROVE_PATH}/plain">${label}</a></p>`;
}
