import { html } from "hono/html";
import { type Said, WORDS, type Words } from "./credentials-words.ts";

/** The page for credentials as markup. Every value in it is escaped by `html`. */

export type Markup = ReturnType<typeof html>;
export type Language = keyof typeof WORDS;

/** Whose a credential is: the person's own, or the organization's. */
export const WHOSE = ["own", "organization"] as const;
export type Whose = (typeof WHOSE)[number];

/** What is stored, in times that are written out. `null`: nothing. */
export type Stored = {
  readonly state: "alive" | "lapsed" | "dead";
  readonly since: string;
  /** When it lapses, or did. */
  readonly until: string | null;
} | null;

export interface Slot {
  readonly whose: Whose;
  readonly stored: Stored;
  /** Whether this person may enter and remove it. */
  readonly isTheirs: boolean;
}

export interface Shown {
  readonly language: Language;
  readonly subject: string;
  readonly csrf: string;
  readonly notice: { readonly said: Said; readonly opens: string; readonly organization: string } | null;
  /** Whether the API's own sign-in is offered. */
  readonly signsIn: boolean;
  /** `null`: the settings hold its token. */
  readonly organizations: readonly {
    readonly id: string;
    /** As the access file calls it, else its id. */
    readonly name: string;
    readonly slots: readonly Slot[] | null;
  }[];
}

export function credentialsMarkup({ language, subject, csrf, notice, signsIn, organizations }: Shown): Markup {
  const words = WORDS[language];
  return html`<main><h1>${words.title}</h1><p class="intro">${words.intro} ${words.signedIn(subject)}</p>
${notice === null ? "" : noticeMarkup(notice, words)}
${organizations.length === 0 ? html`<p class="quiet">${words.none}</p>` : ""}<div class="list">${organizations.map(
    ({ id, name, slots }) =>
      html`<section class="card"><div class="top"><h2>${name}</h2>${name === id ? "" : html`<p class="what">${id}</p>`}</div>${
        slots === null
          ? html`<div class="paper"><p>${words.fixed}</p></div>`
          : slots.map((slot) => slotMarkup(slot, { id, name }, { csrf, signsIn }, words))
      }</section>`,
  )}</div></main>`;
}

/** A page with one sentence and one way on. */
export function wordMarkup(title: string, sentence: string, address: string, label: string): Markup {
  return html`<main><h1>${title}</h1><p class="intro">${sentence}</p><p class="onward"><a href="${address}">${label}</a></p></main>`;
}

export function noticeText({ said, opens, organization }: NonNullable<Shown["notice"]>, words: Words): string {
  const text = said === "stored" ? words.said.stored(opens) : words.said[said];
  return `${organization}: ${text}`;
}

function noticeMarkup(notice: NonNullable<Shown["notice"]>, words: Words): Markup {
  const isGood = ["stored", "revived", "removed"].includes(notice.said);
  return html`<p class="${isGood ? "said" : "problem"}" role="${isGood ? "status" : "alert"}">${noticeText(notice, words)}</p>`;
}

function slotMarkup(
  { whose, stored, isTheirs }: Slot,
  { id, name }: { readonly id: string; readonly name: string },
  { csrf, signsIn }: Pick<Shown, "csrf" | "signsIn">,
  words: Words,
): Markup {
  const why = whose === "own" ? words.ownWhy : words.organizationWhy;
  const field = `${whose}-${id}`;
  const hidden = html`<input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="organization" value="${id}"><input type="hidden" name="whose" value="${whose}">`;
  const entry = html`<form method="post" action="/credentials">${hidden}
<div class="typing"><label for="${field}">${words.token}<span class="hidden"> (${words[whose]}, ${name})</span></label>
<input type="password" id="${field}" name="token" required maxlength="16384" autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="${field}-where">
<p class="label" id="${field}-where">${words.where}</p></div>
<button class="approve">${stored === null ? words.enter : words.replace}</button></form>`;
  const signingIn = html`<form method="post" action="/credentials/sign-in">${hidden}<button>${words.signIn}</button></form>`;
  const retry = html`<form method="post" action="/credentials/retry">${hidden}<button>${words.retry}</button></form>`;
  const removal = html`<details><summary>${words.remove}</summary><form method="post" action="/credentials/remove">${hidden}<p>${words.removing}</p><button class="decline">${words.removeNow}</button></form></details>`;
  return html`<div class="paper"><h3>${words[whose]}</h3><p class="label">${why}</p><p class="kept"${stored === null ? "" : html` data-state="${stored.state}"`}>${storedText(stored, words)}</p>
${isTheirs ? html`${entry}${stored?.state === "dead" ? retry : ""}${signsIn ? signingIn : ""}${stored === null ? "" : removal}` : html`<p class="label">${words.notYours}</p>`}</div>`;
}

function storedText(stored: Stored, words: Words): string {
  if (stored === null) return words.absent;
  const { state, since, until } = stored;
  if (state === "dead") return words.dead(since);
  if (state === "lapsed") return words.lapsed(until ?? since);
  return [words.stored(since), ...(until === null ? [] : [words.until(until)])].join(" ");
}
