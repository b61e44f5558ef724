import type { InvoiceView, PlanView } from "../plan-view.ts";
import { origin } from "./document.ts";
import { div, element } from "./element.ts";
import { documentTitle, invoicePaper } from "./invoice.ts";
import { type Words, wordsFor } from "./words.ts";

export type Decision = "approve" | "decline";
export interface Answer {
  /** `refused`: the server took the answer and said no. `failed`: it is not known to have arrived. */
  readonly is: "done" | "refused" | "failed";
  /** The server's words for the person. */
  readonly message: string;
}

/** Where an approval stands. `elsewhere`: answered in another tab, used, or withdrawn because the document changed. */
export type Ending = "approved" | "declined" | "expired" | "elsewhere";

export interface ApprovalCard {
  readonly element: HTMLElement;
  /** Shows what the document is now and says that it changed. */
  replace(view: PlanView): void;
  /** Closes the card, unless an answer is under way: then that answer decides. */
  end(ending: Ending): void;
  /** What became of it, after it was approved. The same again changes nothing. */
  tell(outcome: Outcome): void;
}

/** What became of an approved act (`guard/outcome.ts`). */
export interface Outcome {
  readonly is: "waiting" | "running" | "done" | "nothing" | "unclear";
  readonly text: string;
}

const OUTCOMES = ["waiting", "running", "done", "nothing", "unclear"] as const;

/** As the server says it; `null` for anything else. */
export function outcomeOf(is: string | null, text: string | null): Outcome | null {
  const known = OUTCOMES.find((word) => word === is);
  return known === undefined || text === null ? null : { is: known, text };
}

/** A card that appears under a moving pointer must not be approved by that click. */
const ARMING_MS = 500;

let cards = 0;

/** What is said and offered beside the question. */
export interface Offered {
  /** What approving takes besides, or who asks. */
  readonly hint?: string;
  /** Somebody else approves it. */
  readonly declineOnly?: boolean;
}

