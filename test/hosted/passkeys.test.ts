import type { Browser, BrowserContext, CDPSession, Page } from "puppeteer-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { isJsonObject } from "../../src/domain/json.ts";
import { launchChromium } from "../browser/chromium.ts";
import { freshSchema } from "../harness/postgres.ts";
import type { TestIssuer } from "./authorization-server.ts";
import { browserOf } from "./browser.ts";
import { answerOf, bearer, call, draftBy, type Hosted, post } from "./setup.ts";
import { type HostedWithPage, startWithPage } from "./with-page.ts";

/**
 * `approver: passkey` over HTTP: registered after a sign-in that asked anew, used on the page of approvals. And the same by a
 * second person (`other-with-passkey`): carol asks, dave may send.
 */
const passkeys = z.object({ passkeys: z.array(z.object({ id: z.string(), used_at: z.number().nullable() })) });

let scene: HostedWithPage;
let issuer: TestIssuer;
let hosted: Hosted;
let origin: string;
let tokens: Record<string, string>;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  const { app } = await freshSchema();
  scene = await startWithPage({
    host: "localhost",
    database: { url: app.url, owner_url: null, schema: app.schema, keys: null },
    tenants: [
      { members: [{ subject: "jane" }, { subject: "otto" }], policy: { version: 1, approver: "passkey" } },
      { members: [{ subject: "carol" }, { subject: "dave" }], policy: { version: 1, approver: "other-with-passkey" } },
    ],
    env: {
      INVOICES_HTTP_CALLS_PER_MINUTE: "10000",
    },
  });
  ({ hosted, issuer, origin } = scene);
  const aud = `${origin}/mcp`;
  tokens = {
    jane: await issuer.mint({ aud }),
    otto: await issuer.mint({ aud, sub: "otto" }),
    carol: await issuer.mint({ aud, sub: "carol" }),
  };
  browser = await launchChromium();
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await scene?.close();
});
beforeEach(async () => {
  context = await browser.createBrowserContext();
  return () => context.close();
});

const as = (who: string) => async (name: string, args: Record<string, unknown>) => {
  const { result } = await answerOf(await post(`${origin}/mcp`, call(name, args), bearer(tokens[who] ?? "")));
  return { structuredContent: result?.structuredContent, isError: result?.isError, text: result?.content[0]?.text };
};
const sent = (organization = 0) =>
  hosted.simulators[organization]?.effects().filter(({ kind }) => kind === "invoice.sent").length ?? 0;

interface Device {
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly id: string;
}

/** A page with a virtual authenticator that belongs to it. */
async function device(): Promise<Device> {
  const page = await context.newPage();
  const cdp = await page.createCDPSession();
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { page, cdp, id: authenticatorId };
}

async function register({ page }: Device, person: string): Promise<void> {
  issuer.person = person;
  await page.goto(`${origin}/approve/passkey/new`);
  expect(page.url()).toBe(`${origin}/approve/passkey`);
  await page.click("button.approve");
  await page.waitForFunction("document.body.innerText.includes('Registered.')", { timeout: 8_000 });
}

async function asked(who: string): Promise<string> {
  const invoice_id = await draftBy(as(who));
  const { structuredContent, text } = await as(who)("send_invoice", { invoice_id });
  const waiting = structuredContent?.["waiting"];
  if (!isJsonObject(waiting)) throw new Error(`nobody was asked: ${text}`);
  return invoice_id;
}

async function answerOn({ page }: Device, button: "approve" | "decline"): Promise<void> {
  await page.goto(`${origin}/approve`);
  const card = await page.waitForSelector('section.card[data-state="pending"]');
  await (await card?.$('input[type="text"]'))?.type("119.00");
  await new Promise((resolve) => setTimeout(resolve, 700));
  await (await card?.$(`button.${button}`))?.click();
}

