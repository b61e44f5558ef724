import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isJsonObject } from "../../src/domain/json.ts";
import { launchChromium } from "../browser/chromium.ts";
import { startIssuer, type TestIssuer } from "./authorization-server.ts";
import { browserOf } from "./browser.ts";
import { answerOf, bearer, call, draftBy, freePort, type Hosted, post, startHosted, staticKey } from "./setup.ts";

const key = staticKey("agent");

let issuer: TestIssuer;
let hosted: Hosted;
let origin: string;
let tokens: Record<string, string>;

beforeAll(async () => {
  // The issuer has to know where the page is before either stands.
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  issuer = await startIssuer([
    { client_id: "approvals", client_secret: "s3cret-of-the-page", redirect_uris: [`${origin}/approve/callback`] },
  ]);
  hosted = await startHosted({
    issuer: issuer.issuer,
    keys: [key.entry],
    tenants: [{ members: [{ subject: "jane" }, { subject: "otto" }, { key: "agent" }] }],
    env: {
      INVOICES_HTTP_LISTEN: `127.0.0.1:${port}`,
      INVOICES_HTTP_CLIENT_ID: "approvals",
      INVOICES_HTTP_CLIENT_SECRET: "s3cret-of-the-page",
      INVOICES_HTTP_CALLS_PER_MINUTE: "10000",
    },
  });
  const aud = hosted.served.url;
  tokens = { jane: await issuer.mint({ aud }), otto: await issuer.mint({ aud, sub: "otto" }) };
});
afterAll(async () => {
  await hosted?.close();
  await issuer?.close();
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
    await page.waitForSelector('section.card[data-state="approved"]');
    await page.close();
    const done = await as("jane")("send_invoice", { invoice_id });
    expect(done.structuredContent).toMatchObject({ outcome: "done" });
  });
});
