import type { Browser, BrowserContext, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { systemClock } from "../../src/domain/clock.ts";
import { createPicturesPage, type PicturesPage } from "../../src/pictures/page.ts";
import { billing, operations, receivables } from "../ui/view-data.ts";
import { findings } from "./axe.ts";
import { launchChromium } from "./chromium.ts";

/** The local page of pictures in a real browser, opened by its link. */

let browser: Browser;
let context: BrowserContext;
let pictures: PicturesPage;
let troubles: string[];

beforeAll(async () => {
  browser = await launchChromium();
}, 60_000);
afterAll(() => browser?.close());
beforeEach(async () => {
  troubles = [];
  pictures = createPicturesPage(systemClock, "en");
  context = await browser.createBrowserContext();
});
afterEach(async () => {
  await context.close();
  await pictures.close();
  expect(troubles).toEqual([]);
});

async function open(link: string | null, width = 1_200): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/40[13]/.test(message.text())) troubles.push(message.text());
  });
  await page.setViewport({ width, height: 900 });
  await page.goto(link ?? "");
  return page;
}

const keep = (result: object) => pictures.keep(JSON.parse(JSON.stringify(result)));
const titles = (page: Page) => page.$$eval("main h2", (all) => all.map((node) => node.textContent));
const says = (page: Page, sentence: string) =>
  page.waitForFunction(`document.body.innerText.includes(${JSON.stringify(sentence)})`);

it("shows what was answered before and what comes after, the newest on top, and goes on after a reload", async () => {
  keep(receivables("en"));
  keep({ content: [], structuredContent: {}, _meta: {} });
  const page = await open(await pictures.link());
  await page.waitForSelector("main .card");
  // The secret is gone from the address and the history.
  expect(new URL(page.url()).hash).toBe("");
  keep(billing("en"));
  await page.waitForFunction("document.querySelectorAll('main .card').length === 2");
  expect(await titles(page)).toEqual(["21,557.60\u00a0EUR billed", "8,423.15\u00a0EUR and 90.00\u00a0CHF open"]);
  await page.reload();
  await page.waitForFunction("document.querySelectorAll('main .card').length === 2");
  expect(await page.$$("button, input, form, a")).toEqual([]);
});

it("says so in a second tab of the same link, and when the server is gone", async () => {
  keep(operations("en"));
  const link = await pictures.link();
  const page = await open(link);
  await page.waitForSelector("main .card");
  const second = await open(link);
  await says(second, "This link does not work any more");
  expect(await second.$$("main .card")).toEqual([]);
  await pictures.close();
  await says(page, "what you see stays");
  expect(await page.$$("main .card")).toHaveLength(1);
  troubles = troubles.filter((trouble) => !/ERR_CONNECTION|ERR_EMPTY/.test(trouble));
});

it("speaks the language of the answers, whatever the browser's is", async () => {
  await pictures.close();
  pictures = createPicturesPage(systemClock, "de");
  const page = await open(await pictures.link());
  await says(page, "Von hier aus lässt sich nichts tun.");
  expect(await page.$eval("html", (node) => node.getAttribute("lang"))).toBe("de");
});

it("is readable for everybody: axe, keyboard, phone, dark", async () => {
  keep(receivables("de"));
  const page = await open(await pictures.link(), 375);
  await page.waitForSelector("main .card");
  expect(await findings(page.mainFrame())).toEqual([]);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(375);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
  expect(await findings(page.mainFrame())).toEqual([]);
  await page.keyboard.press("Tab");
  expect(await page.evaluate("document.activeElement.tagName")).toBe("SUMMARY");
});