describe("a policy that wants a passkey, over HTTP", () => {
  it("says where one is registered, and takes its signature on the page", async () => {
    const invoice_id = await draftBy(as("jane"));
    const refused = await as("jane")("send_invoice", { invoice_id });
    expect(refused.isError).toBe(true);
    expect(refused.text).toContain(`${origin}/approve/passkey/new`);
    expect(refused.text).not.toContain("terminal");
    const own = await device();
    await register(own, "jane");
    expect((await as("jane")("send_invoice", { invoice_id })).structuredContent).toMatchObject({
      outcome: "approval_required",
    });
    const before = sent();
    await answerOn(own, "approve");
    await own.page.waitForSelector('section.card[data-state="approved"]', { timeout: 8_000 });
    expect((await as("jane")("send_invoice", { invoice_id })).structuredContent).toMatchObject({ outcome: "done" });
    expect(sent() - before).toBe(1);
  }, 30_000);

  it("takes no click of a signed-in browser without one, nor a passkey whose person was not verified", async () => {
    const own = await device();
    await register(own, "jane");
    const invoice_id = await asked("jane");
    await own.cdp.send("WebAuthn.setUserVerified", { authenticatorId: own.id, isUserVerified: false });
    await answerOn(own, "approve");
    const problem = await own.page.waitForSelector(".problem:not(:empty)", { timeout: 8_000 });
    expect(await problem?.evaluate((node) => node.textContent)).toContain("Nothing was approved");
    // What the page would send, without a signature.
    const jane = browserOf({ issuer, origin }, "jane");
    const csrf = await jane.signIn();
    const [question] = await jane.list(csrf);
    const plain = await (await jane.decide(question?.id ?? "", csrf)).json();
    expect(plain).toMatchObject({ ok: false, message: expect.stringContaining("passkey") });
    expect((await as("jane")("send_invoice", { invoice_id })).structuredContent).toMatchObject({
      outcome: "approval_required",
    });
    // A no takes none.
    expect(await (await jane.decide(question?.id ?? "", csrf, {}, { decision: "decline" })).json()).toMatchObject({
      ok: true,
    });
  }, 30_000);

  it("registers and removes nothing for a session alone: the sign-in has to ask anew", async () => {
    const own = await device();
    await register(own, "jane");
    const jane = browserOf({ issuer, origin }, "jane");
    const csrf = await jane.signIn();
    const headers = { origin, "content-type": "application/json", "x-csrf": csrf };
    for (const path of ["passkey/options", "passkey", "passkeys/remove"]) {
      const response = await jane.send(`${origin}/approve/${path}`, { method: "POST", headers, body: "{}" });
      expect(response.status, path).toBe(403);
    }
    expect((await jane.send(`${origin}/approve/passkeys`, { headers })).status).toBe(403);
    // Asked anew as somebody else, it is that one's page.
    issuer.person = "otto";
    const begun = await jane.send(`${origin}/approve/passkey/new`);
    const location = new URL(begun.headers.get("location") ?? "");
    expect(location.searchParams.get("prompt")).toBe("login");
    expect(location.searchParams.get("max_age")).toBe("0");
    await jane.send(await issuer.signIn(location));
    expect((await jane.send(`${origin}/approve/passkeys`, { headers })).status).toBe(403);
  }, 30_000);

  it("forgets a device that was lost", async () => {
    const own = await device();
    await register(own, "otto");
    const invoice_id = await asked("otto");
    const buttons = await own.page.$$(".list button.decline");
    expect(buttons).toHaveLength(1);
    await buttons[0]?.click();
    await own.page.waitForFunction("document.body.innerText.includes('Removed.')", { timeout: 8_000 });
    await answerOn(own, "approve");
    const problem = await own.page.waitForSelector(".problem:not(:empty)", { timeout: 8_000 });
    expect(await problem?.evaluate((node) => node.textContent)).toContain("/approve/passkey/new");
    const refused = await as("otto")("send_invoice", { invoice_id });
    expect(refused.text).toContain("none is registered");
  }, 30_000);

  it("keeps passkeys of one person from another", async () => {
    await register(await device(), "otto");
    const otto = browserOf({ issuer, origin }, "otto");
    issuer.person = "jane";
    const begun = await otto.send(`${origin}/approve/passkey/new`);
    await otto.send(await issuer.signIn(new URL(begun.headers.get("location") ?? "")));
    const session = await otto.send(`${origin}/approve/session`, {
      method: "POST",
      headers: { origin, "content-type": "application/json" },
      body: "{}",
    });
    const { csrf } = z.object({ csrf: z.string() }).parse(await session.json());
    const listed = await otto.send(`${origin}/approve/passkeys`, { headers: { "x-csrf": csrf } });
    const ids = passkeys.parse(await listed.json()).passkeys.map(({ id }) => id);
    const [of] = ids;
    expect(ids.length).toBeGreaterThan(0);
    // Jane's own are there; otto's is not among them.
    const ottos = browserOf({ issuer, origin }, "otto");
    issuer.person = "otto";
    const again = await ottos.send(`${origin}/approve/passkey/new`);
    await ottos.send(await issuer.signIn(new URL(again.headers.get("location") ?? "")));
    const own = await ottos.send(`${origin}/approve/session`, {
      method: "POST",
      headers: { origin, "content-type": "application/json" },
      body: "{}",
    });
    const token = z.object({ csrf: z.string() }).parse(await own.json()).csrf;
    const other = passkeys.parse(
      await (await ottos.send(`${origin}/approve/passkeys`, { headers: { "x-csrf": token } })).json(),
    );
    expect(other.passkeys.map(({ id }) => id)).not.toContain(of);
  }, 30_000);
});

