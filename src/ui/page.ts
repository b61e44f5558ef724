import { PAGE_SCRIPT, PAGE_STYLE, PASSKEY_SCRIPT, STYLE } from "./assets.ts";
import { localPage, type PageText } from "./local-page.ts";

/*
 * The approval page and its endpoints. All bodies are JSON; all answers carry `cache-control: no-store`.
 *
 *   GET  /               the page; open it as `/#<one-time secret>`. The page takes the secret out of the address bar.
 *   POST /session        {secret} → 200 {csrf} and a cookie (HttpOnly, SameSite=Strict). Once per secret; else 403.
 *   GET  /approvals?follow=<id>,…&lang=<language>  cookie, x-csrf → 200 {approvals: [{id, state, view | outcome}]}.
 *                        Polled. `follow`: shown before, and its end is not known; a server that remembers what it showed
 *                        needs no such list. State `pending` is asked (`passkey`: with one; `asked_by`: whom as a second person;
 *                        `decline_only`: by somebody else); any other state, or an id that left the list, closes its card.
 *                        What was shown is followed to its end: `outcome` {is, text} says what became of it.
 *                        A `view` that differs from the one shown (expires_at aside) is shown anew as changed.
 *   POST /approvals/:id/passkey  cookie, x-csrf, {typed?} → 200 {ok, message, options?}: what the passkey is to sign, where
 *                        the entry says `passkey: true`; the signature goes into `assertion` of the answer.
 *   POST /approvals/:id  cookie, x-csrf, {decision: "approve" | "decline", typed?, assertion?} → 200 {ok, message}.
 *                        `ok: false` shows `message`: a typed approval stays open to be corrected, any other closes.
 *
 * 401 or 403 anywhere ends the page: "this link does not work any more", or where people sign in that they do so again. Anything else unexpected is tried again.
 * The csrf token is kept in sessionStorage, so that a reload of the same tab goes on.
 */

interface PageOptions {
  /** Fresh random base64 for every answer. */
  readonly nonce: string;
  readonly language?: "de" | "en";
}

interface Elsewhere {
  readonly plain?: string;
  readonly signIn?: string;
}

interface FormPage extends PageOptions {
  /** Markup, as `main`. */
  readonly title: string;
  readonly main: string;
}

/** `plain`: where browsers without scripts go on; `signIn`: where people sign in again. */
export function approvalPageHtml(options: PageOptions & Elsewhere): PageText {
  return pageOf("Approvals", PAGE_SCRIPT, options);
}

/*
 * The page that registers a passkey, opened as `/#<secret>`; it has no session.
 *
 *   POST /passkey/options  {secret} → 200 {options}, for navigator.credentials.create.
 *   POST /passkey          {secret, attestation} → 200 {ok: true}; anything else 4xx {ok: false, message}.
 *
 * Over HTTP it is opened as `/passkey#signed-in` after a sign-in at `/passkey/new`; cookie and x-csrf (`POST /session`) stand in
 * place of the secret. There it also lists and removes:
 *
 *   GET  /passkeys         → 200 {passkeys: [{id, name, used_at}]}.
 *   POST /passkeys/remove  {id} → 200 {ok}.
 */
export function passkeyPageHtml(options: PageOptions): PageText {
  return pageOf("Passkey", PASSKEY_SCRIPT, options);
}

/**
 * A page that is whole without scripts: `main` is markup, and its forms go to this server alone. A browser says where a form
 * comes from only if the page lets it: such an answer goes with `referrer-policy: same-origin`.
 */
export function formPageHtml({ nonce, language = "en", title, main }: FormPage): PageText {
  const style = `${STYLE}${PAGE_STYLE}`;
  return localPage({ nonce, language, title, className: "page", style, scripts: [], main });
}

function pageOf(
  title: string,
  script: string,
  { nonce, language = "en", ...elsewhere }: PageOptions & Elsewhere,
): PageText {
  const style = `${STYLE}${PAGE_STYLE}`;
  return localPage({ nonce, language, title, className: "page", style, scripts: [script], ...elsewhere });
}
