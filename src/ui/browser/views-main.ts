import { VIEW_META } from "../names.ts";
import { connect, type HostContext, reportSize } from "./bridge.ts";
import { documentCard } from "./document.ts";
import { element } from "./element.ts";
import { isInvoiceView, isRecord, recordIn, textIn } from "./json.ts";
import { viewOf } from "./views/index.ts";
import { viewWordsFor } from "./views/words.ts";

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
    return documentCard(shown["document"], {
      locale: textIn(shown, "locale") ?? "en",
      organization: textIn(shown["organization"], "name"),
      simulator: shown["simulator"] === true,
    });
  } catch {
    return null;
  }
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
