import type { Context } from "hono";
import { type Language, languageOf } from "../guard/wording.ts";

/** Of whoever reads the answer, as their browser says it. */
export function readerLanguage(context: Context): Language {
  return languageOf(context.req.header("accept-language") ?? "en");
}

/**
 * What goes with every answer of a page here. `referrer`: a form's own page has to say where it comes from, or the browser
 * sends no usable `Origin` along.
 */
export function guardPage(context: Context, referrer: "no-referrer" | "same-origin"): void {
  context.header("cache-control", "no-store");
  context.header("x-content-type-options", "nosniff");
  context.header("referrer-policy", referrer);
  context.header("x-frame-options", "DENY");
  context.header("cross-origin-opener-policy", "same-origin");
  context.header("cross-origin-resource-policy", "same-origin");
  if (context.res.headers.get("content-security-policy") === null) {
    context.header("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
  }
}
