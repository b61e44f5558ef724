import { VIEW_META } from "../names.ts";
import { connect, type HostContext, reportSize } from "./bridge.ts";
import { documentCard } from "./document.ts";
import { element } from "./element.ts";
import { isInvoiceView, isRecord, recordIn, textIn } from "./json.ts";
import { texts } from "./views/data.ts";
import { viewOf } from "./views/index.ts";
import { caution, remark } from "./views/parts.ts";
import { type ViewWords, viewWordsFor } from "./views/words.ts";

/**
 * Shows a tool's answer as a picture: in a chat what the host sends (MCP Apps), on the local page what its own script hands
 * over. It calls nothing, sends nothing and has no control that acts.
 */

const main = element("main", {});
document.body.append(main);

let locale = navigator.language;

function quiet(text: string): void {
  document.documentElement.lang = viewWordsFor(locale).lang;
  main.replaceChildren(element("p", { class: "quiet", role: "status" }, text));
}

/** Null where the answer has no picture, or none that can be read. */
function pictureOf(result: unknown): HTMLElement | null {
  const shown = recordIn(recordIn(result, "_meta"), VIEW_META);
  try {
    if (!isInvoiceView(shown?.["document"])) return viewOf(shown, recordIn(result, "structuredContent"));
    const locale = textIn(shown, "locale") ?? "en";
    const card = documentCard(shown["document"], {
      locale,
      organization: textIn(shown["organization"], "name"),
      simulator: shown["simulator"] === true,
    });
    card.append(...remarks(recordIn(result, "structuredContent"), viewWordsFor(locale)));
    return card;
  } catch {
    return null;
  }
}

/** What the answer says of the document besides: what differs from its original, what does not add up. */
function remarks(answer: unknown, words: ViewWords): readonly HTMLElement[] {
  const invoice = recordIn(answer, "invoice");
  return [
    caution(words.warnings, invoice === null ? [] : texts(invoice, "warnings"), "en"),
    isRecord(answer) ? remark(words.changes, texts(answer, "changes"), "en") : null,
  ].filter((node) => node !== null);
}

function show(result: unknown): void {
  const picture = pictureOf(result);
  const words = viewWordsFor(locale);
  if (picture !== null) {
    document.documentElement.lang = picture.lang;
    main.replaceChildren(picture);
  } else quiet(isRecord(result) && result["isError"] === true ? words.failed : words.noPicture);
}

function onContext(context: HostContext): void {
  if (context.theme !== null) document.documentElement.dataset["theme"] = context.theme;
  if (context.fontFamily !== null) document.documentElement.style.setProperty("--font-sans", context.fontFamily);
  if (context.locale !== null) locale = context.locale;
}

if (window.parent === window) {
  // The newest on top; an answer without a picture leaves no gap.
  window.addEventListener("picture", (event) => {
    const picture = event instanceof CustomEvent ? pictureOf(event.detail) : null;
    if (picture !== null) main.prepend(picture);
  });
} else {
  quiet(viewWordsFor(locale).loading);
  connect({ onContext, onToolResult: show, onToolCancelled: () => quiet(viewWordsFor(locale).noPicture) }).then(
    (host) => reportSize(host, main),
    () => quiet(viewWordsFor(locale).noPicture),
  );
}