describe("a policy that wants a second person with a passkey", () => {
  const registerPage = "/approve/passkey/new";
  const problemOn = async ({ page }: Device) => {
    const problem = await page.waitForSelector(".problem:not(:empty)", { timeout: 8_000 });
    return problem?.evaluate((node) => node.textContent);
  };

  it("takes the signature of another member alone, once", async () => {
    const dave = await device();
    const invoice_id = await draftBy(as("carol"));
    const first = await as("carol")("send_invoice", { invoice_id });
    expect(first.structuredContent).toMatchObject({ outcome: "approval_required" });
    expect(JSON.stringify(first.structuredContent)).toContain("with their passkey");
    issuer.person = "dave";
    await answerOn(dave, "approve");
    expect(await problemOn(dave)).toContain(registerPage);
    await register(dave, "dave");
    // On the device, but its person is not verified.
    await dave.cdp.send("WebAuthn.setUserVerified", { authenticatorId: dave.id, isUserVerified: false });
    await answerOn(dave, "approve");
    expect(await problemOn(dave)).toContain("Nothing was approved");
    await dave.cdp.send("WebAuthn.setUserVerified", { authenticatorId: dave.id, isUserVerified: true });
    const before = sent(1);
    expect((await as("carol")("send_invoice", { invoice_id })).structuredContent).toMatchObject({
      outcome: "approval_required",
    });
    await answerOn(dave, "approve");
    await dave.page.waitForSelector('section.card[data-state="approved"]', { timeout: 8_000 });
    expect((await as("carol")("send_invoice", { invoice_id })).structuredContent).toMatchObject({ outcome: "done" });
    expect((await as("carol")("send_invoice", { invoice_id })).structuredContent).toMatchObject({
      outcome: "already_done",
    });
    expect(sent(1) - before).toBe(1);
  }, 30_000);

  it("takes no passkey of who asked, and no click of the other; a no takes no passkey", async () => {
    const own = await device();
    await register(own, "carol");
    for (const person of ["carol", "dave"]) {
      const invoice_id = await asked("carol");
      // The one who asked is offered nothing but a no.
      await own.page.goto(`${origin}/approve`);
      const card = await own.page.waitForSelector('section.card[data-state="pending"]');
      expect(await card?.$("button.approve")).toBeNull();
      const at = browserOf({ issuer, origin }, person);
      const csrf = await at.signIn();
      const [question] = await at.list(csrf);
      expect(question).toMatchObject(
        person === "carol" ? { decline_only: true } : { passkey: true, asked_by: "carol" },
      );
      const id = question?.id ?? "";
      const plain = await (await at.decide(id, csrf)).json();
      expect(plain).toMatchObject({ ok: false, message: expect.stringContaining("somebody else") });
      const challenge = await at.send(`${origin}/approve/approvals/${id}/passkey`, {
        method: "POST",
        headers: { origin, "content-type": "application/json", "x-csrf": csrf },
        body: JSON.stringify({ typed: "119.00" }),
      });
      expect(await challenge.json()).toMatchObject({ ok: person === "dave" });
      expect((await as("carol")("send_invoice", { invoice_id })).structuredContent).toMatchObject({
        outcome: "approval_required",
      });
      const no = await (await at.decide(id, csrf, {}, { decision: "decline" })).json();
      expect(no, person).toMatchObject({ ok: true });
      const { text } = await as("carol")("send_invoice", { invoice_id });
      expect(text, person).toContain("The person declined");
    }
  }, 30_000);
});
