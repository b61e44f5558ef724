import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, CDPSession, Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/domain/clock.ts";
import { type ApprovalPage, createApprovalPage } from "../../src/guard/channels/page.ts";
import { openPasskeyPage } from "../../src/guard/channels/passkey-page.ts";
import { createGuard } from "../../src/guard/guard.ts";
import type { PasskeyStore } from "../../src/guard/passkeys/port.ts";
import { parsePolicy } from "../../src/guard/policy.ts";
import type { Guard, Plan } from "../../src/guard/port.ts";
import type { Ledger } from "../../src/journal/ledger.ts";
import { passkeysIn } from "../../src/journal/passkeys.ts";
import { openStore } from "../../src/store/open.ts";
import { asker, PRINCIPAL, SUBJECT, sendPlan, typedPlan } from "../guard/setup.ts";
import { launchChromium } from "./chromium.ts";

let browser: Browser;
let context: BrowserContext;
let folder: string;
let store: Ledger;
let passkeys: PasskeyStore;
let approvals: ApprovalPage;
let guard: Guard;
let links: string[];
let events: { event: string; fields: Readonly<Record<string, unknown>> }[];

const policy = parsePolicy({ version: 1, approver: "passkey", levels: { first_invoice: "approve" } });

beforeAll(async () => {
  browser = await launchChromium();
}, 60_000);
afterAll(() => browser?.close());
beforeEach(async () => {
  links = [];
  events = [];
  folder = mkdtempSync(join(tmpdir(), "invoicing-passkey-"));
  store = openStore(join(folder, "journal.sqlite"));
  passkeys = passkeysIn(store.facts);
  const told = {
    store: store.approvals,
    clock: systemClock,
    policy,
    passkeys,
    locale: "en",
    timeZone: "Europe/Berlin",
    log: (event: string, fields: Readonly<Record<string, unknown>>) => void events.push({ event, fields }),
  };
  approvals = createApprovalPage({
    ...told,
    scope: {},
    openBrowser: async (link) => {
      links.push(link);
      return true;
    },
  });
  guard = createGuard({ ...told, confirm: "auto", page: approvals, terminalCommand: "invoicing-mcp approve" });
  context = await browser.createBrowserContext();
});
afterEach(async () => {
  await context.close();
  await approvals.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const authorise = (plan: Plan, client: { form?: boolean; apps?: boolean } = { form: true, apps: true }) =>
  guard.authorise({ plan, subject: SUBJECT, principal: PRINCIPAL, asker: asker(undefined, client) });

interface Device {
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly id: string;
}

/** A page with a virtual authenticator that belongs to it. */
async function device(isUserVerified = true): Promise<Device> {
  const page = await context.newPage();
  const cdp = await page.createCDPSession();
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified,
      automaticPresenceSimulation: true,
    },
  });
  return { page, cdp, id: authenticatorId };
}

/** As the owner does it from the terminal. */
async function register({ page }: Device): Promise<void> {
  const made = await openPasskeyPage({
    passkeys,
    principal: PRINCIPAL,
    clock: systemClock,
    language: "en",
    name: "Jane's laptop",
  });
  await page.goto(made.link);
  await page.click(".approve");
  await made.registered;
  await page.waitForFunction("document.body.innerText.includes('Registered.')");
  await made.close();
}

const armed = () => new Promise((resolve) => setTimeout(resolve, 550));
const until = (page: Page, state: string) => page.waitForSelector(`.card[data-state="${state}"]`, { timeout: 8_000 });
const problem = (page: Page) =>
  page
    .waitForSelector(".problem:not(:empty)", { timeout: 8_000 })
    .then((node) => node?.evaluate((one) => one.textContent));

async function openLink({ page }: Device, index = 0): Promise<void> {
  await page.goto(links[index] ?? "about:blank");
  await page.waitForSelector(".card");
  await armed();
}

