import { ANSWER_TOOL, APPROVAL_META, VIEW_META } from "../names.ts";
import { type Answer, type ApprovalCard, approvalCard, outcomeOf, previewCard } from "./approval.ts";
import { connect, type Host, type HostContext, reportSize } from "./bridge.ts";
import { documentCard } from "./document.ts";
import { element } from "./element.ts";
import { isInvoiceView, isPlanView, isRecord, recordIn, textIn } from "./json.ts";
import { wordsFor } from "./words.ts";

/** The MCP App: shows what the tool result's `_meta` carries and sends the person's answer to the app-only tool. */

const main = element("main", {});
document.body.append(main);

let locale = navigator.language;
let connection: Promise<Host> | null = null;

const quiet = (text: string) => main.replaceChildren(element("p", { class: "quiet", role: "status" }, text));

function onContext(context: HostContext): void {
  if (context.theme !== null) document.documentElement.dataset["theme"] = context.theme;
  if (context.fontFamily !== null) document.documentElement.style.setProperty("--font-sans", context.fontFamily);
  if (context.locale !== null) locale = context.locale;
}

/** Text blocks of a tool result, for the person. */
function textOf(result: unknown): string {
  const content = isRecord(result) ? result["content"] : null;
  if (!Array.isArray(content)) return "";
  return content
    .map((block: unknown) => textIn(block, "text") ?? "")
    .join(" ")
    .trim();
}

interface Approval {
  readonly approval_id: string;
  readonly secret: string;
  /** The approval page's address, for hosts that let a view call nothing. */
  readonly page: string | null;
}

async function answer(
  { approval_id, secret, page }: Approval,
  decision: "approve" | "decline",
  typed: string | undefined,
  words: ReturnType<typeof wordsFor>,
): Promise<Answer> {
  const host = await connection;
  if (host === null || !host.can("serverTools")) {
    if (page === null) return { is: "failed", message: words.cannotAnswer };
    return { is: "failed", message: (await openPage(host, page)) ? words.onPage : `${words.openPage} ${page}` };
  }
  const result = await host.call("tools/call", {
    name: ANSWER_TOOL,
    arguments: { approval_id, secret, decision, ...(typed === undefined ? {} : { typed }) },
  });
  const said = textOf(result);
  if (recordIn(result, "structuredContent")?.["ok"] === false) return { is: "refused", message: said };
  if (!isRecord(result) || result["isError"] === true) return { is: "failed", message: said };
  if (decision === "decline" || (await askToContinue(host, words))) return { is: "done", message: said };
  return { is: "done", message: `${said} ${words.repeat}`.trim() };
}

/** False when the host opens no links for a view; the person then gets the address to copy. */
async function openPage(host: Host | null, url: string): Promise<boolean> {
  if (host === null || !host.can("openLinks")) return false;
  try {
    const result = await host.call("ui/open-link", { url });
    return !isRecord(result) || result["isError"] !== true;
  } catch {
    return false;
  }
}

const WAITS_MS = [1500, 2500, 4000, 6000, 10_000, 15_000, 30_000, 60_000, 60_000, 120_000];

/** Asks for what became of an approved act until that is known; a host that passes nothing on leaves the card as it is. */
async function follow({ approval_id, secret }: Approval, card: ApprovalCard): Promise<void> {
  const host = await connection;
  if (host === null) return;
  for (const wait of WAITS_MS) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    const result = await host.call("tools/call", {
      name: ANSWER_TOOL,
      arguments: { approval_id, secret, decision: "shown" },
    });
    const outcome = outcomeOf(textIn(recordIn(result, "structuredContent"), "outcome"), textOf(result));
    if (outcome === null) return;
    card.tell(outcome);
    if (outcome.is === "done" || outcome.is === "nothing") return;
  }
}

/** Tells the server that a view stands: until then it puts the page's address beside every card. */
async function report({ approval_id, secret }: Approval): Promise<void> {
  const host = await connection;
  if (host === null || !host.can("serverTools")) return;
  await host.call("tools/call", { name: ANSWER_TOOL, arguments: { approval_id, secret, decision: "shown" } });
}

/** A constant sentence without any data, so that the model repeats its call. False when the host did not take it. */
async function askToContinue(host: Host, words: ReturnType<typeof wordsFor>): Promise<boolean> {
  if (!host.can("message")) return false;
  try {
    const result = await host.call("ui/message", {
      role: "user",
      content: [{ type: "text", text: words.answered }],
    });
    return !isRecord(result) || result["isError"] !== true;
  } catch {
    return false;
  }
}

function onToolResult(result: unknown): void {
  const words = wordsFor(locale);
  const meta = recordIn(result, "_meta");
  const approval = recordIn(meta, APPROVAL_META);
  const shown = recordIn(meta, VIEW_META);
  const view = approval?.["view"];
  const approval_id = textIn(approval, "approval_id");
  const secret = textIn(approval, "secret");
  try {
    if (isPlanView(view) && approval_id !== null && secret !== null) {
      const own = wordsFor(view.locale);
      const asked: Approval = { approval_id, secret, page: textIn(approval, "page") };
      const card: ApprovalCard = approvalCard(view, async (decision, typed) => {
        const given = await answer(asked, decision, typed, own);
        if (given.is === "done" && decision === "approve") void follow(asked, card).catch(() => undefined);
        return given;
      });
      main.replaceChildren(card.element);
      // A host that refuses the report leaves the address beside the card; the card works without it.
      void report(asked).catch(() => undefined);
    } else if (isPlanView(shown)) {
      main.replaceChildren(previewCard(shown));
    } else if (isInvoiceView(shown?.["document"])) {
      const card = documentCard(shown["document"], {
        locale: textIn(shown, "locale") ?? "en",
        organization: textIn(shown["organization"], "name"),
        simulator: shown["simulator"] === true,
      });
      main.replaceChildren(card);
    } else {
      quiet(approval === null && shown === null ? words.nothing : words.unreadable);
    }
  } catch {
    quiet(words.unreadable);
  }
}

quiet(wordsFor(locale).loading);
connection = connect({ onContext, onToolResult, onToolCancelled: () => quiet(wordsFor(locale).nothing) });
connection.then(
  (host) => reportSize(host, main),
  () => quiet(wordsFor(locale).unreadable),
);
