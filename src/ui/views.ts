import { STYLE } from "./assets.ts";
import { localPage, type PageText } from "./local-page.ts";
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
    `<meta http-equiv="Content-Security-Policy" content="${csp}"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Picture</title>` +
    `<style>${style}</style></head><body><script>${VIEWS_SCRIPT}</script></body></html>`
  );
}

/** `nonce`: fresh random base64 for every answer; `language`: the person's. */
export function picturesPageHtml(nonce: string, language: "de" | "en"): PageText {
  const scripts = [VIEWS_SCRIPT, PICTURES_SCRIPT];
  return localPage({ nonce, language, title: "Pictures", className: "pictures", style, scripts });
}
