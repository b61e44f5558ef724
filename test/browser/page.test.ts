import type { Browser, BrowserContext, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { cancelPlanInGerman, draft, sendPlan, typedPlan } from "../ui/views.ts";
import { flat, launchChromium } from "./chromium.ts";
import { type PageServer, startPageServer } from "./page-server.ts";

let browser: Browser;
let context: BrowserContext;
let server: PageServer;
let troubles: string[];

beforeAll(async () => {
  browser = await launchChromium();
}, 60_000);
afterAll(() => browser?.close());
beforeEach(async () => {
  troubles = [];
  server = await startPageServer();
  context = await browser.createBrowserContext();
});
afterEach(async () => {
  await context.close();
  await server.close();
});

async function visit(address: string): Promise<Page> {
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warn") troubles.push(message.text());
  });
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(server.origin) && !request.url().startsWith("data:")) troubles.push(request.url());
  });
  await page.goto(address);
  return page;
}

const armed = () => new Promise((resolve) => setTimeout(resolve, 550));
const text = (page: Page, selector = "main") =>
  page
    .evaluate(`document.querySelector(${JSON.stringify(selector)}).innerText.replaceAll("\\u00a0", " ")`)
    .then(String);
const shows = (page: Page, words: string) =>
  page.waitForFunction(`document.body.innerText.replaceAll("\\u00a0", " ").includes(${JSON.stringify(words)})`, {
    timeout: 8_000,
  });
const until = (page: Page, state: string) => page.waitForSelector(`.card[data-state="${state}"]`, { timeout: 8_000 });

describe("signing in", () => {
  it("takes the secret out of the address bar and keeps the session for a reload of the tab", async () => {
    server.approvals.set("a1", { view: sendPlan(), state: "pending" });
    const page = await visit(server.link());
    await page.waitForSelector(".card");
    expect(page.url()).toBe(`${server.origin}/`);
    expect(await page.evaluate("JSON.stringify(history.state) + location.hash + document.cookie")).toBe("null");
    await page.reload();
    await page.waitForSelector(".card");
    await armed();
    await page.click(".approve");
    await until(page, "approved");
    expect(server.answers).toEqual([{ id: "a1", body: { decision: "approve" } }]);
    expect(troubles).toEqual([]);
  });

  it("shows nothing for a wrong secret, a used link, or no secret", async () => {
    server.approvals.set("a1", { view: sendPlan(), state: "pending" });
    const used = server.link();
    const first = await visit(used);
    await first.waitForSelector(".card");
    for (const address of [`${server.origin}/#wrong`, used, server.origin]) {
      const page = await visit(address);
      await shows(page, "This link does not work any more");
      expect(await text(page)).not.toContain("Acme");
      expect(await page.$$("button")).toEqual([]);
      await page.close();
    }
    await armed();
    await first.click(".decline");
    await until(first, "declined");
  });
});

