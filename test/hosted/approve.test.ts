import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isJsonObject } from "../../src/domain/json.ts";
import { launchChromium } from "../browser/chromium.ts";
import type { TestIssuer } from "./authorization-server.ts";
import { browserOf } from "./browser.ts";
import { answerOf, bearer, call, draftBy, type Hosted, post, staticKey } from "./setup.ts";
import { type HostedWithPage, startWithPage } from "./with-page.ts";

const key = staticKey("agent");

let scene: HostedWithPage;
let issuer: TestIssuer;
let hosted: Hosted;
let origin: string;
let tokens: Record<string, string>;

beforeAll(async () => {
  scene = await startWithPage({
    keys: [key.entry],
    tenants: [{ members: [{ subject: "jane" }, { subject: "otto" }, { key: "agent" }] }],
    env: {
      INVOICES_HTTP_CALLS_PER_MINUTE: "10000",
    },
  });
  ({ hosted, issuer, origin } = scene);
  const aud = hosted.served.url;
  tokens = { jane: await issuer.mint({ aud }), otto: await issuer.mint({ aud, sub: "otto" }) };
});
afterAll(async () => {
  await scene?.close();
});

const at = () => ({ issuer, origin });
const sent = () => hosted.simulators[0]?.effects().filter(({ kind }) => kind === "invoice.sent").length ?? 0;

const as = (who: string) => async (name: string, args: Record<string, unknown>) => {
  const { result } = await answerOf(await post(hosted.served.url, call(name, args), bearer(tokens[who] ?? "")));
  return { structuredContent: result?.structuredContent, isError: result?.isError };
};

/** A question that waits for Jane. */
async function asked(): Promise<string> {
  const invoice_id = await draftBy(as("jane"));
  const answer = await as("jane")("send_invoice", { invoice_id });
  const { waiting } = answer.structuredContent ?? {};
  if (!isJsonObject(waiting)) throw new Error(`nobody was asked: ${JSON.stringify(answer)}`);
  expect(waiting["page"]).toBe(`${origin}/approve`);
  return invoice_id;
}

