import { readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { isJsonObject } from "../../src/domain/json.ts";
import type { TestIssuer } from "./authorization-server.ts";
import { browserOf } from "./browser.ts";
import { answerOf, bearer, call, draftBy, type Hosted, post } from "./setup.ts";
import { type HostedWithPage, startWithPage } from "./with-page.ts";

/** Rights that are taken away between a question, its answer and the act. */
const MEMBERS = [{ subject: "jane" }, { subject: "otto" }, { subject: "rita" }];
const PATIENT = { timeout: 20_000, interval: 100 };

let scene: HostedWithPage;
let issuer: TestIssuer;
let hosted: Hosted;
let origin: string;
let token: string;

beforeAll(async () => {
  scene = await startWithPage({
    tenants: [{ members: MEMBERS, policy: { version: 1, approver: "other" } }],
    env: {
      INVOICES_HTTP_CALLS_PER_MINUTE: "10000",
    },
  });
  ({ hosted, issuer, origin } = scene);
  token = await issuer.mint({ aud: hosted.served.url });
});
afterAll(async () => {
  await scene?.close();
});
beforeEach(() => written({}));

const sent = () => hosted.simulators[0]?.effects().filter(({ kind }) => kind === "invoice.sent").length ?? 0;
const path = () => join(hosted.folder, "access.json");

const jane = async (name: string, args: Record<string, unknown>) => {
  const { result } = await answerOf(await post(hosted.served.url, call(name, args), bearer(token)));
  return { structuredContent: result?.structuredContent, isError: result?.isError };
};

/** What the file says of somebody instead of "every right", and of the organization; it counts when this returns. */
async function written(rights: Readonly<Record<string, readonly string[] | null>>, policy = "policy-0.json") {
  const file: unknown = JSON.parse(readFileSync(path(), "utf8"));
  if (!isJsonObject(file) || !Array.isArray(file["organizations"])) throw new Error("no file");
  const [organization] = file["organizations"];
  if (!isJsonObject(organization)) throw new Error("no organization");
  const members = MEMBERS.flatMap(({ subject }) => {
    const given = rights[subject];
    return given === null ? [] : [given === undefined ? { subject } : { subject, rights: [...given] }];
  });
  const next = { ...file, organizations: [{ ...organization, members, policy }] };
  if (JSON.stringify(next) === JSON.stringify(file)) return;
  const before = hosted.logs().split('"event":"access_read"').length;
  await writeFile(`${path()}~`, JSON.stringify(next));
  await rename(`${path()}~`, path());
  await expect
    .poll(async () => {
      await fetch(`${hosted.served.adminUrl}/readyz`);
      return hosted.logs().split('"event":"access_read"').length;
    }, PATIENT)
    .toBe(before + 1);
}

async function signedIn(person: string) {
  const browser = browserOf({ issuer, origin }, person);
  const csrf = await browser.signIn();
  return {
    list: async () => (await browser.list(csrf)).map(({ id }) => id),
    decide: async (id: string, decision = "approve") =>
      (await browser.decide(id, csrf, {}, { decision, typed: "119.00" })).json(),
  };
}

/** What jane asked. */
async function asked(): Promise<{ readonly invoice_id: string; readonly id: string }> {
  const rita = await signedIn("rita");
  const known = await rita.list();
  const invoice_id = await draftBy(jane);
  expect((await jane("send_invoice", { invoice_id })).structuredContent).toMatchObject({
    outcome: "approval_required",
  });
  const [id = ""] = (await rita.list()).filter((one) => !known.includes(one));
  return { invoice_id, id };
}

describe("a right that is lost", () => {
  it("closes the page to somebody who is signed in there", async () => {
    const otto = await signedIn("otto");
    const { invoice_id, id } = await asked();
    expect(await otto.list()).toContain(id);
    await written({ otto: ["read", "draft"] });
    expect(await otto.list()).not.toContain(id);
    expect(await otto.decide(id)).toMatchObject({ ok: false });
    expect((await jane("send_invoice", { invoice_id })).structuredContent).toMatchObject({
      outcome: "approval_required",
    });
  });

  it("takes with it the yes that was given while it was there, and somebody else is asked", async () => {
    const before = sent();
    for (const rights of [["read"], null]) {
      await written({});
      const { invoice_id, id } = await asked();
      expect(await (await signedIn("otto")).decide(id)).toMatchObject({ ok: true });
      await written({ otto: rights });
      const refused = await jane("send_invoice", { invoice_id });
      expect(refused.structuredContent).toMatchObject({ error: { code: "refused", effect: "none" } });
      expect(JSON.stringify(refused)).toContain("Whoever approved this may not do so any more");
      expect(sent()).toBe(before);
      // Given back, it is not what it was.
      await written({});
      expect((await jane("send_invoice", { invoice_id })).structuredContent).toMatchObject({
        outcome: "approval_required",
      });
    }
  });

  it("does not matter to a yes of somebody who kept theirs", async () => {
    const { invoice_id, id } = await asked();
    expect(await (await signedIn("otto")).decide(id)).toMatchObject({ ok: true });
    await written({ rita: null });
    expect((await jane("send_invoice", { invoice_id })).structuredContent).toMatchObject({ outcome: "done" });
  });

  it("ends what its loser asked, whoever approved it", async () => {
    const before = sent();
    const { invoice_id, id } = await asked();
    expect(await (await signedIn("otto")).decide(id)).toMatchObject({ ok: true });
    await written({ jane: ["read", "draft"] });
    expect((await jane("send_invoice", { invoice_id })).structuredContent).toMatchObject({
      error: { code: "permission", effect: "none" },
    });
    expect(sent()).toBe(before);
    await written({});
    expect((await jane("send_invoice", { invoice_id })).structuredContent).toMatchObject({ outcome: "done" });
  });

  it("ends the answers to one's own questions, too", async () => {
    await writeFile(join(hosted.folder, "own.json"), JSON.stringify({ version: 1 }));
    await written({}, "own.json");
    const invoice_id = await draftBy(jane);
    await jane("send_invoice", { invoice_id });
    const browser = await signedIn("jane");
    const [id = ""] = await browser.list();
    expect(id).not.toBe("");
    await written({ jane: ["read", "draft"] }, "own.json");
    expect(await browser.list()).toEqual([]);
    expect(await browser.decide(id)).toMatchObject({ ok: false });
  });

  it("is not known while the file cannot be read: nothing is approved, a no counts", async () => {
    const { id } = await asked();
    const otto = await signedIn("otto");
    const good = readFileSync(path(), "utf8");
    await writeFile(path(), good.slice(0, 30));
    const ready = async () => (await fetch(`${hosted.served.adminUrl}/readyz`)).text();
    await expect.poll(ready, PATIENT).toContain("not JSON");
    expect(await otto.decide(id)).toMatchObject({ message: expect.stringContaining("cannot be read at the moment") });
    expect(await otto.list()).toContain(id);
    expect(await otto.decide(id, "decline")).toMatchObject({ ok: true });
    await writeFile(path(), good);
  });
});
