import { div, element } from "./element.ts";
import { isRecord, textIn } from "./json.ts";
import { makePasskey } from "./passkey.ts";

/**
 * The page on which a person registers a passkey: opened from the owner's terminal with a secret, or behind a sign-in.
 * Endpoints: `../page.ts`.
 */

const EN = {
  title: "Register a passkey",
  intro:
    "From now on this device can approve what your assistant asks for: with your fingerprint, your face or its PIN. Only go on if you started this yourself a moment ago.",
  make: "Register this device",
  working: "Follow your device…",
  done: "Registered. You can close this tab.",
  failed: "Nothing was registered. Try again, or start it once more.",
  registered: "Registered devices",
  since: (name: string) => `since ${name}`,
  used: (day: string) => `last used on ${day}`,
  remove: "Remove",
  removed: "Removed. This device approves nothing any more.",
  notRemoved: "Nothing was removed. Try again, or start it once more.",
};
const DE: typeof EN = {
  title: "Passkey hinterlegen",
  intro:
    "Dieses Gerät kann danach freigeben, worum Ihr Assistent bittet: mit Ihrem Fingerabdruck, Ihrem Gesicht oder seiner PIN. Nur weitermachen, wenn Sie das gerade selbst gestartet haben.",
  make: "Dieses Gerät hinterlegen",
  working: "Bitte dem Gerät folgen…",
  done: "Hinterlegt. Sie können den Tab schließen.",
  failed: "Es wurde nichts hinterlegt. Versuchen Sie es noch einmal, oder starten Sie es neu.",
  registered: "Hinterlegte Geräte",
  since: (name) => `seit ${name}`,
  used: (day) => `zuletzt benutzt am ${day}`,
  remove: "Entfernen",
  removed: "Entfernt. Dieses Gerät gibt nichts mehr frei.",
  notRemoved: "Es wurde nichts entfernt. Versuchen Sie es noch einmal, oder starten Sie es neu.",
};

const words = document.documentElement.lang === "de" ? DE : EN;
const secret = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
/** Behind a sign-in a cookie says who it is; a token that other sites cannot know goes along. */
const isSignedIn = secret === "signed-in";
let csrf = "";

const make = element("button", { type: "button", class: "approve" }, words.make);
const status = element("p", { class: "status-line", role: "status" });
const problem = element("p", { class: "problem", role: "alert" });
const own = div("list");
document.body.append(
  element(
    "main",
    {},
    element("h1", {}, words.title),
    element("p", { class: "intro" }, words.intro),
    div("answer", problem, div("row", status, div("buttons", make))),
    own,
  ),
);
document.title = words.title;

async function send(method: "GET" | "POST", path: string, body?: object): Promise<unknown> {
  const response = await fetch(path, {
    method,
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(csrf === "" ? {} : { "x-csrf": csrf }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    credentials: "same-origin",
    cache: "no-store",
    redirect: "error",
  });
  return response.json();
}

async function ask(path: string, body: object): Promise<unknown> {
  if (!isSignedIn) return send("POST", path, { secret, ...body });
  csrf ||= textIn(await send("POST", "session", {}), "csrf") ?? "";
  return send("POST", path, body);
}

/** What is registered already, to be removed when a device was lost. */
async function showOwn(): Promise<void> {
  if (!isSignedIn) return;
  csrf ||= textIn(await send("POST", "session", {}), "csrf") ?? "";
  const answer = await send("GET", "passkeys");
  const all: unknown = isRecord(answer) ? answer["passkeys"] : null;
  if (!Array.isArray(all) || all.length === 0) return own.replaceChildren();
  own.replaceChildren(element("h2", {}, words.registered), element("ul", {}, ...all.map(entry)));
}

function entry(passkey: unknown): HTMLElement {
  const usedAt = isRecord(passkey) ? passkey["used_at"] : null;
  const used =
    typeof usedAt === "number"
      ? `, ${words.used(new Date(usedAt).toLocaleDateString(words === DE ? "de" : "en-GB"))}`
      : "";
  const remove = element("button", { type: "button", class: "decline" }, words.remove);
  remove.addEventListener("click", async (event) => {
    if (!event.isTrusted) return;
    problem.textContent = "";
    const answer = await ask("passkeys/remove", { id: textIn(passkey, "id") ?? "" }).catch(() => null);
    const isRemoved = isRecord(answer) && answer["ok"] === true;
    status.textContent = isRemoved ? words.removed : "";
    problem.textContent = isRemoved ? "" : words.notRemoved;
    if (isRemoved) await showOwn().catch(() => undefined);
  });
  return element("li", {}, `${words.since(textIn(passkey, "name") ?? "")}${used} `, remove);
}

make.addEventListener("click", async (event) => {
  if (!event.isTrusted) return;
  make.disabled = true;
  problem.textContent = "";
  status.textContent = words.working;
  let said = words.failed;
  try {
    const asked = await ask("passkey/options", {});
    const attestation = await makePasskey(isRecord(asked) ? asked["options"] : null);
    const answer = await ask("passkey", { attestation });
    if (isRecord(answer) && answer["ok"] === true) {
      status.textContent = words.done;
      make.remove();
      await showOwn().catch(() => undefined);
      return;
    }
    // A refusal of the page as such says nothing about passkeys.
    said = isSignedIn ? words.failed : (textIn(answer, "message") ?? said);
  } catch {
    // The device or the person said no; the sentence below says what follows.
  }
  status.textContent = "";
  problem.textContent = said;
  make.disabled = false;
});

void showOwn().catch(() => undefined);
