import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { defaultPolicy } from "../../src/guard/policy.ts";
import { ACTS, type Plan } from "../../src/guard/port.ts";
import { type Tenant, tenantOf } from "../../src/hosted/access.ts";
import { createLogger } from "../../src/hosted/log.ts";
import { createNotices, noticeText } from "../../src/hosted/notices.ts";
import type { TestIssuer } from "./authorization-server.ts";
import { type Chat, type MailServer, startChat, startMailServer } from "./mailbox.ts";
import { answerOf, bearer, call, draftBy, freePort, type Hosted, post, startHosted, staticKey } from "./setup.ts";
import { type HostedWithPage, PAGE, startWithPage } from "./with-page.ts";

/** jane asks; who can answer is told where: by mail, and in the chat of the organization. */
const USER = "mailer:p%40ss";
const key = staticKey("agent");

let scene: HostedWithPage;
let issuer: TestIssuer;
let hosted: Hosted;
let mailServer: MailServer;
let chat: Chat;
let origin: string;
let tokens: Record<string, string>;

const mailedBy = (mailPort: number) => ({
  INVOICES_HTTP_CALLS_PER_MINUTE: "10000",
  INVOICES_HTTP_MAIL_URL: `smtp://${USER}@127.0.0.1:${mailPort}`,
  INVOICES_HTTP_MAIL_FROM: "invoices@example.com",
});

const MEMBERS = [
  { subject: "jane", mail: "jane@example.com" },
  { subject: "otto", rights: ["read", "send"], mail: "otto@example.com" },
  { subject: "rita", rights: ["read", "draft"], mail: "rita@example.com" },
  { subject: "mute" },
  { claim: "groups", value: "heads", mail: "heads@example.com" },
  { key: "agent" },
];

beforeAll(async () => {
  mailServer = await startMailServer();
  chat = await startChat();
  scene = await startWithPage({
    keys: [key.entry],
    tenants: [
      { members: MEMBERS, policy: { version: 1, approver: "other" }, webhook: chat.url },
      { members: [{ subject: "zoe", mail: "zoe@example.com" }] },
      {
        members: [
          { subject: "carol", mail: "carol@example.com" },
          { subject: "dave", mail: "dave@example.com" },
        ],
        policy: { version: 1, approver: "other-with-passkey" },
      },
    ],
    env: mailedBy(mailServer.port),
  });
  ({ hosted, issuer, origin } = scene);
  const aud = hosted.served.url;
  tokens = {
    jane: await issuer.mint({ aud }),
    zoe: await issuer.mint({ aud, sub: "zoe" }),
    carol: await issuer.mint({ aud, sub: "carol" }),
    agent: key.key,
  };
});
beforeEach(() => {
  mailServer.mails.length = 0;
  chat.posts.length = 0;
  chat.status = 200;
});
afterAll(async () => {
  await scene?.close();
  await mailServer?.close();
  await chat?.close();
});

const as = (who: string) => async (name: string, args: Record<string, unknown>) => {
  const { result } = await answerOf(await post(hosted.served.url, call(name, args), bearer(tokens[who] ?? "")));
  return { structuredContent: result?.structuredContent, isError: result?.isError };
};

async function asked(who: string): Promise<string> {
  const invoice_id = await draftBy(as(who));
  const { structuredContent } = await as(who)("send_invoice", { invoice_id });
  expect(structuredContent).toMatchObject({ outcome: "approval_required" });
  return invoice_id;
}

const arrived = (mails: number, posts: number) =>
  vi.waitFor(() => {
    expect(mailServer.mails.flatMap(({ to }) => to)).toHaveLength(mails);
    expect(chat.posts).toHaveLength(posts);
  });
const told = () => mailServer.mails.flatMap(({ to }) => to).sort();
const quiet = () => new Promise((resolve) => setTimeout(resolve, 300));

const plan = (more: object): Plan => ({
  act: "send_invoice",
  organization: { id: "org-1", name: "Acme GmbH", origin: "https://b.anny.co", simulator: false },
  title: "Send",
  documents: [],
  details: [],
  consequences: [],
  risks: [],
  level: "approve",
  typed: null,
  facts: {},
  digest: "",
  locale: "en",
  ...more,
});

const tenantWith = (webhook: URL): Tenant =>
  tenantOf({
    id: "org-1",
    origin: "https://b.anny.co",
    mode: "full",
    policy: defaultPolicy,
    language: undefined,
    timezone: undefined,
    members: [],
    token: undefined,
    webhook,
    missing: null,
    isDoubtful: false,
  });