describe("deciding", () => {
  it("approves with what was typed, after a wrong try was said", async () => {
    server.approvals.set("a1", { view: typedPlan(), state: "pending", typed: "1785" });
    const page = await visit(server.link());
    await page.waitForSelector("input");
    await armed();
    await page.type("input", "1");
    await page.keyboard.press("Enter");
    await shows(page, "What was typed does not match.");
    await page.keyboard.type("785");
    await page.keyboard.press("Enter");
    await until(page, "approved");
    expect(server.answers.map((answer) => answer.body)).toEqual([
      { decision: "approve", typed: "1" },
      { decision: "approve", typed: "1785" },
    ]);
    expect(await text(page, ".answer")).toBe("Approved\nThe assistant can go on now.");
    expect(troubles).toEqual([]);
  });

  it("says in a second tab that it was answered in the first", async () => {
    server.approvals.set("a1", { view: sendPlan(), state: "pending" });
    const first = await visit(server.link());
    const second = await visit(server.link());
    await second.waitForSelector(".card");
    await armed();
    await second.click(".decline");
    await until(second, "declined");
    // The first tab's session was replaced by the second's: it ends instead of acting.
    await shows(first, "This link does not work any more");
    expect(await first.$$("button")).toEqual([]);
    expect(server.answers).toHaveLength(1);
  });

  it("closes a card that was answered, used or withdrawn elsewhere while it is open", async () => {
    server.approvals.set("a1", { view: sendPlan(), state: "pending" });
    server.approvals.set("a2", { view: sendPlan({ title: "second" }), state: "pending" });
    const page = await visit(server.link());
    await page.waitForSelector(".card");
    server.approvals.set("a1", { view: sendPlan(), state: "used" });
    server.approvals.delete("a2");
    await page.waitForFunction('document.querySelectorAll(".card[data-state=elsewhere]").length === 2');
    expect(await page.$$("button")).toEqual([]);
    expect(await text(page)).toContain("answered elsewhere, used or withdrawn");
    expect(troubles).toEqual([]);
  });

  it("lets its own answer decide when the list says first that it is over", async () => {
    let release: () => void = () => undefined;
    server.hold = new Promise((resolve) => {
      release = resolve;
    });
    server.approvals.set("a1", { view: sendPlan(), state: "pending" });
    const page = await visit(server.link());
    await page.waitForSelector(".card");
    await armed();
    await page.click(".approve");
    await until(page, "sending");
    const seen = () => page.waitForResponse((response) => new URL(response.url()).pathname === "/approvals");
    server.approvals.delete("a1");
    await seen();
    await seen();
    expect(await page.$eval(".card", (node) => node.getAttribute("data-state"))).toBe("sending");
    release();
    await until(page, "approved");
  });

  it("shows a changed document anew, drops what was typed, and keeps typing in one that did not change", async () => {
    server.approvals.set("a1", { view: typedPlan(), state: "pending" });
    const page = await visit(server.link());
    await page.waitForSelector("input");
    await page.type("input", "1,785.00");
    const polled = () => page.waitForResponse((response) => new URL(response.url()).pathname === "/approvals");
    server.approvals.set("a1", { view: typedPlan(), state: "pending" });
    await polled();
    await polled();
    const value = 'document.querySelector("input").value';
    expect(await page.evaluate(value)).toBe("1,785.00");
    const changed = typedPlan({ documents: [{ ...draft, gross: "17,850.00 EUR" }] });
    server.approvals.set("a1", { view: changed, state: "pending" });
    await shows(page, "17,850.00 EUR");
    expect(await text(page, "[role=alert]:not(:empty)")).toContain("changed while this was open");
    expect(await page.evaluate(value)).toBe("");
    expect(troubles).toEqual([]);
  });

  it("goes on after the server was away, and says so meanwhile", async () => {
    server.approvals.set("a1", { view: sendPlan(), state: "pending" });
    const page = await visit(server.link());
    await page.waitForSelector(".card");
    server.down = true;
    await shows(page, "The server does not answer.");
    await page.click(".approve");
    await shows(page, "did not arrive");
    server.down = false;
    await page.waitForFunction('!document.body.innerText.includes("The server does not answer.")');
    await page.click(".approve");
    await until(page, "approved");
    expect(server.answers).toHaveLength(1);
  });
});

describe("after the decision", () => {
  it("folds the card, leads back to the chat, and ends in what was done", async () => {
    server.approvals.set("a1", { view: sendPlan(), state: "pending" });
    const page = await visit(server.link());
    await page.waitForSelector(".card");
    await armed();
    await page.click(".approve");
    await until(page, "approved");
    server.approvals.set("a1", {
      view: sendPlan(),
      state: "approved",
      outcome: { is: "waiting", text: "Back to your chat: the assistant has to continue there." },
    });
    await shows(page, "Back to your chat");
    expect(await page.$eval(".fold", (node) => node.hasAttribute("open"))).toBe(false);
    expect(await text(page)).not.toContain("Consulting");
    server.approvals.set("a1", {
      view: sendPlan(),
      state: "used",
      outcome: { is: "done", text: "Sent: R-2026-0042, 11:00." },
    });
    await shows(page, "Sent: R-2026-0042, 11:00.");
    expect(await text(page, ".answer")).toBe("Done\nSent: R-2026-0042, 11:00.");
    await page.click(".fold summary");
    await shows(page, "Consulting");
    expect(troubles).toEqual([]);
  });

  it("says when it was not done after all", async () => {
    server.approvals.set("a1", { view: sendPlan(), state: "pending" });
    const page = await visit(server.link());
    await page.waitForSelector(".card");
    server.approvals.set("a1", {
      view: sendPlan(),
      state: "expired",
      outcome: { is: "nothing", text: "It was not done. Nothing was changed." },
    });
    await shows(page, "It was not done.");
    expect(await text(page, ".answer strong")).toBe("Not done");
  });
});

