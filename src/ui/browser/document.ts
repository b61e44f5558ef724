import type { InvoiceView } from "../plan-view.ts";
import { div, element } from "./element.ts";
import { documentTitle, invoicePaper } from "./invoice.ts";
import { type Words, wordsFor } from "./words.ts";

export interface DocumentContext {
  readonly locale: string;
  readonly organization: string | null;
  readonly simulator: boolean;
}

/** A document to look at. */
export function documentCard(view: InvoiceView, context: DocumentContext): HTMLElement {
  const words = wordsFor(context.locale);
  return element(
    "section",
    { class: "card", lang: words.lang, "data-state": "preview", "aria-label": documentTitle(view, words) },
    context.organization !== null || context.simulator
      ? div("top", origin(context.organization, context.simulator, words))
      : null,
    invoicePaper(view, words, { level: "h2", mailed: false }),
  );
}

/** Whose account it is, and whether it is practice. */
export function origin(organization: string | null, simulator: boolean, words: Words): HTMLElement {
  return element(
    "p",
    { class: "origin" },
    element("span", {}, organization ?? ""),
    simulator ? element("strong", { class: "badge", title: words.simulatorHint }, words.simulator) : null,
  );
}