describe("where a second person approves", () => {
  it("tells the members who may do the act, and not the one who asked", async () => {
    await asked("jane");
    await arrived(2, 1);
    expect(told()).toEqual(["heads@example.com", "otto@example.com"]);
    expect(mailServer.users).toContain("mailer:p@ss");
  });

  it("tells the others too where they need a passkey", async () => {
    await asked("carol");
    await arrived(1, 0);
    expect(told()).toEqual(["dave@example.com"]);
  });

  it("says organization, act, amount and the page, and nothing of the customer", async () => {
    await asked("jane");
    await arrived(2, 1);
    const [mail] = mailServer.mails;
    expect(mail?.from).toBe("invoices@example.com");
    const raw = mail?.raw.replaceAll("\r\n", "\n") ?? "";
    const body = raw
      .slice(raw.indexOf("\n\n") + 2)
      .replaceAll("=\n", "")
      .replaceAll("=3D", "=");
    expect(body).toBe(
      [
        "Lindenhof Studios: send an invoice, 119.00 EUR.",
        "",
        `Read it and answer here: ${origin}/approve`,
        "",
        "Nothing happens until somebody signs in there and approves. This message approves nothing; no answer to it is read.",
        "",
      ].join("\n"),
    );
    expect(raw).toContain("Auto-Submitted: auto-generated");
    expect(chat.posts).toEqual([
      `/hooks/s3cret-of-the-chat?key=k3y ${JSON.stringify({
        text: `Lindenhof Studios: send an invoice, 119.00 EUR waits for approval. Read it and answer here: ${origin}/approve`,
      })}`,
    ]);
  });

  it("tells once, however often the same call is made", async () => {
    const invoice_id = await asked("jane");
    await arrived(2, 1);
    for (const _again of [1, 2, 3]) await as("jane")("send_invoice", { invoice_id });
    await Promise.all([as("jane")("send_invoice", { invoice_id }), as("jane")("send_invoice", { invoice_id })]);
    await quiet();
    expect([mailServer.mails.length, chat.posts.length]).toEqual([2, 1]);
  });

  it("tells them of what an agent with a key asks", async () => {
    await asked("agent");
    await arrived(3, 1);
    expect(told()).toEqual(["heads@example.com", "jane@example.com", "otto@example.com"]);
  });
});

describe("where the one who asked approves", () => {
  it("tells that one alone", async () => {
    await asked("zoe");
    await arrived(1, 0);
    expect(told()).toEqual(["zoe@example.com"]);
  });
});

