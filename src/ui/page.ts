import { PAGE_SCRIPT, PAGE_STYLE, STYLE } from "./assets.ts";

/*
 * The approval page and its endpoints. All bodies are JSON; all answers carry `cache-control: no-store`.
 *
 *   GET  /               the page; open it as `/#<one-time secret>`. The page takes the secret out of the address bar.
 *   POST /session        {secret} → 200 {csrf} and a cookie (HttpOnly, SameSite=Strict). Once per secret; else 403.
 *   GET  /approvals      cookie, x-csrf → 200 {approvals: [{id, state: ApprovalState, view: PlanView | outcome}]}.
 *                        Polled. State `pending` is asked; any other state, or an id that left the list, closes its card.
 *                        What was shown is followed to its end: `outcome` {is, text} says what became of it.
 *                        A `view` that differs from the one shown (expires_at aside) is shown anew as changed.
 *   POST /approvals/:id  cookie, x-csrf, {decision: "approve" | "decline", typed?} → 200 {ok, message}.
 *                        `ok: false` shows `message`: a typed approval stays open to be corrected, any other closes.
 *
 * 401 or 403 anywhere ends the page: "this link does not work any more". Anything else unexpected is tried again.
 * The csrf token is kept in sessionStorage, so that a reload of the same tab goes on.
 */

/** `nonce`: fresh random base64 for every answer. `csp` goes into the Content-Security-Policy header. */
export function approvalPageHtml(options: { readonly nonce: string; readonly language?: "de" | "en" }): {
  readonly html: string;
  readonly csp: string;
} {
  const { nonce, language = "en" } = options;
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
    `<meta name="viewport" content="width=device-width,initial-scale=1"><title>Approvals</title>` +
    `<link rel="icon" href="data:,"><style nonce="${nonce}">${STYLE}${PAGE_STYLE}</style></head>` +
    `<body class="page"><script nonce="${nonce}">${PAGE_SCRIPT}</script></body></html>`;
  return { html, csp };
}
