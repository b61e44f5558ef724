import type { Browser, BrowserContext, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { systemClock } from "../../src/domain/clock.ts";
import { decimal } from "../../src/domain/money.ts";
import { type ApprovalPage, createApprovalPage } from "../../src/guard/channels/page.ts";
import { createGuard } from "../../src/guard/guard.ts";
import { defaultPolicy } from "../../src/guard/policy.ts";
import type { Guard, Plan } from "../../src/guard/port.ts";
import type { Ledger } from "../../src/journal/ledger.ts";
import { openStore } from "../../src/store/open.ts";
import { asker, invoice, PRINCIPAL, SUBJECT, sendPlan, typedPlan } from "../guard/setup.ts";
import { approvalResult, type CardHost, startCardHost } from "./card-host.ts";
import { launchChromium } from "./chromium.ts";

/** The real guard on a real store, answered by a person's clicks: on its own page and on the card. */

let browser: Browser;
let cards: CardHost;
let context: BrowserContext;
let store: Ledger;
let approvals: ApprovalPage;
let guard: Guard;
let links: string[];

beforeAll(async () => {
  [browser, cards] = await Promise.all([launchChromium(), startCardHost()]);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await cards?.close();
});
beforeEach(async () => {
  links = [];
  store = openStore(":memory:");
  const desk = { store: store.approvals, clock: systemClock, policy: defaultPolicy };
  approvals = createApprovalPage({
    scope: {},
    ...desk,
    openBrowser: async (link) => {
      links.push(link);
      return true;
    },
    locale: "en",
    timeZone: "Europe/Berlin",
    log: () => undefined,
  });
  guard = createGuard({
    ...desk,
    confirm: "auto",
    page: approvals,
    terminalCommand: null,
    locale: "en",
    timeZone: "Europe/Berlin",
    log: () => undefined,
  });
  context = await browser.createBrowserContext();
});
afterEach(async () => {
  await context.close();
  await approvals.close();
  await store.close();
});

const authorise = (plan: Plan, client: { form?: boolean; apps?: boolean } = {}) =>
  guard.authorise({
    plan,
    subject: SUBJECT,
    principal: PRINCIPAL,
    asker: asker(undefined, { form: false, apps: false, ...client }),
  });
const armed = () => new Promise((resolve) => setTimeout(resolve, 550));
const until = (page: Page, state: string) => page.waitForSelector(`.card[data-state="${state}"]`, { timeout: 8_000 });

async function openLink(index = 0): Promise<Page> {
  const page = await context.newPage();
  await page.goto(links[index] ?? "about:blank");
  await page.waitForSelector(".card");
  await armed();
  return page;
}

it("approves on the page what the next identical call then finds", async () => {
  const plan = typedPlan();
  expect(await authorise(plan)).toMatchObject({ kind: "pending", channel: "page", secret: null });
  const page = await openLink();
  await page.type("input", "1,78");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".problem:not(:empty)");
  expect(await authorise(plan)).toMatchObject({ kind: "pending" });
  await page.keyboard.type("5.00");
  await page.keyboard.press("Enter");
  await until(page, "approved");
  expect(await authorise(plan)).toMatchObject({
    kind: "approved",
    approval: { channel: "page", approved_by: "person" },
  });
  expect(links).toHaveLength(1);
});

it("keeps two tabs of one browser in step: declined in one, over in the other", async () => {
  await authorise(sendPlan());
  links.push(await approvals.link());
  const [first, second] = [await openLink(0), await openLink(1)];
  await second.click(".decline");
  await until(second, "declined");
  await until(first, "declined");
  expect(await first.$$("button")).toEqual([]);
  expect((await store.approvals.pending({}, Date.now())).length).toBe(0);
});

it("withdraws the old card and shows a new one when the document changed meanwhile", async () => {
  await authorise(sendPlan());
  const page = await openLink();
  const changed = sendPlan({ invoice: invoice({ total: decimal("17850") }) });
  expect(await authorise(changed)).toMatchObject({ kind: "pending" });
  await until(page, "elsewhere");
  const open = await until(page, "pending");
  expect(await open?.evaluate((node) => node.textContent)).toContain("17,850.00\u00a0EUR");
  expect(await page.$$eval(".card", (all) => all.map((node) => node.getAttribute("data-state")))).toEqual([
    "pending",
    "elsewhere",
  ]);
});

it("approves by the card with the secret that only the card was given", async () => {
  const plan = sendPlan();
  const asked = await authorise(plan, { apps: true });
  if (asked.kind !== "pending" || asked.secret === null) throw new Error("expected a card");
  const { id, plan: snapshot } = asked.approval;
  const meta = { "invoicing/approval": { approval_id: id, secret: asked.secret, view: snapshot?.["view"] } };
  const card = await cards.open(browser, {
    answer: async ({ arguments: sent }) => {
      const { ok, message } = await guard.answer({
        id: String(sent["approval_id"]),
        secret: String(sent["secret"]),
        decision: sent["decision"] === "approve" ? "approve" : "decline",
      });
      return { content: [{ type: "text", text: message }], structuredContent: { ok } };
    },
  });
  try {
    await card.host("result", approvalResult({}, { _meta: meta }));
    await card.frame.waitForSelector(".approve");
    await armed();
    await card.frame.click(".approve");
    await card.frame.waitForSelector('.card[data-state="approved"]');
    expect(await authorise(plan, { apps: true })).toMatchObject({ kind: "approved", approval: { channel: "card" } });
    expect(card.troubles).toEqual([]);
  } finally {
    await card.close();
  }
});