describe("a way that does not work", () => {
  it.each([
    ["fails", 500, "answered 500"],
    ["points elsewhere", 302, "answered 302"],
    ["never answers", null, null],
  ])("keeps nobody waiting: a chat that %s", async (_how, status, why) => {
    chat.status = status;
    await asked("jane");
    await arrived(2, 1);
    if (why !== null) await vi.waitFor(() => expect(hosted.logs()).toContain(why));
    expect(chat.posts.every((line) => line.startsWith("/hooks/"))).toBe(true);
    await asked("jane");
  });

  it("says in log and metrics what became of it, without address or credentials", async () => {
    const logs = hosted.logs();
    expect(logs).toContain('"event":"notice_sent"');
    expect(logs).toContain('"event":"notice_failed"');
    for (const secret of ["s3cret-of-the-chat", "k3y", "p@ss", "p%40ss", "@example.com"]) {
      expect(logs).not.toContain(secret);
    }
    const metrics = await (await fetch(`${hosted.served.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/invoicing_notices_total\{way="mail",outcome="sent"\} [1-9]/);
    expect(metrics).toMatch(/invoicing_notices_total\{way="webhook",outcome="failed"\} [1-9]/);
  });

  it("does not fill the memory while a chat never answers", async () => {
    chat.status = null;
    const outcomes: string[] = [];
    const notices = createNotices({
      hosted: { issuer: undefined, mail_url: undefined, mail_from: undefined },
      page: "https://x/approve",
      proxy: null,
      log: createLogger({ write: () => {} }),
      metrics: { noticed: (_way, outcome) => void outcomes.push(outcome) },
    });
    for (let count = 0; count < 130; count++) notices.tell(tenantWith(new URL(chat.url)), "key:agent", plan({}));
    expect(outcomes).toEqual(Array.from({ length: 30 }, () => "dropped"));
    await vi.waitFor(() => expect(chat.posts).toHaveLength(100));
    await chat.close();
    await notices.close();
    expect(outcomes).toHaveLength(130);
    chat = await startChat();
  });
});

describe("a mail server", () => {
  async function startWith(mailPort: number) {
    const server = await startHosted({
      issuer: issuer.issuer,
      tenants: [{ members: [{ subject: "jane", mail: "jane@example.com" }] }],
      env: { ...mailedBy(mailPort), INVOICES_HTTP_CLIENT_ID: PAGE.client_id },
    });
    const token = await issuer.mint({ aud: server.served.url });
    const by = async (name: string, args: Record<string, unknown>) => {
      const { result } = await answerOf(await post(server.served.url, call(name, args), bearer(token)));
      return { structuredContent: result?.structuredContent, isError: result?.isError };
    };
    const invoice_id = await draftBy(by);
    const { structuredContent } = await by("send_invoice", { invoice_id });
    expect(structuredContent).toMatchObject({ outcome: "approval_required" });
    return server;
  }

  it("whose certificate nobody vouches for is told nothing", async () => {
    const stranger = await startMailServer({ offersTls: true });
    const server = await startWith(stranger.port);
    await vi.waitFor(() => expect(server.logs()).toContain("notice_failed"));
    expect([stranger.mails, stranger.users]).toEqual([[], []]);
    await server.close();
    await stranger.close();
  });

  it("that is not there costs the call nothing", async () => {
    const server = await startWith(await freePort());
    await vi.waitFor(() => expect(server.logs()).toContain('"why":"ESOCKET"'));
    await server.close();
  });
});

describe("settings", () => {
  const start = (member: object, env: Record<string, string>, webhook?: string) =>
    startHosted({
      issuer: issuer.issuer,
      keys: [key.entry],
      tenants: [{ members: [member], ...(webhook === undefined ? {} : { webhook }) }],
      env: { INVOICES_HTTP_CLIENT_ID: "approvals", ...env },
    });
  const mailed = { subject: "jane", mail: "jane@example.com" };
  const MAIL = { INVOICES_HTTP_MAIL_URL: "smtps://mail.example.com", INVOICES_HTTP_MAIL_FROM: "a@example.com" };

  it.each<[string, Promise<unknown> | (() => Promise<unknown>), RegExp]>([
    ["a mail address and no server", () => start(mailed, {}), /INVOICES_HTTP_MAIL_URL is not set/],
    ["a server and no sender", () => start(mailed, { INVOICES_HTTP_MAIL_URL: "smtps://h" }), /only one is set/],
    [
      "a server that is none",
      () => start(mailed, { ...MAIL, INVOICES_HTTP_MAIL_URL: "https://user:hidden@mail.example.com" }),
      /^INVOICES_HTTP_MAIL_URL is not an address such as smtps:(?!.*hidden)/,
    ],
    [
      "a sender that is none",
      () => start(mailed, { ...MAIL, INVOICES_HTTP_MAIL_FROM: "me" }),
      /MAIL_FROM is not an e-mail/,
    ],
    ["a member's address that is none", () => start({ ...mailed, mail: "jane" }, MAIL), /members/],
    ["an address of a key", () => start({ key: "agent", mail: "a@example.com" }, MAIL), /members/],
    [
      "a chat without TLS",
      () => start(mailed, MAIL, "http://chat.example.com/hidden"),
      /begin with https:\/\/(?!.*hidden)/,
    ],
    ["a chat that is no address", () => start(mailed, MAIL, "hidden"), /begin with https:\/\/(?!.*hidden)/],
    [
      "a chat and no page",
      () => start({ key: "agent" }, { INVOICES_HTTP_CLIENT_ID: "" }, "https://chat.example.com"),
      /./,
    ],
  ])("with %s do not start", async (_what, begin, told) => {
    const started = typeof begin === "function" ? begin() : begin;
    await expect(started).rejects.toThrow(told);
  });
});

describe("the text", () => {
  it("names every act in both languages", () => {
    for (const act of ACTS) {
      const [english, german] = ["en", "de"].map((locale) => noticeText(plan({ act, locale }), "https://x/approve"));
      expect(english?.text).toMatch(/^Acme GmbH: [a-z ]+\.\n/);
      expect(german?.text).toMatch(/^Acme GmbH: \p{Lu}[\p{L} ]+\.\n/u);
      expect(german?.line).toContain("wartet auf Freigabe");
    }
  });

  it.each([
    ["<!channel> <https://evil.example|Acme>", "!channel"],
    ["Acme\r\nBcc: all@example.com", "\n"],
    ["@all **Acme** [x](https://evil.example)", "@all"],
    ["Acme \u202egro.live", "\u202e"],
  ])("makes nothing of a name like %j", (name, never) => {
    const { subject, line } = noticeText(
      plan({ organization: { ...plan({}).organization, name } }),
      "https://x/approve",
    );
    for (const text of [subject, line.replace("https://x/approve", "")]) {
      expect(text).not.toContain(never);
      expect(text).not.toMatch(/[<>|*[\]@]|:\/\//);
    }
  });

  it("falls back on the id where a name is nothing else", () => {
    expect(noticeText(plan({ organization: { ...plan({}).organization, name: "<<>>" } }), "p").line).toMatch(
      /^org-1: /,
    );
  });
});
