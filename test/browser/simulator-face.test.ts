import type { Browser, BrowserContext, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { findings } from "./axe.ts";
import { launchChromium } from "./chromium.ts";

/** The simulator's pages in a real browser: what a person in doubt sees. */

const NOW = Date.parse("2026-03-10T09:00:00Z");
let browser: Browser;
let context: BrowserContext;
let simulator: RunningSimulator;
let troubles: string[];

beforeAll(async () => {
  browser = await launchChromium();
}, 60_000);
afterAll(() => browser?.close());
beforeEach(async () => {
  troubles = [];
  simulator = await startSimulator({ now: () => NOW });
  context = await browser.createBrowserContext();
});
afterEach(async () => {
  await context.close();
  await simulator.close();
  expect(troubles).toEqual([]);
});

async function open(path: string, { width = 1_200, language = "en-GB" } = {}): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warn") troubles.push(message.text());
  });
  await page.setViewport({ width, height: 900 });
  await page.setExtraHTTPHeaders({ "accept-language": language });
  await page.goto(`${simulator.url}/_simulator${path}`);
  return page;
}

async function api(method: string, path: string, attributes?: object): Promise<Response> {
  const type = "application/vnd.api+json";
  const answer = await fetch(`${simulator.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${simulator.token}`, accept: type, "content-type": type },
    ...(attributes === undefined ? {} : { body: JSON.stringify({ data: { type: "invoices", attributes } }) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
  return answer;
}

const says = (page: Page, words: string) =>
  page.waitForFunction(
    `document.querySelector("main").innerText.replaceAll("\\u00a0", " ").includes(${JSON.stringify(words)})`,
  );

/** The address of the first row that fits. */
async function firstLink(path: string, fits = ""): Promise<string> {
  const page = await open(path);
  const hrefs = await page.$$eval("tbody tr", (rows) =>
    rows.map((row) => [row.textContent ?? "", row.querySelector("a")?.getAttribute("href") ?? ""] as const),
  );
  await page.close();
  const [, href = ""] = hrefs.find(([text]) => text.includes(fits)) ?? [];
  return href.replace("/_simulator", "");
}

/** A draft that can be sent. */
const draft = () => firstLink("/invoices?state=draft", "166.60");

describe("the simulator's face", () => {
  it("shows an invoice as a document, and live what becomes of it: number, state, mail", async () => {
    const path = await draft();
    const page = await open(path);
    await says(page, "Lindenstraße 14");
    await says(page, "Gross total");
    await says(page, "No e-mail went out.");
    await api("POST", `${path}/send`);
    await says(page, "RE-2026-");
    await says(page, "invoice.sent");
    await page.click("details summary");
    const [mail] = simulator.outbox();
    await says(page, mail?.subject ?? "none");
    await says(page, (mail?.text ?? "none").split("\n")[0] ?? "none");
    // What is open stays open when the page changes.
    await api("POST", `${path}/cancel`);
    await says(page, "cancelled");
    expect(await page.$$("details[open]")).not.toEqual([]);
  });

  it("sets switches, faults and the clock, by keyboard, and says what is set", async () => {
    const page = await open("/workings");
    await page.select("#switch-void_status", "canceled");
    await says(page, "changed");
    expect(await (await fetch(`${simulator.url}/_simulator/switches`)).json()).toMatchObject({
      void_status: "canceled",
    });
    await page.focus("button[data-path=faults]");
    await page.keyboard.press("Enter");
    await says(page, "reset_after");
    const path = await draft();
    await expect(api("POST", `${path}/send`)).rejects.toThrow();
    await says(page, "No fault is set.");
    expect(simulator.outbox()).toHaveLength(1);
    await page.click("button[data-path=clock]");
    await page.waitForFunction("document.querySelector('#clock').innerText.includes('11 Mar 2026')");
  });

  it("finds invoices and customers", async () => {
    const page = await open("/invoices");
    const all = (await page.$$("tbody tr")).length;
    await page.select("#state", "overdue");
    await Promise.all([page.waitForNavigation(), page.click("form button")]);
    const late = await page.$$eval("tbody .state", (marks) => marks.map((mark) => mark.textContent));
    expect(new Set(late)).toEqual(new Set(["overdue"]));
    expect(late.length).toBeLessThan(all);
    const name = await page.$eval("tbody tr td:nth-child(2)", (cell) => cell.textContent ?? "");
    await page.type("#search", name);
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    expect((await page.$$("tbody tr")).length).toBeGreaterThan(0);
  });

  it("is readable for everybody: axe, phone, dark, twice the size", async () => {
    const [invoice, customer] = [await draft(), await firstLink("/customers")];
    await api("POST", `${invoice}/send`);
    for (const path of ["", "/invoices", invoice, "/customers", customer, "/mails", "/workings"]) {
      for (const [width, scheme, language] of [
        [1_200, "light", "en-GB"],
        [375, "dark", "de-DE"],
      ] as const) {
        const page = await open(path, { width, language });
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
        expect(await findings(page.mainFrame()), path).toEqual([]);
        expect(await page.evaluate("document.documentElement.scrollWidth"), path).toBe(width);
        await page.evaluate("document.documentElement.style.fontSize = '30px'");
        expect(await page.evaluate("document.documentElement.scrollWidth"), `${path} doubled`).toBeLessThanOrEqual(
          width,
        );
        await page.close();
      }
    }
  }, 60_000);

  it("keeps hostile text as text, also when it comes in live", async () => {
    const hostile = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
    const page = await open("/invoices");
    const { title } = Object(await page.evaluate("({ title: document.title })"));
    await api("POST", "/invoices", { currency: "EUR", recipient: hostile, notes: `${hostile} ${"W".repeat(400)}` });
    await says(page, "<img src=x");
    expect(await page.$$("main img, main script")).toEqual([]);
    expect(await page.evaluate("document.title")).toBe(title);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(1_200);
  });
});
