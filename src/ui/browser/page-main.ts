import type { PlanView } from "../../guard/view.ts";
import { type Answer, type ApprovalCard, approvalCard, type Decision } from "./approval.ts";
import { div, element } from "./element.ts";
import { isPlanView, isRecord, textIn } from "./json.ts";
import { pageWordsFor } from "./page-words.ts";

/** The approval page. The endpoints it speaks to are described in `../page.ts`. */

const POLL_MS = 1500;
const CSRF_KEY = "invoicing-csrf";

interface Entry {
  readonly id: string;
  readonly view: PlanView;
  readonly state: string;
}
interface Shown {
  readonly card: ApprovalCard;
  content: string;
}

/** The browser's language, until a question says which one its person reads. */
let words = pageWordsFor(navigator.language);
const heading = element("h1", {}, words.title);
const intro = element("p", { class: "intro" }, words.intro);
const notice = element("p", { class: "problem", role: "alert" });
const count = element("p", { class: "hidden", role: "status" });
const list = div("list");
const empty = div("empty", element("strong", {}, words.none), element("span", {}, words.noneHint));
document.body.append(element("main", {}, heading, intro, notice, count, list));
document.documentElement.lang = words.lang;
document.title = words.title;

function speak(locale: string): void {
  words = pageWordsFor(locale);
  document.documentElement.lang = words.lang;
  heading.textContent = words.title;
  intro.textContent = words.intro;
  empty.replaceChildren(element("strong", {}, words.none), element("span", {}, words.noneHint));
}

const shown = new Map<string, Shown>();
let csrf = "";

class Unauthorised extends Error {}

async function ask(method: "GET" | "POST", path: string, body?: object): Promise<unknown> {
  const response = await fetch(path, {
    method,
    headers: {
      accept: "application/json",
      ...(csrf === "" ? {} : { "x-csrf": csrf }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    credentials: "same-origin",
    cache: "no-store",
    redirect: "error",
  });
  if (response.status === 401 || response.status === 403) throw new Unauthorised();
  return response.json();
}

/** The one-time secret is taken out of the address bar before anything else happens. */
async function signIn(): Promise<void> {
  const secret = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  if (secret !== "") {
    csrf = textIn(await ask("POST", "session", { secret }), "csrf") ?? "";
    sessionStorage.setItem(CSRF_KEY, csrf);
  } else {
    csrf = sessionStorage.getItem(CSRF_KEY) ?? "";
  }
  if (csrf === "") throw new Unauthorised();
}

async function decide(id: string, decision: Decision, typed: string | undefined): Promise<Answer> {
  const answer = await ask("POST", `approvals/${encodeURIComponent(id)}`, {
    decision,
    ...(typed === undefined ? {} : { typed }),
  });
  const ok = isRecord(answer) ? answer["ok"] : null;
  return { is: ok === true ? "done" : ok === false ? "refused" : "failed", message: textIn(answer, "message") ?? "" };
}

function entriesOf(answer: unknown): readonly Entry[] {
  const all = isRecord(answer) ? answer["approvals"] : null;
  if (!Array.isArray(all)) throw new TypeError("no list");
  return all.flatMap((item: unknown) => {
    const id = textIn(item, "id");
    const view = isRecord(item) ? item["view"] : null;
    return id !== null && isPlanView(view) ? [{ id, view, state: textIn(item, "state") ?? "pending" }] : [];
  });
}

/** A card is only touched when its own content changed: what a person is typing stays. */
function show(entries: readonly Entry[]): void {
  const open = entries.filter((entry) => entry.state === "pending");
  const locale = open[0]?.view.locale;
  if (locale !== undefined && pageWordsFor(locale) !== words) speak(locale);
  // First what is over, so that what takes its place is not put below it.
  const states = new Map(entries.map((entry) => [entry.id, entry.state]));
  for (const [id, { card }] of shown) {
    const state = states.get(id);
    if (state === "approved" || state === "declined" || state === "expired") card.end(state);
    else if (state !== "pending") card.end("elsewhere");
  }
  for (const { id, view } of open) {
    const content = JSON.stringify({ ...view, expires_at: null });
    const known = shown.get(id);
    if (known === undefined) {
      const card = approvalCard(view, (decision, typed) => decide(id, decision, typed));
      // Below what is open, so that nothing moves under the pointer; else above what is over.
      const last = [...list.querySelectorAll('[data-state="pending"], [data-state="sending"]')].at(-1);
      if (last === undefined) list.prepend(card.element);
      else last.after(card.element);
      shown.set(id, { card, content });
    } else if (known.content !== content) {
      known.content = content;
      known.card.replace(view);
    }
  }
  if (shown.size === 0) list.replaceChildren(empty);
  else empty.remove();
  const said = open.length === 0 ? words.none : words.waiting(open.length);
  if (count.textContent !== said) count.textContent = said;
  document.title = open.length === 0 ? words.title : `(${open.length}) ${words.title}`;
}

function close(): void {
  sessionStorage.removeItem(CSRF_KEY);
  notice.textContent = "";
  count.textContent = words.link;
  for (const { card } of shown.values()) card.end("elsewhere");
  if (shown.size === 0) intro.remove();
  list.replaceChildren(
    ...[...shown.values()].map(({ card }) => card.element),
    div("empty", element("strong", {}, words.link), element("span", {}, words.linkHint)),
  );
  document.title = words.title;
}

async function run(): Promise<void> {
  try {
    await signIn();
    for (;;) {
      try {
        show(entriesOf(await ask("GET", "approvals")));
        notice.textContent = "";
      } catch (error) {
        if (error instanceof Unauthorised) throw error;
        if (notice.textContent === "") notice.textContent = words.offline;
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  } catch {
    close();
  }
}

void run();
