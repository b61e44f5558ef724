import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isJsonObject } from "../../src/domain/json.ts";
import type { TestIssuer } from "./authorization-server.ts";
import { browserOf } from "./browser.ts";
import { answerOf, bearer, call, draftBy, type Hosted, post, startHosted, staticKey } from "./setup.ts";
import { type HostedWithPage, startWithPage } from "./with-page.ts";

/** `approver: other`: jane asks; otto may send, rita only reads, zoe belongs to another organization. */
const key = staticKey("agent");
const policy = { version: 1, approver: "other" };

let scene: HostedWithPage;
let issuer: TestIssuer;
let hosted: Hosted;
let origin: string;
let tokens: Record<string, string>;

beforeAll(async () => {
  scene = await startWithPage({
    keys: [key.entry],
    tenants: [
      {
        members: [
          { subject: "jane" },
          { subject: "otto", rights: ["read", "send"] },
          { subject: "rita", rights: ["read", "draft"] },
          { key: "agent" },
        ],
        policy,
      },
      { members: [{ subject: "zoe" }], policy },
    ],
    env: {
      INVOICES_HTTP_CALLS_PER_MINUTE: "10000",
    },
  });
  ({ hosted, issuer, origin } = scene);
  const aud = hosted.served.url;
  tokens = { jane: await issuer.mint({ aud }), otto: await issuer.mint({ aud, sub: "otto" }), agent: key.key };
});
afterAll(async () => {
  await scene?.close();
});

const sent = () => hosted.simulators[0]?.effects().filter(({ kind }) => kind === "invoice.sent").length ?? 0;

const as = (who: string) => async (name: string, args: Record<string, unknown>) => {
  const { result } = await answerOf(await post(hosted.served.url, call(name, args), bearer(tokens[who] ?? "")));
  return { structuredContent: result?.structuredContent, isError: result?.isError };
};

async function signedIn(person: string) {
  const browser = browserOf({ issuer, origin }, person);
  const csrf = await browser.signIn();
  return {
    list: () => browser.list(csrf),
    outcome: async (id: string) => (await browser.list(csrf, [id])).find((entry) => entry.id === id)?.outcome,
    decide: async (id: string, decision = "approve") =>
      (await browser.decide(id, csrf, {}, { decision, typed: "119.00" })).json(),
  };
}

/** What `who` asked, and waits for somebody else. */
async function asked(who: string): Promise<{ invoice_id: string; id: string }> {
  const known = new Set((await (await signedIn("otto")).list()).map(({ id }) => id));
  const invoice_id = await draftBy(as(who));
  const { structuredContent } = await as(who)("send_invoice", { invoice_id });
  expect(structuredContent).toMatchObject({ outcome: "approval_required" });
  const waiting = structuredContent?.["waiting"];
  if (!isJsonObject(waiting)) throw new Error(`nobody was asked: ${JSON.stringify(structuredContent)}`);
  expect(waiting["page"]).toBe(`${origin}/approve`);
  expect(JSON.stringify(structuredContent)).toContain("Somebody else of the organization");
  const listed = (await (await signedIn("otto")).list()).filter(({ id }) => !known.has(id));
  expect(listed).toHaveLength(1);
  return { invoice_id, id: listed[0]?.id ?? "" };
}

describe("a policy that wants a second person", () => {
  it("takes the yes of another member who may do the act, and of nobody else", async () => {
    const { invoice_id, id } = await asked("jane");
    const before = sent();
    const jane = await signedIn("jane");
    expect(await jane.list()).toContainEqual(expect.objectContaining({ id, decline_only: true }));
    expect(await jane.decide(id)).toMatchObject({ ok: false, message: expect.stringContaining("somebody else") });
    for (const person of ["rita", "zoe", "nobody"]) {
      const other = await signedIn(person);
      expect(await other.list(), person).toEqual([]);
      expect(await other.decide(id), person).toMatchObject({ ok: false });
    }
    expect((await as("jane")("send_invoice", { invoice_id })).structuredContent).toMatchObject({
      outcome: "approval_required",
    });
    const otto = await signedIn("otto");
    expect(await otto.list()).toContainEqual(expect.objectContaining({ id, asked_by: "jane" }));
    expect(await otto.decide(id)).toMatchObject({ ok: true });
    expect(sent() - before).toBe(0);
    expect(await otto.outcome(id)).toMatchObject({ is: "waiting", text: expect.stringContaining("assistant of jane") });
    expect((await as("jane")("send_invoice", { invoice_id })).structuredContent).toMatchObject({ outcome: "done" });
    expect(sent() - before).toBe(1);
    for (const person of [otto, jane]) expect(await person.outcome(id)).toMatchObject({ is: "done" });
    for (const person of ["rita", "zoe", "nobody"]) expect(await (await signedIn(person)).outcome(id)).toBeUndefined();
  });

  it("is no use to the second person's own call: what one asked, that one does", async () => {
    const { invoice_id, id } = await asked("jane");
    expect(await (await signedIn("otto")).decide(id)).toMatchObject({ ok: true });
    const before = sent();
    expect((await as("otto")("send_invoice", { invoice_id })).structuredContent).toMatchObject({
      outcome: "approval_required",
    });
    expect(sent() - before).toBe(0);
    expect((await as("jane")("send_invoice", { invoice_id })).structuredContent).toMatchObject({ outcome: "done" });
  });

  it("lets either say no", async () => {
    for (const person of ["jane", "otto"]) {
      const { invoice_id, id } = await asked("jane");
      expect(await (await signedIn(person)).decide(id, "decline"), person).toMatchObject({ ok: true });
      const { structuredContent } = await as("jane")("send_invoice", { invoice_id });
      expect(structuredContent, person).toMatchObject({ error: { code: "refused", effect: "none" } });
      expect(JSON.stringify(structuredContent), person).toContain("The person declined");
    }
  });

  it("gives an agent with a key a person to ask", async () => {
    const { invoice_id, id } = await asked("agent");
    const otto = await signedIn("otto");
    expect(await otto.list()).toContainEqual(expect.objectContaining({ id, asked_by: "key:agent" }));
    expect(await otto.decide(id)).toMatchObject({ ok: true });
    expect((await as("agent")("send_invoice", { invoice_id })).structuredContent).toMatchObject({ outcome: "done" });
  });

  it("asks no form of a client that shows them", async () => {
    const invoice_id = await draftBy(as("jane"));
    const message = {
      ...call("send_invoice", { invoice_id }),
      params: {
        name: "send_invoice",
        arguments: { invoice_id },
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
          "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } },
        },
      },
    };
    const headers = {
      ...bearer(tokens["jane"] ?? ""),
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": "send_invoice",
    };
    const { result } = await answerOf(await post(hosted.served.url, message, headers));
    expect(result?.structuredContent).toMatchObject({ outcome: "approval_required" });
  });

  it("does not start where nobody could sign in to be one", async () => {
    for (const approver of ["other", "other-with-passkey"]) {
      const tenants = [{ members: [{ key: "agent" }], policy: { ...policy, approver } }];
      await expect(startHosted({ keys: [key.entry], tenants }), approver).rejects.toMatchObject({
        message: expect.stringContaining("second person"),
      });
    }
  });
});
