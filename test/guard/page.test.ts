import { connect } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { browserCommand, systemBrowser } from "../../src/guard/channels/browser.ts";
import { type ApprovalPage, type ApprovalPageDeps, createApprovalPage } from "../../src/guard/channels/page.ts";
import { defaultPolicy, parsePolicy } from "../../src/guard/policy.ts";
import type { ActOutcome, Approval, Plan } from "../../src/guard/port.ts";
import { asker, bench, PRINCIPAL, START, SUBJECT, sendPlan, typedPlan } from "./setup.ts";

const pages: ApprovalPage[] = [];
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});

const csrfAnswer = z.object({ csrf: z.string() });
const listAnswer = z.object({
  approvals: z.array(
    z.object({
      id: z.string(),
      state: z.string(),
      view: z.looseObject({}).optional(),
      outcome: z.object({ is: z.string(), text: z.string() }).nullish(),
    }),
  ),
});
const verdictAnswer = z.object({ ok: z.boolean(), message: z.string() });

interface Session {
  readonly csrf: string;
  readonly cookie: string;
}

const approvalOf = (changes: object, approval: Approval): Approval => ({ ...approval, ...changes });

function setUp(policy = defaultPolicy, more: Pick<Partial<ApprovalPageDeps>, "outcomesOf"> = {}) {
  const lab = bench();
  const links: string[] = [];
  const page = createApprovalPage({
    scope: { principal: PRINCIPAL },
    store: lab.store,
    clock: lab.clock,
    policy,
    locale: "en",
    timeZone: "Europe/Berlin",
    ...more,
    log: (event) => lab.events.push(event),
    openBrowser: async (url) => {
      links.push(url);
      return true;
    },
  });
  pages.push(page);
  const guard = lab.guard({ page, policy });

  const request = async (plan: Plan = sendPlan(), subject = SUBJECT) => {
    const from = asker(undefined, { form: false });
    const result = await guard.authorise({ plan, subject, principal: PRINCIPAL, asker: from });
    if (result.kind !== "pending") throw new Error(result.kind);
    return result;
  };
  const split = (link: string) => {
    const [origin = "", secret = ""] = link.split("/#");
    return { origin, secret };
  };
  const post = (origin: string, path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(`${origin}${path}`, {
      method: "POST",
      body,
      headers: { origin, "content-type": "application/json", ...headers },
    });
  const signIn = async (link: string): Promise<Session & { origin: string }> => {
    const { origin, secret } = split(link);
    const response = await post(origin, "/session", JSON.stringify({ secret }));
    expect(response.status).toBe(200);
    const cookie = (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    return { origin, cookie, csrf: csrfAnswer.parse(await response.json()).csrf };
  };
  const list = async ({ origin, cookie, csrf }: Session & { origin: string }) => {
    const response = await fetch(`${origin}/approvals`, { headers: { cookie, "x-csrf": csrf } });
    return listAnswer.parse(await response.json()).approvals;
  };
  const answer = ({ origin, cookie, csrf }: Session & { origin: string }, id: string, body: object) =>
    post(origin, `/approvals/${id}`, JSON.stringify(body), { cookie, "x-csrf": csrf });
  return { lab, page, guard, links, request, split, post, signIn, list, answer };
}

/** One raw request, for headers that fetch does not let through. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString();
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

describe("the approval page", () => {
  it("approves what was asked, and the next identical call finds it", async () => {
    const { links, request, signIn, list, answer, guard } = setUp();
    const asked = await request();
    expect(asked.channel).toBe("page");
    expect(links).toHaveLength(1);
    expect(JSON.stringify(asked)).not.toContain(links[0]?.split("#")[1]);
    const session = await signIn(links[0] ?? "");
    const waiting = await list(session);
    expect(waiting).toMatchObject([{ id: asked.approval.id, state: "pending", view: { act: "send_invoice" } }]);
    const verdict = await answer(session, asked.approval.id, { decision: "approve" });
    expect(verdictAnswer.parse(await verdict.json()).ok).toBe(true);
    expect(await list(session)).toEqual([
      {
        id: asked.approval.id,
        state: "approved",
        outcome: { is: "waiting", text: expect.stringMatching(/^Back to your chat/) },
      },
    ]);
    const from = asker(undefined, { form: false });
    const result = await guard.authorise({ plan: sendPlan(), subject: SUBJECT, principal: PRINCIPAL, asker: from });
    expect(result).toMatchObject({ kind: "approved", approval: { channel: "page", approved_by: "person" } });
  });

  it("tells what became of it: under way, done with number and local time, or nothing", async () => {
    const outcomes: ActOutcome[] = [];
    const lab = setUp(defaultPolicy, { outcomesOf: async () => outcomes });
    const asked = await lab.request();
    const session = await lab.signIn(lab.links[0] ?? "");
    await lab.list(session);
    await lab.answer(session, asked.approval.id, { decision: "approve" });
    const used = { ...(await lab.lab.store.get(asked.approval.id)), state: "used" };
    vi.spyOn(lab.lab.store, "get").mockResolvedValue(approvalOf(used, asked.approval));
    const outcome = async () => (await lab.list(session))[0]?.outcome;
    expect(await outcome()).toEqual({ is: "running", text: "It is being done…" });
    outcomes.push({ state: "running", number: null, at: START });
    expect((await outcome())?.is).toBe("running");
    outcomes.splice(0, 1, { state: "unclear", number: null, at: START });
    expect((await outcome())?.is).toBe("unclear");
    outcomes.splice(0, 1, { state: "done", number: "R-2026-0042", at: START });
    // 09:00 in UTC, in Berlin.
    expect(await outcome()).toEqual({ is: "done", text: "Sent: R-2026-0042, 11:00." });
    outcomes.splice(0, 1);
    expect((await outcome())?.is).toBe("done");
  });

  it("tells that an approval lapsed without its act", async () => {
    const { lab, links, request, signIn, list, answer } = setUp();
    const { approval } = await request();
    const session = await signIn(links[0] ?? "");
    await list(session);
    await answer(session, approval.id, { decision: "approve" });
    await lab.store.expire(approval.id, lab.clock.now());
    expect(await list(session)).toEqual([
      {
        id: approval.id,
        state: "expired",
        outcome: { is: "nothing", text: expect.stringContaining("Nothing was changed") },
      },
    ]);
  });

  it("wants the typed text, and takes each answer once", async () => {
    const { links, request, signIn, answer } = setUp();
    const { approval } = await request(typedPlan());
    const session = await signIn(links[0] ?? "");
    for (const [body, ok] of [
      [{ decision: "approve" }, false],
      [{ decision: "approve", typed: "1" }, false],
      [{ decision: "approve", typed: "1.785,00" }, true],
      [{ decision: "approve", typed: "1.785,00" }, false],
      [{ decision: "decline" }, false],
    ] as const) {
      const response = await answer(session, approval.id, body);
      expect([body, verdictAnswer.parse(await response.json()).ok]).toEqual([body, ok]);
    }
  });

  it("serves a page without secrets, under a policy that lets nothing in", async () => {
    const { page, split } = setUp();
    const { origin, secret } = split(await page.link());
    const response = await fetch(`${origin}/`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
    expect(await response.text()).not.toContain(secret);
  });

  it("takes a link once, for two minutes", async () => {
    const { page, split, post, lab } = setUp();
    const link = split(await page.link());
    const use = (secret: string) => post(link.origin, "/session", JSON.stringify({ secret }));
    expect((await use(`${link.secret}x`)).status).toBe(403);
    expect((await use(link.secret)).status).toBe(200);
    expect((await use(link.secret)).status).toBe(403);
    const late = split(await page.link());
    await lab.clock.advance(2 * 60_000);
    expect((await use(late.secret)).status).toBe(403);
  });

  it("keeps an earlier tab working when a second link is opened in the same browser", async () => {
    const { page, split, post, signIn, list } = setUp();
    const first = await signIn(await page.link());
    const { origin, secret } = split(await page.link());
    const second = await post(origin, "/session", JSON.stringify({ secret }), { cookie: first.cookie });
    expect(csrfAnswer.parse(await second.json()).csrf).toBe(first.csrf);
    expect(await list(first)).toEqual([]);
  });

  it("refuses foreign hosts and origins, missing and foreign tokens, and changes nothing by GET", async () => {
    const { page, request, signIn, split, post, lab } = setUp();
    const { approval } = await request();
    const session = await signIn(await page.link());
    const other = await signIn(await page.link());
    const { origin, cookie, csrf } = session;
    const port = Number(new URL(origin).port);
    const path = `/approvals/${approval.id}`;
    const body = JSON.stringify({ decision: "approve" });
    const full = { cookie, "x-csrf": csrf };
    const attempts: [string, Promise<Response>, number][] = [
      ["no cookie", post(origin, path, body, { "x-csrf": csrf }), 401],
      ["no token", post(origin, path, body, { cookie }), 403],
      ["another session's token", post(origin, path, body, { cookie, "x-csrf": other.csrf }), 403],
      ["another origin", post(origin, path, body, { ...full, origin: "https://evil.example" }), 403],
      ["null origin", post(origin, path, body, { ...full, origin: "null" }), 403],
      ["another port's origin", post(origin, path, body, { ...full, origin: "http://127.0.0.1:1" }), 403],
      ["a form", post(origin, path, body, { ...full, "content-type": "text/plain" }), 415],
      ["GET", fetch(`${origin}${path}?decision=approve`, { headers: full }), 404],
      ["PUT", fetch(`${origin}${path}`, { method: "PUT", body, headers: { ...full, origin } }), 404],
      ["broken JSON", post(origin, path, "{", full), 400],
      ["extra keys", post(origin, path, JSON.stringify({ decision: "approve", id: "x" }), full), 400],
      [
        "an oversized body",
        post(origin, path, JSON.stringify({ decision: "approve", typed: "x".repeat(5_000) }), full),
        413,
      ],
      ["a list without token", fetch(`${origin}/approvals`, { headers: { cookie } }), 403],
      ["a list without cookie", fetch(`${origin}/approvals`, { headers: { "x-csrf": csrf } }), 401],
      ["a traversal", post(origin, "/approvals/../session", body, full), 400],
    ];
    for (const [name, running, status] of attempts) expect([name, (await running).status]).toEqual([name, status]);
    for (const host of ["localhost", "evil.example", `evil.example:${port}`, `localhost:${port}`]) {
      const answer = await raw(port, `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 421/);
    }
    const cross = await raw(
      port,
      `GET /approvals HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nSec-Fetch-Site: cross-site\r\nCookie: ${cookie}\r\nx-csrf: ${csrf}\r\nConnection: close\r\n\r\n`,
    );
    expect(cross).toMatch(/^HTTP\/1\.1 403/);
    expect(await lab.store.get(approval.id)).toMatchObject({ state: "pending" });
    expect(split(await page.link()).origin).toBe(origin);
  });

  it("opens no second tab while one is polling", async () => {
    const { links, request, signIn, list, lab } = setUp();
    await request();
    const session = await signIn(links[0] ?? "");
    await list(session);
    await request(sendPlan(), "another subject");
    expect(links).toHaveLength(1);
    expect(await list(session)).toHaveLength(2);
    await lab.clock.advance(5_000);
    await request(sendPlan(), "a third subject");
    expect(links).toHaveLength(2);
  });

  it("does not list or answer what the owner keeps off the page", async () => {
    const { page, signIn, list, answer, lab } = setUp(parsePolicy({ version: 1, channels: { approve: ["terminal"] } }));
    const from = asker(undefined, { form: false });
    const result = await lab
      .guard()
      .authorise({ plan: sendPlan(), subject: SUBJECT, principal: PRINCIPAL, asker: from });
    if (result.kind !== "pending") throw new Error(result.kind);
    const session = await signIn(await page.link());
    expect(await list(session)).toEqual([]);
    const response = await answer(session, result.approval.id, { decision: "approve" });
    expect(verdictAnswer.parse(await response.json()).ok).toBe(false);
  });
});

describe("the browser", () => {
  it("is started with the address as one argument, never by a shell", () => {
    const url = "http://127.0.0.1:1/#a&b|c$(d)";
    for (const platform of ["darwin", "win32", "linux"] as const) {
      const starter = browserCommand({ platform, display: true, remote: false }, url);
      expect(starter?.args.at(-1)).toBe(url);
      expect(starter?.command).not.toMatch(/sh|cmd/);
    }
    expect(browserCommand({ platform: "linux", display: false, remote: false }, url)).toBeNull();
    expect(browserCommand({ platform: "darwin", display: true, remote: true }, url)).toBeNull();
  });

  it("is not there on a machine without a display", async () => {
    expect(await systemBrowser({ platform: "linux", display: false, remote: false })("http://127.0.0.1:1/")).toBe(
      false,
    );
  });
});