describe("the approval page behind the sign-in", () => {
  it("shows and answers what was asked for the same subject; the next call does it, once", async () => {
    const invoice_id = await asked();
    const jane = browserOf(at(), "jane");
    const csrf = await jane.signIn();
    const [question] = await jane.list(csrf);
    expect(question).toMatchObject({ state: "pending" });
    const before = sent();
    expect(await (await jane.decide(question?.id ?? "", csrf)).json()).toMatchObject({ ok: true });
    expect(sent() - before).toBe(0);
    const done = await as("jane")("send_invoice", { invoice_id });
    expect(done.structuredContent).toMatchObject({ outcome: "done" });
    expect((await as("jane")("send_invoice", { invoice_id })).structuredContent).toMatchObject({
      outcome: "already_done",
    });
    expect(sent() - before).toBe(1);
  });

  it("follows what was shown to its end, in the reader's language, and promises nothing of the assistant", async () => {
    const invoice_id = await asked();
    const jane = browserOf(at(), "jane");
    const csrf = await jane.signIn();
    const id = (await jane.list(csrf)).at(0)?.id ?? "";
    const answer = await (await jane.decide(id, csrf)).json();
    expect(answer).toMatchObject({ ok: true, message: expect.stringContaining("Nothing has happened yet") });
    expect(await jane.list(csrf)).not.toContainEqual(expect.objectContaining({ id }));
    const followed = async (lang?: string) => (await jane.list(csrf, [id], lang)).find((entry) => entry.id === id);
    expect(await followed()).toMatchObject({ state: "approved", outcome: { is: "waiting" } });
    const done = await as("jane")("send_invoice", { invoice_id });
    const number = /RE-\d{4}-\d{4}/.exec(JSON.stringify(done.structuredContent))?.[0] ?? "no number";
    expect(await followed()).toMatchObject({
      state: "used",
      outcome: { is: "done", text: expect.stringMatching(`^Sent: ${number}, `) },
    });
    expect((await followed("de"))?.outcome?.text).toMatch(`Gesendet: ${number}, `);
    const otto = browserOf(at(), "otto");
    const others = await otto.list(await otto.signIn(), [id]);
    expect(others).not.toContainEqual(expect.objectContaining({ id }));
    for (const odd of ["../x", "x".repeat(3_000), "'; --", "unknown"]) {
      expect((await jane.list(csrf, [odd])).every(({ state }) => state === "pending")).toBe(true);
    }
  });

  it("says that nothing was done where the API refused it", async () => {
    const invoice_id = await asked();
    const jane = browserOf(at(), "jane");
    const csrf = await jane.signIn();
    const id = (await jane.list(csrf)).at(0)?.id ?? "";
    expect(await (await jane.decide(id, csrf)).json()).toMatchObject({ ok: true });
    // The document changes before the assistant comes back: the approval does not count any more.
    await as("jane")("update_invoice", { invoice_id, notes: "changed" });
    await as("jane")("send_invoice", { invoice_id });
    const [entry] = (await jane.list(csrf, [id])).filter((one) => one.id === id);
    expect(entry?.outcome).toMatchObject({ is: "nothing", text: expect.stringContaining("was not done") });
  });

  it("shows nothing of it to another person, and takes no answer from one", async () => {
    const invoice_id = await asked();
    const jane = browserOf(at(), "jane");
    const [question] = await jane.list(await jane.signIn());
    const otto = browserOf(at(), "otto");
    const csrf = await otto.signIn();
    expect(await otto.list(csrf)).toEqual([]);
    expect(await (await otto.decide(question?.id ?? "", csrf)).json()).toMatchObject({ ok: false });
    const again = await as("jane")("send_invoice", { invoice_id });
    expect(again.structuredContent).toMatchObject({ outcome: "approval_required" });
    // Nor does his own call find her question.
    expect((await as("otto")("send_invoice", { invoice_id })).structuredContent).toMatchObject({
      outcome: "approval_required",
    });
  });

  it("takes no request without its token, from another site, or with a cookie that is none of ours", async () => {
    await asked();
    const jane = browserOf(at(), "jane");
    const csrf = await jane.signIn();
    const [question] = await jane.list(csrf);
    for (const [token, more] of [
      ["", {}],
      [`${csrf}x`, {}],
      [csrf, { origin: "https://evil.example" }],
      [csrf, { "sec-fetch-site": "cross-site" }],
      [csrf, { "sec-fetch-site": "same-site" }],
    ] as const) {
      expect((await jane.decide(question?.id ?? "", token, more)).status).toBe(403);
    }
    const cookie = jane.jar.get("invoicing-session") ?? "";
    for (const wrong of [`${cookie.slice(0, -2)}xx`, "", jane.jar.get("invoicing-attempt") ?? "", "a.b.c.d.e"]) {
      jane.jar.set("invoicing-session", wrong);
      expect((await jane.decide(question?.id ?? "", csrf)).status).toBe(401);
    }
    jane.jar.set("invoicing-session", cookie);
    expect((await jane.list(csrf)).map(({ id }) => id)).toContain(question?.id ?? "");
  });

  it("lets nobody in by a sign-in that another browser began, or that was begun twice", async () => {
    issuer.person = "jane";
    const jane = browserOf(at(), "jane");
    const begun = await jane.send(`${origin}/approve`);
    const back = await issuer.signIn(new URL(begun.headers.get("location") ?? ""));
    const other = browserOf(at(), "otto");
    expect((await other.send(back)).status).toBe(403);
    await other.send(`${origin}/approve`);
    expect((await other.send(back)).status).toBe(403);
    expect(other.jar.get("invoicing-session")).toBeUndefined();
  });

  it("is offered to nobody who cannot sign in there", async () => {
    const { result } = await answerOf(
      await post(hosted.served.url, call("list_invoices", { limit: 1 }), bearer(key.key)),
    );
    expect(result?.isError).not.toBe(true);
    const invoice_id = await draftBy(as("jane"));
    const refused = await answerOf(
      await post(hosted.served.url, call("send_invoice", { invoice_id }), bearer(key.key)),
    );
    expect(refused.result?.content[0]?.text).toContain("Nobody could be asked");
  });

  it("keeps what it knows of people out of the logs", () => {
    for (const word of ["jane", "s3cret", "signed-in", ...Object.values(tokens)])
      expect(hosted.logs()).not.toContain(word);
  });
});

