import type { PlanView } from "../plan-view.ts";
import {
  type Answer,
  type ApprovalCard,
  approvalCard,
  type Decision,
  type Ending,
  type Outcome,
  outcomeOf,
} from "./approval.ts";
import { div, element } from "./element.ts";
import { isPlanView, isRecord, recordIn, textIn } from "./json.ts";
import { pageWordsFor } from "./page-words.ts";
import { signWithPasskey } from "./passkey.ts";

/** The approval page. The endpoints it speaks to are described in `../page.ts`. */

const POLL_MS = 1500;
const MAX_FOLLOWED = 20;
const CSRF_KEY = "invoicing-csrf";

interface Entry {
  readonly id: string;
  readonly state: string;
  /** Of what is asked. */
  readonly view: PlanView | null;
  /** Only a passkey approves it. */
  readonly passkey: boolean;
  /** Only somebody else approves it. */
  readonly declineOnly: boolean;
  /** Who asks, where that is somebody else. */
  readonly askedBy: string | null;
  /** Of what was approved. */
  readonly outcome: Outcome | null;
}
interface Shown {
  readonly card: ApprovalCard;
  content: string;
  /** What became of it is known. */
  over: boolean;
}

/** The server's setting, until a question says which language its person reads. */
let words = pageWordsFor(document.documentElement.lang);
const heading = element("h1", {}, words.title);
const intro = element("p", { class: "intro" }, words.intro);
const notice = element("p", { class: "problem", role: "alert" });
const count = element("p", { class: "hidden", role: "status" });
const list = div("list");
const empty = div("empty", element("strong", {}, words.none), element("span", {}, words.noneHint));
/** Leads to what waits out of sight; there only while something does. */
const further = element("button", { type: "button", class: "further" });
document.body.append(element("main", {}, heading, intro, notice, count, list));
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

async function decide(
  { id, passkey }: Pick<Entry, "id" | "passkey">,
  decision: Decision,
  typed: string | undefined,
): Promise<Answer> {
  const path = `approvals/${encodeURIComponent(id)}`;
  const given = typed === undefined ? {} : { typed };
  let signed: object = {};
  if (passkey && decision === "approve") {
    const asked = await ask("POST", `${path}/passkey`, given);
    if (!isRecord(asked) || asked["ok"] !== true) return { is: "failed", message: textIn(asked, "message") ?? "" };
    try {
      signed = { assertion: await signWithPasskey(asked["options"]) };
    } catch {
      return { is: "failed", message: words.noSignature };
    }
  }
  const answer = await ask("POST", path, { decision, ...given, ...signed });
  const ok = isRecord(answer) ? answer["ok"] : null;
  const message = textIn(answer, "message") ?? "";
  if (ok === true) return { is: "done", message };
  // What a passkey did not sign can be signed again; the list closes what is over.
  return { is: ok === false && !("assertion" in signed) ? "refused" : "failed", message };
}

function entriesOf(answer: unknown): readonly Entry[] {
  const all = isRecord(answer) ? answer["approvals"] : null;
  if (!Array.isArray(all)) throw new TypeError("no list");
  return all.flatMap((item: unknown) => {
    const id = textIn(item, "id");
    const given = isRecord(item) ? item["view"] : null;
    const view = isPlanView(given) ? given : null;
    const state = textIn(item, "state") ?? "pending";
    if (id === null || (state === "pending" && view === null)) return [];
    const says = (field: string) => isRecord(item) && item[field] === true;
    return [
      {
        id,
        state,
        view,
        passkey: says("passkey"),
        declineOnly: says("decline_only"),
        askedBy: textIn(item, "asked_by"),
        outcome: outcomeIn(item),
      },
    ];
  });
}

function outcomeIn(item: unknown): Outcome | null {
  const outcome = recordIn(item, "outcome");
  return outcomeOf(textIn(outcome, "is"), textIn(outcome, "text"));
}

/** The states of an approval as its card ends in them. */
function endingOf({ state, outcome }: Entry): Ending {
  if (state === "approved" || state === "declined") return state;
  // Used or lapsed after it was approved: the outcome says the rest.
  if (outcome !== null) return "approved";
  return "elsewhere";
}

/** Nothing more can become of it. */
function isOver({ state, outcome }: Entry): boolean {
  if (outcome === null) return state !== "approved" && state !== "used";
  return outcome.is === "done" || outcome.is === "nothing";
}

