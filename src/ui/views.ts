import { STYLE } from "./assets.ts";
import { PICTURES_SCRIPT, VIEWS_SCRIPT, VIEWS_SCRIPT_HASH, VIEWS_STYLE, VIEWS_STYLE_HASH } from "./view-assets.ts";

/*
 * The pictures of answers, in a chat and on a local page. Constant documents: everything variable arrives by message.
 *
 * The local page and its endpoints; all answers carry `cache-control: no-store`:
 *
 *   GET  /                  the page; open it as `/#<one-time secret>`. The page takes the secret out of the address bar.
 *   POST /session           {secret} → 200 {token}. Once per secret; else 403.
 *   GET  /pictures?after=n  x-pictures: <token> → 200 {pictures: [{id, result}]}, ids above n, oldest first; else 401.
 */

const style = `${STYLE}${VIEWS_STYLE}`;

const HEAD = `<meta name="viewport" content="width=device-width,initial-scale=1">`;

/** The in-chat view, for `resources/read`. */
export function viewsHtml(): string {
  const csp = [
    "default-src 'none'",
    `script-src '${VIEWS_SCRIPT_HASH}'`,
    `style-src '${VIEWS_STYLE_HASH}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8">` +
    `<meta http-equiv="Content-Security-Policy" content="${csp}">${HEAD}<title>Picture</title>` +
    `<style>${style}</style></head><body><script>${VIEWS_SCRIPT}</script></body></html>`
  );
}

/** `nonce`: fresh random base64 for every answer; `language`: the person's. `csp` goes into the Content-Security-Policy header. */
export function picturesPageHtml(
  nonce: string,
  language: "de" | "en",
): { readonly html: string; readonly csp: string } {
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
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">${HEAD}` +
    `<title>Pictures</title><link rel="icon" href="data:,"><style nonce="${nonce}">${style}</style></head>` +
    `<body class="pictures"><script nonce="${nonce}">${VIEWS_SCRIPT}</script>` +
    `<script nonce="${nonce}">${PICTURES_SCRIPT}</script></body></html>`;
  return { html, csp };
}
