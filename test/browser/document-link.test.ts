import { createServer, type Server } from "node:http";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { createBrowserLinks } from "../../src/documents/browser-links.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { launchChromium } from "./chromium.ts";

/** The address of a document in a real browser, which says by itself who asks for it and how. */

const PDF = Buffer.from(
  "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>",
);
const INVOICE = { stem: "invoice-RE-2026-0042", extension: "pdf" } as const;

let browser: Browser;
let page: Page;
let site: Server;
let links: ReturnType<typeof createBrowserLinks>;
/** What a page of another origin holds. */
let html = "";

beforeAll(async () => {
  browser = await launchChromium();
  site = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end(html));
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
}, 60_000);
afterAll(async () => {
  await browser?.close();
  site?.close();
});
beforeEach(async () => {
  links = createBrowserLinks(systemClock);
  page = await browser.newPage();
});
afterEach(async () => {
  await page.close();
  await links.close();
});

/** Goes there; a browser without a viewer saves the file instead, which ends the going. */
async function statusOf(link: string, go: () => Promise<unknown>): Promise<{ status: number; type: string }> {
  const answered = page.waitForResponse((response) => response.url() === link);
  await go().catch(() => {});
  const response = await answered;
  return { status: response.status(), type: response.headers()["content-type"] ?? "" };
}

const address = () => {
  const at = site.address();
  return `http://127.0.0.1:${typeof at === "object" && at !== null ? at.port : 0}/`;
};

it("opens once, and says so the second time", async () => {
  const link = await links.link(INVOICE, PDF);
  expect(await statusOf(link, () => page.goto(link))).toEqual({ status: 200, type: "application/pdf" });
  expect(await statusOf(link, () => page.goto(link))).toMatchObject({ status: 410 });
  expect(await page.$eval("body", (body) => body.textContent)).toContain("Diese Adresse wurde schon benutzt");
});

it("opens from a link in a chat of another site", async () => {
  const link = await links.link(INVOICE, PDF);
  html = `<a href="${link}">PDF</a>`;
  await page.goto(address());
  expect(await statusOf(link, () => page.click("a"))).toEqual({ status: 200, type: "application/pdf" });
});

it("is neither shown nor read nor used up by a page of another site that knows it", async () => {
  const link = await links.link(INVOICE, PDF);
  html = `<iframe src="${link}"></iframe><img src="${link}"><object data="${link}"></object><script src="${link}"></script>`;
  const statuses: number[] = [];
  let asked = 0;
  page.on("request", (request) => {
    if (request.url() === link) asked += 1;
  });
  page.on("response", (response) => {
    if (response.url() === link) statuses.push(response.status());
  });
  await page.goto(address(), { waitUntil: "networkidle0" });
  const read = await page.evaluate((url) => fetch(url, { mode: "no-cors" }).then(String, String), link);
  expect(read).not.toContain("%PDF");
  expect(asked).toBeGreaterThan(2);
  // Some answers the browser keeps even from us.
  expect(new Set(statuses)).toEqual(new Set([403]));
  expect((await statusOf(link, () => page.goto(link))).status).toBe(200);
});
