import { element } from "./element.ts";
import { isRecord, textIn } from "./json.ts";

/** The local page's own part: signs in with the link's secret, asks for new answers, hands them to the views. */

const POLL_MS = 2_000;
const TOKEN_KEY = "pictures";

const EN = {
  title: "Pictures",
  intro: "What your assistant was answered, to look at. Nothing can be done from here.",
  link: "This link does not work any more",
  linkHint: "It works once, in one tab, for ten minutes. Ask the assistant again for a new one.",
  offline: "The server does not answer. It may have been closed; what you see stays.",
};
const DE: typeof EN = {
  title: "Ansichten",
  intro: "Was Ihr Assistent als Antwort bekam, zum Ansehen. Von hier aus lässt sich nichts tun.",
  link: "Dieser Link gilt nicht mehr",
  linkHint: "Er gilt einmal, in einem Tab, zehn Minuten lang. Bitten Sie den Assistenten um einen neuen.",
  offline: "Der Server antwortet nicht. Vielleicht wurde er beendet; was Sie sehen, bleibt.",
};
// The person's language is the server's setting, as in all answers, and stands in the page.
const words = document.documentElement.lang === "de" ? DE : EN;

const notice = element("p", { class: "quiet", role: "status" });
document.title = words.title;
document.body.prepend(
  element("header", { class: "heading" }, element("h1", {}, words.title), element("p", {}, words.intro), notice),
);

class Unauthorised extends Error {}

async function json(answer: Response): Promise<unknown> {
  if (answer.status === 401 || answer.status === 403) throw new Unauthorised();
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.json();
}

/** The link's secret is used once and leaves the address bar; a reload of this tab goes on with what it was given for it. */
async function signIn(): Promise<string> {
  const secret = location.hash.slice(1);
  history.replaceState(null, "", "/");
  if (secret !== "") {
    const headers = { "content-type": "application/json" };
    const answer = await json(
      await fetch("/session", { method: "POST", headers, body: JSON.stringify({ secret }), cache: "no-store" }),
    );
    sessionStorage.setItem(TOKEN_KEY, textIn(answer, "token") ?? "");
  }
  const token = sessionStorage.getItem(TOKEN_KEY) ?? "";
  if (token === "") throw new Unauthorised();
  return token;
}

async function run(): Promise<void> {
  try {
    const token = await signIn();
    let last = 0;
    for (;;) {
      try {
        const headers = { "x-pictures": token };
        const answer = await json(await fetch(`/pictures?after=${last}`, { headers, cache: "no-store" }));
        notice.textContent = "";
        const pictures = isRecord(answer) && Array.isArray(answer["pictures"]) ? answer["pictures"] : [];
        for (const picture of pictures.filter(isRecord)) {
          if (typeof picture["id"] !== "number") continue;
          last = Math.max(last, picture["id"]);
          window.dispatchEvent(new CustomEvent("picture", { detail: picture["result"] }));
        }
      } catch (error) {
        if (error instanceof Unauthorised) throw error;
        notice.textContent = words.offline;
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  } catch {
    sessionStorage.removeItem(TOKEN_KEY);
    notice.replaceChildren(element("strong", {}, words.link), " ", words.linkHint);
  }
}

void run();