describe("on a phone", () => {
  const long = () =>
    sendPlan({ documents: [{ ...draft, lines: Array.from({ length: 40 }, () => draft.lines).flat() }] });
  const inSight = (page: Page, selector: string) =>
    page.evaluate(`(() => {
      const { top, bottom, left, right } = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect();
      return top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
    })()`);

  it("keeps the buttons in reach beside 40 lines", async () => {
    server.approvals.set("a1", { view: long(), state: "pending" });
    const page = await visit("about:blank");
    await page.setViewport({ width: 375, height: 667 });
    await page.goto(server.link());
    await page.waitForSelector(".card");
    for (const y of [0, 900, 2_000]) {
      await page.evaluate(`scrollTo(0, ${y})`);
      expect([y, await inSight(page, ".approve"), await inSight(page, ".decline")]).toEqual([y, true, true]);
    }
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(375);
  });

  it("brings a new question into sight without taking the focus, and leads to a further one", async () => {
    server.approvals.set("a1", { view: long(), state: "pending" });
    const page = await visit("about:blank");
    await page.setViewport({ width: 375, height: 667 });
    await page.goto(server.link());
    await page.waitForSelector(".card");
    const focus = await page.evaluate("document.activeElement === document.body");
    server.approvals.set("a2", { view: typedPlan(), state: "pending" });
    await page.waitForSelector(".further");
    expect(await page.evaluate("scrollY")).toBeLessThan(200);
    expect(await page.evaluate("document.activeElement === document.body")).toBe(focus);
    expect(await text(page, ".further")).toBe("Show 1 more request");
    await page.click(".further");
    await page.waitForFunction(
      "!document.querySelector('.further')?.innerText.includes('Show 1 more') || scrollY > 1000",
    );
    expect(await page.evaluate("scrollY")).toBeGreaterThan(1_000);
  });
});

describe("the list", () => {
  it("waits for requests, shows new ones above what is over, and counts them in the title", async () => {
    const page = await visit(server.link());
    await shows(page, "Nothing is waiting for you");
    server.approvals.set("a1", { view: sendPlan(), state: "pending" });
    await page.waitForSelector(".approve");
    expect(await page.title()).toBe("(1) Approvals");
    await armed();
    await page.click(".decline");
    await until(page, "declined");
    server.approvals.set("a2", { view: cancelPlanInGerman(), state: "pending" });
    await page.waitForSelector(".approve");
    expect(await page.$$eval(".card", (all) => all.map((node) => node.getAttribute("data-state")))).toEqual([
      "pending",
      "declined",
    ]);
    expect(troubles).toEqual([]);
  });

  it("gives every card its own names", async () => {
    server.approvals.set("a1", { view: typedPlan(), state: "pending" });
    server.approvals.set("a2", { view: cancelPlanInGerman(), state: "pending" });
    const page = await visit(server.link());
    await page.waitForSelector(".card + .card");
    const ids = await page.$$eval("[id]", (all) => all.map((node) => node.id));
    expect(new Set(ids).size).toBe(ids.length);
    const nodes = flat(await page.accessibility.snapshot({ interestingOnly: false }));
    const named = (role: string) => nodes.filter((node) => node.role === role).map((node) => node.name);
    expect(named("textbox")).toEqual([
      "Type the gross amount 1,785.00 to approve",
      "Zum Freigeben die letzten vier Zeichen der Nummer eingeben: 0042",
    ]);
    expect(named("region")).toEqual([
      'Send 1,785.00\u00a0EUR to "Acme Inc"?',
      "Rechnung RE-2026-0042 über 1.999,00\u00a0EUR stornieren?",
    ]);
    expect(named("heading")).toContain("Approvals");
  });

  it("keeps hostile text as text, and its policy stops what would be injected", async () => {
    const hostile = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
    server.approvals.set("a1", { view: sendPlan({ title: hostile, consequences: [hostile] }), state: "pending" });
    const page = await visit(server.link());
    await page.waitForSelector(".card");
    expect(await page.$$("main img, main script")).toEqual([]);
    expect(await text(page)).toContain(hostile);
    expect(troubles).toEqual([]);
    const injected = `(() => {
      const attempt = (act) => { try { act(); return "done"; } catch (error) { return error.name; } };
      const script = document.createElement("script");
      return [
        attempt(() => { document.body.innerHTML = "<b>x</b>"; }),
        attempt(() => { script.textContent = "document.title = 'script'"; document.body.append(script); }),
        attempt(() => { document.body.insertAdjacentHTML("beforeend", "<i>x</i>"); }),
      ];
    })()`;
    expect(await page.evaluate(injected)).toEqual(["TypeError", "TypeError", "TypeError"]);
    expect(await page.evaluate('fetch("http://127.0.0.1:9/").then(() => "sent", () => "blocked")')).toBe("blocked");
    expect(await page.title()).toBe("(1) Approvals");
    expect(await page.$$("main i, main b")).toEqual([]);
  });
});
