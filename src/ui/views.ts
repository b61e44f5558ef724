import { STYLE } from "./assets.ts";
import { VIEWS_SCRIPT, VIEWS_SCRIPT_HASH, VIEWS_STYLE, VIEWS_STYLE_HASH } from "./view-assets.ts";

/* The pictures of answers, in a chat. A constant document: everything variable arrives by message. */

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
