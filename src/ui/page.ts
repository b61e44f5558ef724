import { PAGE_SCRIPT, PAGE_STYLE, PASSKEY_SCRIPT, STYLE } from "./assets.ts";

/*
 * The approval page and its endpoints. All bodies are JSON; all answers carry `cache-control: no-store`.
 *
 *   GET  /               the page; open it as `/#<one-time secret>`. The page takes the secret out of the address bar.
 *   POST /session        {secret} → 200 {csrf} and a cookie (HttpOnly, SameSite=Strict). Once per secret; else 403.
 *   GET  /approvals      cookie, x-csrf → 200 {approvals: [{id, state: ApprovalState, view: PlanView | outcome}]}.
 *                        Polled. State `pending` is asked; any other state, or an id that left the list, closes its card.
 *                        What was shown is followed to its end: `outcome` {is, text} says what became of it.
 *                        A `view` that differs from the one shown (expires_at aside) is shown anew as changed.
 *   POST /approvals/:id/passkey  cookie, x-csrf, {typed?} → 200 {ok, message, options?}: what the passkey is to sign, where
 *                        the entry says `passkey: true`; the signature goes into `assertion` of the answer.
 *   POST /approvals/:id  cookie, x-csrf, {decision: "approve" | "decline", typed?, assertion?} → 200 {ok, message}.
 *                        `ok: false` shows `message`: a typed approval stays open to be corrected, any other closes.
 *
 * 401 or 403 anywhere ends the page: "this link does not work any more". Anything else unexpected is tried again.
 * The csrf token is kept in sessionStorage, so that a reload of the same tab goes on.
 */

interface PageOptions {
  /** Fresh random base64 for every answer. */
  readonly nonce: string;
  readonly language?: "de" | "en";
}

interface PageText {
  readonly html: string;
  /** Goes into the Content-Security-Policy header. */
  readonly csp: string;
}

export function approvalPageHtml(options: PageOptions): PageText {
  return pageOf("Approvals", PAGE_SCRIPT, options);
}

/*
 * The page that registers a passkey, opened as `/#<secret>`; it has no session.
 *
 *   POST /passkey/options  {secret} → 200 {options}, for navigator.credentials.create.
 *   POST /passkey          {secret, attestation} → 200 {ok: true}; anything else 4xx {ok: false, message}.
 */
export function passkeyPageHtml(options: PageOptions): PageText {
  return pageOf("Passkey", PASSKEY_SCRIPT, options);
}

function pageOf(title: string, script: string, { nonce, language = "en" }: PageOptions): PageText {
  if (!/^[A-Za-z0-9+/_-]{16,}={0,2}$/.test(nonce))
    throw new TypeError("The nonce must be at least 16 base64 characters.");
  const csp = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  const html =
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">` +
    `<meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title>` +
    `<link rel="icon" href="data:,"><style nonce="${nonce}">${STYLE}${PAGE_STYLE}</style></head>` +
    `<body class="page"><script nonce="${nonce}">${script}</script></body></html>`;
  return { html, csp };
}
