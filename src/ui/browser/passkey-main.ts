import { div, element } from "./element.ts";
import { isRecord, textIn } from "./json.ts";
import { makePasskey } from "./passkey.ts";

/** The page on which an owner registers a passkey; opened from their terminal alone. Endpoints: `../page.ts`. */

const EN = {
  title: "Register a passkey",
  intro:
    "From now on this device can approve what your assistant asks for: with your fingerprint, your face or its PIN. Only go on if you started this yourself in your terminal a moment ago.",
  make: "Register this device",
  working: "Follow your device…",
  done: "Registered. You can close this tab.",
  failed: "Nothing was registered. Try again, or run the command once more.",
};
const DE: typeof EN = {
  title: "Passkey hinterlegen",
  intro:
    "Dieses Gerät kann danach freigeben, worum Ihr Assistent bittet: mit Ihrem Fingerabdruck, Ihrem Gesicht oder seiner PIN. Nur weitermachen, wenn Sie das gerade selbst in Ihrem Terminal gestartet haben.",
  make: "Dieses Gerät hinterlegen",
  working: "Bitte dem Gerät folgen…",
  done: "Hinterlegt. Sie können den Tab schließen.",
  failed: "Es wurde nichts hinterlegt. Versuchen Sie es noch einmal, oder starten Sie den Befehl neu.",
};

const words = document.documentElement.lang === "de" ? DE : EN;
const secret = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

const make = element("button", { type: "button", class: "approve" }, words.make);
const status = element("p", { class: "status-line", role: "status" });
const problem = element("p", { class: "problem", role: "alert" });
document.body.append(
  element(
    "main",
    {},
    element("h1", {}, words.title),
    element("p", { class: "intro" }, words.intro),
    div("answer", problem, div("row", status, div("buttons", make))),
  ),
);
document.title = words.title;

async function ask(path: string, body: object): Promise<unknown> {
  const response = await fetch(path, {
    method: "POST",
    headers: { accept: "application/json", "content-type": "application/json" },
    body: JSON.stringify({ secret, ...body }),
    credentials: "same-origin",
    cache: "no-store",
    redirect: "error",
  });
  return response.json();
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
      return;
    }
    said = textIn(answer, "message") ?? said;
  } catch {
    // The device or the person said no; the sentence below says what follows.
  }
  status.textContent = "";
  problem.textContent = said;
  make.disabled = false;
});