/** The question, the document and, while it is open, the answers. */
export function approvalCard(
  initial: PlanView,
  decide: (decision: Decision, typed: string | undefined) => Promise<Answer>,
  { hint = "", declineOnly = false }: Offered = {},
): ApprovalCard {
  cards += 1;
  const id = `card${cards}`;
  const root = element("section", { class: "card", "aria-labelledby": `${id}-title` });
  let words = wordsFor(initial.locale);
  let view = initial;
  let ended = false;
  let shownAt = 0;
  let minuteSaid = false;
  let told = "";
  /** What the field held when a person last typed in it. */
  let typedByHand = "";
  // Disabling the button that was pressed takes the focus away from it, so where it was has to be remembered.
  let pressed = false;

  const status = element("p", { class: "status-line", role: "status" });
  const problem = element("p", { class: "problem", role: "alert" });
  const clock = element("span", { class: "clock", role: "timer", "aria-live": "off" });
  const approve = element("button", { type: "button", class: "approve" });
  const decline = element("button", { type: "button", class: "decline" });
  const typed = element("input", {
    id: `${id}-typed`,
    type: "text",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    maxlength: "100",
    "aria-describedby": `${id}-title`,
  });
  const footer = element("footer", { class: "answer" });

  const sending = () => root.dataset["state"] === "sending";
  const needsTyping = () => view.level === "typed" && !declineOnly;
  const refresh = () => {
    approve.disabled = needsTyping() && typed.value.trim() === "";
  };

  const send = async (decision: Decision, event: Event) => {
    // A script in the page can click and fill in, too; only what came from a device counts.
    if (!event.isTrusted || (decision === "approve" && typed.value !== typedByHand)) return;
    if (ended || sending() || Date.now() - shownAt < ARMING_MS) return;
    if (decision === "approve" && approve.disabled) return;
    pressed = true;
    root.dataset["state"] = "sending";
    problem.textContent = "";
    status.textContent = words.sending;
    for (const control of [approve, decline, typed]) control.disabled = true;
    let answer: Answer;
    try {
      answer = await decide(decision, decision === "approve" && needsTyping() ? typed.value : undefined);
    } catch {
      answer = { is: "failed", message: words.failed };
    }
    if (ended) return;
    if (answer.is === "done") {
      end(decision === "approve" ? "approved" : "declined", answer.message);
      return;
    }
    // Only what was typed can be put right; every other refusal means that this approval is closed.
    if (answer.is === "refused" && !(decision === "approve" && needsTyping())) {
      end("elsewhere", answer.message);
      return;
    }
    root.dataset["state"] = "pending";
    status.textContent = "";
    problem.textContent = answer.message === "" ? words.failed : answer.message;
    decline.disabled = false;
    typed.disabled = false;
    refresh();
    (needsTyping() ? typed : declineOnly ? decline : approve).focus();
  };

  const end = (ending: Ending, message?: string) => {
    if (ended) return;
    const hadFocus = pressed || root.contains(document.activeElement);
    ended = true;
    clearInterval(ticking);
    root.dataset["state"] = ending;
    const hint = {
      approved: "",
      declined: words.declinedHint,
      expired: words.expiredHint,
      elsewhere: words.elsewhereHint,
    }[ending];
    const headline = element("strong", { tabindex: "-1" }, words[ending]);
    status.replaceChildren(headline);
    const said = message ?? "";
    const repeated = `${words[ending]}. `;
    const text = said === "" ? hint : said.startsWith(repeated) ? said.slice(repeated.length) : said;
    if (text !== "") status.append(" ", element("span", {}, text));
    problem.textContent = "";
    footer.replaceChildren(status);
    fold();
    if (hadFocus) headline.focus({ preventScroll: true });
  };

  /** What was decided makes room for what was not, and can be read again. */
  const fold = () => {
    const body = root.querySelector(":scope > .body");
    if (body === null) return;
    const folded = element("details", { class: "fold" }, element("summary", {}, words.again));
    body.replaceWith(folded);
    folded.append(body);
  };

  const tell = ({ is, text }: Outcome) => {
    if (!ended || root.dataset["state"] !== "approved" || told === text) return;
    told = text;
    root.dataset["outcome"] = is;
    const headline = status.querySelector("strong") ?? element("strong", { tabindex: "-1" });
    headline.textContent = words.outcome[is];
    status.replaceChildren(headline, " ", element("span", {}, text));
  };

  const tick = () => {
    if (view.expires_at === null) return;
    const left = Math.ceil((Date.parse(view.expires_at) - Date.now()) / 1000);
    if (left <= 0) {
      end("expired");
      return;
    }
    clock.textContent = `${words.expiresIn} ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left <= 60 && !minuteSaid) {
      minuteSaid = true;
      status.textContent = words.minuteLeft;
    }
  };

  const show = () => {
    words = wordsFor(view.locale);
    root.lang = words.lang;
    root.dataset["state"] = "pending";
    shownAt = Date.now();
    approve.textContent = words.act[view.act];
    decline.textContent = words.decline;
    refresh();
    footer.replaceChildren(
      needsTyping()
        ? div(
            "typing",
            view.typed_why ? element("p", { class: "why" }, view.typed_why) : null,
            element("label", { for: typed.id }, view.typed_prompt ?? words.act[view.act]),
            typed,
          )
        : "",
      hint === "" ? "" : element("p", { class: "why" }, hint),
      problem,
      div("row", clock, status, div("buttons", decline, declineOnly ? "" : approve)),
    );
    root.replaceChildren(planHead(view, words, `${id}-title`), planBody(view, words), footer);
    tick();
  };

  approve.addEventListener("click", (event) => void send("approve", event));
  decline.addEventListener("click", (event) => void send("decline", event));
  typed.addEventListener("input", (event) => {
    if (event.isTrusted) typedByHand = typed.value;
    refresh();
  });
  // Not a form: sandboxed frames without allow-forms never submit one.
  typed.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) void send("approve", event);
  });
  const ticking = setInterval(tick, 1000);
  show();

  return {
    element: root,
    replace(next) {
      if (ended || sending()) return;
      view = next;
      typed.value = "";
      typedByHand = "";
      minuteSaid = false;
      for (const control of [decline, typed]) control.disabled = false;
      status.textContent = "";
      show();
      problem.textContent = words.changed;
    },
    end(ending) {
      if (!sending()) end(ending);
    },
    tell,
  };
}

/** A plan without a question: the preview of something that needs no answer here. */
export function previewCard(view: PlanView): HTMLElement {
  const words = wordsFor(view.locale);
  const id = "preview-title";
  return element(
    "section",
    { class: "card", lang: words.lang, "data-state": "preview", "aria-labelledby": id },
    planHead(view, words, id),
    planBody(view, words),
  );
}

function planHead(view: PlanView, words: Words, id: string): HTMLElement {
  return element(
    "header",
    { class: "top" },
    origin(view.organization.name ?? view.organization.id, view.simulator, words),
    element("h2", { id }, view.title),
  );
}

function planBody(view: PlanView, words: Words): HTMLElement {
  const list = (kind: string, title: string, items: readonly string[]) =>
    items.length === 0
      ? null
      : div(kind, element("h3", {}, title), element("ul", {}, ...items.map((item) => element("li", {}, item))));
  return div(
    "body",
    // First what a person must not miss, however long the document is.
    list("changes", words.changes, view.changes ?? []),
    list(
      "warnings important",
      words.important,
      view.warnings.filter(({ raises }) => raises).map(({ sentence }) => sentence),
    ),
    documents(view.documents, words),
    view.details.length === 0
      ? null
      : element(
          "dl",
          { class: "details", "aria-label": words.details },
          ...view.details.map((row) => div("fact", element("dt", {}, row.label), element("dd", {}, row.value))),
        ),
    list(
      "warnings",
      words.warnings,
      view.warnings.filter(({ raises }) => !raises).map(({ sentence }) => sentence),
    ),
    list("effects", words.effects, view.consequences),
  );
}

/** One document in full; several as a list whose entries open. */
function documents(views: readonly InvoiceView[], words: Words): HTMLElement | null {
  const [first, ...rest] = views;
  if (first === undefined) return null;
  if (rest.length === 0) return invoicePaper(first, words, { level: "h3", mailed: true });
  const entries = views.map((view) =>
    element(
      "li",
      {},
      element(
        "details",
        {},
        element(
          "summary",
          {},
          element("span", { class: "name" }, documentTitle(view, words)),
          element(
            "span",
            { class: "who" },
            view.customer ?? view.recipient[0] ?? "",
            view.email === null ? null : element("span", { class: "mail" }, `${words.mailedTo} ${view.email}`),
          ),
          element("span", { class: "amount" }, view.gross ?? "–"),
          view.bank_line ? bankLine(view.bank_line, words) : null,
        ),
        invoicePaper(view, words, { level: "h3", mailed: true }),
      ),
    ),
  );
  return element("ul", { class: "batch", "aria-label": words.documents }, ...entries);
}

/** The payment under its invoice; what differs is said in words, not by colour alone. */
function bankLine(line: NonNullable<InvoiceView["bank_line"]>, words: Words): HTMLElement {
  return element(
    "span",
    { class: "bank" },
    element("span", {}, `${words.paid} ${line.day}: ${line.amount}`),
    element("span", {}, line.payer),
    element("span", { class: "text" }, line.text),
    ...line.differs.map((sentence) => element("span", { class: "caution" }, `${words.differs}: ${sentence}`)),
  );
}