/** What the server is asked for besides what waits: any instance of it may answer, and none remembers what was shown. */
function listPath(): string {
  const open = [...shown].filter(([, { over }]) => !over).map(([id]) => id);
  return `approvals?follow=${open.slice(-MAX_FOLLOWED).join(",")}&lang=${words.lang}`;
}

/** A card is only touched when its own content changed: what a person is typing stays. */
function show(entries: readonly Entry[]): void {
  const open = entries.flatMap(({ view, ...entry }) =>
    entry.state === "pending" && view !== null ? [{ ...entry, view }] : [],
  );
  const locale = open[0]?.view.locale;
  if (locale !== undefined && pageWordsFor(locale) !== words) speak(locale);
  // First what is over, so that what takes its place is not put below it.
  const found = new Map(entries.map((entry) => [entry.id, entry]));
  for (const [id, one] of shown) {
    const { card } = one;
    const entry = found.get(id);
    if (entry?.state === "pending") continue;
    if (one.over) continue;
    card.end(entry === undefined ? "elsewhere" : endingOf(entry));
    if (entry?.outcome) card.tell(entry.outcome);
    one.over = entry === undefined || isOver(entry);
  }
  const wasAsking = pendingCards().length > 0;
  let fresh: HTMLElement | null = null;
  for (const { id, view, passkey, declineOnly, askedBy } of open) {
    const content = JSON.stringify({ ...view, expires_at: null });
    const known = shown.get(id);
    if (known === undefined) {
      const card = approvalCard(view, (decision, typed) => decide({ id, passkey }, decision, typed), {
        hint: hintOf({ passkey, declineOnly, askedBy }, pageWordsFor(view.locale)),
        declineOnly,
      });
      // Below what is open, so that nothing moves under the pointer; else above what is over.
      const last = pendingCards().at(-1);
      if (last === undefined) list.prepend(card.element);
      else last.after(card.element);
      shown.set(id, { card, content, over: false });
      fresh ??= card.element;
    } else if (known.content !== content) {
      known.content = content;
      known.card.replace(view);
    }
  }
  if (shown.size === 0) list.replaceChildren(empty);
  else empty.remove();
  // Nobody is reading another question: the new one comes into sight, and the focus stays where it is.
  if (fresh !== null && !wasAsking) fresh.scrollIntoView({ block: "start" });
  const said = open.length === 0 ? words.none : words.waiting(open.length);
  if (count.textContent !== said) count.textContent = said;
  document.title = open.length === 0 ? words.title : `(${open.length}) ${words.title}`;
  showFurther();
}

function hintOf(
  { passkey, declineOnly, askedBy }: Pick<Entry, "passkey" | "declineOnly" | "askedBy">,
  said: typeof words,
): string {
  if (declineOnly) return said.byAnother;
  const parts = [askedBy === null ? "" : said.askedBy(askedBy), passkey ? said.passkey : ""];
  return parts.filter((part) => part !== "").join(" ");
}

function pendingCards(): readonly HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>('[data-state="pending"], [data-state="sending"]')];
}

/** Questions of which nothing can be seen. */
function outOfSight(): readonly HTMLElement[] {
  return pendingCards().filter((card) => {
    const { top, bottom } = card.getBoundingClientRect();
    return bottom < 0 || top > window.innerHeight - 80;
  });
}

function showFurther(): void {
  const hidden = outOfSight();
  if (hidden.length === 0) {
    further.remove();
    return;
  }
  const said = words.further(hidden.length);
  if (further.textContent !== said) further.textContent = said;
  if (!further.isConnected) document.body.append(further);
}
further.addEventListener("click", () => outOfSight()[0]?.scrollIntoView({ block: "start" }));
window.addEventListener("scroll", showFurther, { passive: true });
window.addEventListener("resize", showFurther);

function close(): void {
  sessionStorage.removeItem(CSRF_KEY);
  notice.textContent = "";
  further.remove();
  const { signIn: signInAt } = document.body.dataset;
  const said = signInAt === undefined ? words.link : words.over;
  count.textContent = said;
  for (const { card } of shown.values()) card.end("elsewhere");
  if (shown.size === 0) intro.remove();
  list.replaceChildren(
    ...[...shown.values()].map(({ card }) => card.element),
    signInAt === undefined
      ? div("empty", element("strong", {}, said), element("span", {}, words.linkHint))
      : div(
          "empty",
          element("strong", {}, said),
          element("span", {}, `${words.overHint} `),
          element("a", { href: signInAt }, words.signInAgain),
        ),
  );
  document.title = words.title;
}

async function run(): Promise<void> {
  try {
    await signIn();
    for (;;) {
      try {
        show(entriesOf(await ask("GET", listPath())));
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