describe("approver: passkey", () => {
  it("refuses while none is registered, and says how", async () => {
    expect(await authorise(sendPlan())).toMatchObject({
      kind: "refused",
      reason: "unavailable",
      message: expect.stringContaining("none is registered"),
      next: expect.stringContaining("passkey add"),
    });
    expect(links).toEqual([]);
  });

  it("approves with the registered passkey and its person verified, and counts on", async () => {
    const own = await device();
    await register(own);
    expect(await passkeys.list(PRINCIPAL)).toMatchObject([
      { name: "Jane's laptop", rp_id: "localhost", used_at: null },
    ]);
    expect(await passkeys.list("local:other")).toEqual([]);
    const plan = typedPlan();
    expect(await authorise(plan)).toMatchObject({ kind: "pending", channel: "page" });
    expect(links[0]).toMatch(/^http:\/\/localhost:\d+\/#/);
    await openLink(own);
    expect(await own.page.$eval(".answer", (node) => node.textContent)).toContain("takes your passkey");
    await own.page.type("input", "1");
    await own.page.keyboard.press("Enter");
    expect(await problem(own.page)).toContain("does not match");
    await own.page.keyboard.type("785.00");
    await own.page.keyboard.press("Enter");
    await until(own.page, "approved");
    expect(await authorise(plan)).toMatchObject({
      kind: "approved",
      approval: { channel: "passkey", approved_by: "person" },
    });
    const [used] = await passkeys.list(PRINCIPAL);
    expect(used?.counter).toBeGreaterThan(0);
    expect(used?.used_at).not.toBeNull();
  });

  it("takes no passkey whose person was not verified, nor one of another device", async () => {
    const own = await device();
    await register(own);
    await own.cdp.send("WebAuthn.setUserVerified", { authenticatorId: own.id, isUserVerified: false });
    await authorise(sendPlan());
    await openLink(own);
    await own.page.click(".approve");
    expect(await problem(own.page)).toContain("Nothing was approved");
    const other = await device();
    links.push(await approvals.link());
    await openLink(other, 1);
    await other.page.click(".approve");
    expect(await problem(other.page)).toContain("Nothing was approved");
    expect((await store.approvals.pending({}, Date.now())).length).toBe(1);
    // The verified one of the same person goes on to count.
    await own.cdp.send("WebAuthn.setUserVerified", { authenticatorId: own.id, isUserVerified: true });
    await own.page.click(".approve");
    await until(own.page, "approved");
  }, 30_000);

  it("refuses a passkey that counts backwards: it was copied", async () => {
    const own = await device();
    await register(own);
    const [key] = await passkeys.list(PRINCIPAL);
    if (key === undefined) throw new Error("no passkey");
    await passkeys.add(PRINCIPAL, { ...key, counter: 1_000 });
    await authorise(sendPlan());
    await openLink(own);
    await own.page.click(".approve");
    expect(await problem(own.page)).toContain("not accepted");
    expect(events.filter(({ event }) => event === "passkey_refused")).toMatchObject([{ fields: { why: "counter" } }]);
    expect(await authorise(sendPlan())).toMatchObject({ kind: "pending" });
  });

  it("counts a no from anywhere, without a passkey", async () => {
    const own = await device();
    await register(own);
    await authorise(sendPlan());
    await openLink(own);
    await own.page.click(".decline");
    await until(own.page, "declined");
    expect(await authorise(sendPlan())).toMatchObject({ kind: "refused", reason: "declined" });
  });

  it("registers nothing through an approval's page or with its link", async () => {
    const own = await device();
    await register(own);
    await authorise(sendPlan());
    await openLink(own);
    const origin = new URL(own.page.url()).origin;
    const secret = new URL(links[0] ?? "").hash.slice(1);
    for (const path of ["/passkey", "/passkey/options"]) {
      const response = await fetch(`${origin}${path}`, {
        method: "POST",
        headers: { origin, "content-type": "application/json" },
        body: JSON.stringify({ secret }),
      });
      expect(response.status).toBe(401);
    }
    expect(await passkeys.list(PRINCIPAL)).toHaveLength(1);
  });
});