describe("in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterAll(() => browser?.close());

  it("leads from the address in the chat over the sign-in to the question, and takes the person's click", async () => {
    const invoice_id = await asked();
    issuer.person = "jane";
    const page = await browser.newPage();
    await page.goto(`${origin}/approve`);
    const card = await page.waitForSelector('section.card[data-state="pending"]');
    expect(await page.evaluate("location.href")).toBe(`${origin}/approve/`);
    const typed = await card?.$('input[type="text"]');
    if (typed) await typed.type("119.00");
    // A click at once is taken for one that was meant for something else.
    await new Promise((resolve) => setTimeout(resolve, 700));
    await (await card?.$("button.approve"))?.click();
    await page.waitForSelector('section.card[data-state="approved"][data-outcome="waiting"]');
    const done = await as("jane")("send_invoice", { invoice_id });
    expect(done.structuredContent).toMatchObject({ outcome: "done" });
    const told = await page.waitForSelector('section.card[data-outcome="done"] .status-line', { timeout: 8_000 });
    expect(await told?.evaluate((node) => node.textContent)).toMatch(/^Done Sent: RE-\d{4}-\d{4}, /);
    // Nothing more can come of it: it is not asked for any more, and stays as it is.
    const request = await page.waitForRequest((one) => one.url().includes("/approve/approvals?"));
    const waiting = await page.$$('section.card[data-state="pending"]');
    const followed = new URL(request.url()).searchParams.get("follow") ?? "";
    expect(followed.split(",").filter((id) => id !== "")).toHaveLength(waiting.length);
    await page.close();
  });

  it("says when the sign-in is over, and leads to another one", async () => {
    await asked();
    issuer.person = "jane";
    const page = await browser.newPage();
    await page.goto(`${origin}/approve`);
    await page.waitForSelector('section.card[data-state="pending"]');
    await page.deleteCookie({ name: "invoicing-session", url: origin });
    const again = await page.waitForSelector(".empty a");
    expect(await page.$eval(".empty", (node) => node.textContent)).toMatch(/^Your sign-in is over/);
    await Promise.all([page.waitForNavigation(), again?.click()]);
    await page.waitForSelector('section.card[data-state="pending"]');
    await page.close();
  }, 40_000);

  /** A browser that runs no scripts. */
  async function plainPage(): Promise<Page> {
    const page = await browser.newPage();
    await page.setJavaScriptEnabled(false);
    await page.setExtraHTTPHeaders({ "accept-language": "de" });
    issuer.person = "jane";
    await page.goto(`${origin}/approve`);
    await page.waitForSelector("form button.approve");
    expect(page.url()).toBe(`${origin}/approve/plain`);
    return page;
  }
  const textOf = (page: Page) => page.$eval("main", (node) => node.textContent ?? "");

  it("works without scripts, and ends in what became of it", async () => {
    const invoice_id = await asked();
    const page = await plainPage();
    const cards = await page.$$("section.card");
    const card = cards.at(0);
    expect(await card?.evaluate((node) => node.textContent)).toContain("119.00");
    await (await card?.$('input[name="typed"]'))?.type("1.00");
    await Promise.all([page.waitForNavigation(), (await card?.$("button.approve"))?.click()]);
    expect(await textOf(page)).toContain("does not match");
    const [again] = await page.$$("section.card");
    await (await again?.$('input[name="typed"]'))?.type("119.00");
    await Promise.all([page.waitForNavigation(), (await again?.$("button.approve"))?.click()]);
    expect(page.url()).toMatch(/\/approve\/plain\/[\w-]+$/);
    expect(await textOf(page)).toContain("Noch ist nichts geschehen");
    expect((await as("jane")("send_invoice", { invoice_id })).structuredContent).toMatchObject({ outcome: "done" });
    // Read again by itself.
    await page.waitForFunction(() => true).catch(() => undefined);
    await expect.poll(() => textOf(page).catch(() => ""), { timeout: 15_000 }).toMatch(/Gesendet: RE-\d{4}-\d{4}/);
    await page.close();
  }, 40_000);

  it("takes a no without scripts, and shows texts from data as texts", async () => {
    const invoice_id = await draftBy(as("jane"));
    await as("jane")("update_invoice", {
      invoice_id,
      notes: '"><script>document.title="x"</script><img src=x onerror=1>',
    });
    const asked = await as("jane")("send_invoice", { invoice_id });
    expect(asked.structuredContent, JSON.stringify(asked)).toMatchObject({ outcome: "approval_required" });
    const page = await plainPage();
    expect(await page.$$("main img, main script")).toEqual([]);
    expect(await textOf(page)).toContain("script›document.title='x'");
    const card = (await page.$$("section.card")).at(0);
    await Promise.all([page.waitForNavigation(), (await card?.$("button.decline"))?.click()]);
    expect(await textOf(page)).toContain("Abgelehnt");
    const { structuredContent } = await as("jane")("send_invoice", { invoice_id });
    expect(JSON.stringify(structuredContent)).toContain("The person declined");
    await page.close();
  }, 40_000);
});

describe("the page without scripts", () => {
  const form = (csrf: string, more: Record<string, string> = { decision: "approve", typed: "119.00" }) =>
    new URLSearchParams({ csrf, ...more }).toString();
  const own = () => ({ origin, "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" });

  it("takes no answer without its token, from another site, from another person, or that says nothing", async () => {
    await asked();
    const jane = browserOf(at(), "jane");
    const csrf = await jane.signIn();
    const id = (await jane.list(csrf)).at(0)?.id ?? "";
    const otto = browserOf(at(), "otto");
    const others = await otto.signIn();
    const url = `${origin}/approve/plain/${id}`;
    const sentBy = (who: typeof jane, body: string, headers: object = {}) =>
      who.send(url, { method: "POST", body, headers: { ...own(), ...headers } });
    expect((await sentBy(jane, form(""))).status).toBe(403);
    expect((await sentBy(jane, form(others))).status).toBe(403);
    expect((await sentBy(jane, form(csrf), { origin: "https://evil.example" })).status).toBe(403);
    expect((await sentBy(jane, form(csrf), { "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await sentBy(otto, form(others))).status).toBe(409);
    expect((await sentBy(jane, form(csrf, { decision: "maybe" }))).status).toBe(400);
    expect((await jane.list(csrf)).map((entry) => entry.id)).toContain(id);
    expect(await (await otto.send(url)).text()).not.toContain("119.00");
    const page = await jane.send(`${origin}/approve/plain`);
    expect(page.headers.get("content-security-policy")).toContain("form-action 'self'");
    expect(page.headers.get("referrer-policy")).toBe("same-origin");
    const nobody = await fetch(`${origin}/approve/plain`, { redirect: "manual" });
    expect([nobody.status, nobody.headers.get("location")]).toEqual([303, "/approve"]);
  });
});
