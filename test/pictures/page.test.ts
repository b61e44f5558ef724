import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { ClientFacts } from "../../src/guard/port.ts";
import { withPicture } from "../../src/pictures/offer.ts";
import { createPicturesPage, type PicturesPage } from "../../src/pictures/page.ts";
import type { ToolAnswer } from "../../src/toolkit/report.ts";
import { HeldClock } from "../guard/setup.ts";
import { receivables } from "../ui/view-data.ts";

const pages: PicturesPage[] = [];
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});

function setUp() {
  const clock = new HeldClock();
  const page = createPicturesPage(clock, "en");
  pages.push(page);
  return { clock, page };
}

const MINUTE = 60_000;
const tokenAnswer = z.object({ token: z.string().min(40) });
const picturesAnswer = z.object({ pictures: z.array(z.object({ id: z.number(), result: z.unknown() })) });

function split(link: string | null) {
  const [, origin = "", secret = ""] = /^(http:\/\/127\.0\.0\.1:\d+)\/#([\w-]{22})$/.exec(link ?? "") ?? [];
  expect(origin).not.toBe("");
  return { origin, secret };
}

async function signIn(link: string | null): Promise<{ origin: string; token: string }> {
  const { origin, secret } = split(link);
  const answer = await session(origin, secret);
  expect(answer.status).toBe(200);
  return { origin, token: tokenAnswer.parse(await answer.json()).token };
}

const session = (origin: string, secret: string) =>
  fetch(`${origin}/session`, {
    method: "POST",
    headers: { origin, "content-type": "application/json" },
    body: JSON.stringify({ secret }),
  });

const look = ({ origin, token }: { origin: string; token: string }, after: string | number = 0) =>
  fetch(`${origin}/pictures?after=${after}`, { headers: { "x-pictures": token } });

/** One request with headers that fetch does not let through. */
function status(origin: string, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(origin);
    const sent = request({ host: "127.0.0.1", port, path, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.once("error", reject);
    sent.end();
  });
}

describe("the page of pictures", () => {
  it("opens by its link once, for ten minutes", async () => {
    const { clock, page } = setUp();
    const link = await page.link();
    const { origin, secret } = split(link);
    expect((await session(origin, `${secret}x`)).status).toBe(403);
    await signIn(link);
    expect((await session(origin, secret)).status).toBe(403);
    const late = await page.link();
    await clock.advance(10 * MINUTE);
    expect((await session(origin, split(late).secret)).status).toBe(403);
  });

  it("shows the newest twenty answers to who signed in, to nobody else, each once when asked for what is new", async () => {
    const { page } = setUp();
    for (let n = 1; n <= 25; n += 1) page.keep({ n });
    const tab = await signIn(await page.link());
    expect((await fetch(`${tab.origin}/pictures?after=0`)).status).toBe(401);
    expect((await look({ ...tab, token: `${tab.token}x` })).status).toBe(401);
    const { pictures } = picturesAnswer.parse(await (await look(tab)).json());
    expect(pictures.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, at) => at + 6));
    expect(picturesAnswer.parse(await (await look(tab, 24)).json()).pictures).toEqual([{ id: 25, result: { n: 25 } }]);
    expect(picturesAnswer.parse(await (await look(tab, "x")).json()).pictures).toEqual([]);
  });

  it("answers only by its own name and only its own page, and can be asked to do nothing", async () => {
    const { page } = setUp();
    const { origin, token } = await signIn(await page.link());
    const own = { "x-pictures": token };
    expect(await status(origin, "/pictures?after=0", own)).toBe(200);
    expect(await status(origin, "/pictures?after=0", { ...own, host: "invoices.example:80" })).toBe(421);
    expect(
      await status(origin, "/pictures?after=0", { ...own, host: origin.replace("http://127.0.0.1", "localhost") }),
    ).toBe(421);
    expect(await status(origin, "/pictures?after=0", { ...own, origin: "https://evil.example" })).toBe(403);
    expect(await status(origin, "/pictures?after=0", { ...own, "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await status(origin, "/nothing", own)).toBe(404);
    for (const method of ["POST", "PUT", "DELETE"]) {
      const answer = await fetch(`${origin}/pictures`, { method, headers: { ...own, origin } });
      expect([403, 404]).toContain(answer.status);
    }
  });

  it("refuses bodies that are no small JSON", async () => {
    const { page } = setUp();
    const { origin } = split(await page.link());
    const post = (body: string, type = "application/json") =>
      fetch(`${origin}/session`, { method: "POST", headers: { origin, "content-type": type }, body });
    expect((await post("{")).status).toBe(400);
    expect((await post("[]")).status).toBe(403);
    expect((await post("{}", "text/plain")).status).toBe(415);
    expect((await post(JSON.stringify({ secret: "x".repeat(2_000) }))).status).toBe(413);
  });

  it("sends a strict policy and keeps nothing in caches", async () => {
    const { page } = setUp();
    const { origin } = split(await page.link());
    const answer = await fetch(origin);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'nonce-/);
    expect(answer.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(await answer.text()).not.toContain("unsafe-inline");
  });
});

describe("the address", () => {
  it("is not told while one waits or a page is open; told again when it lapsed or the page was closed", async () => {
    const { clock, page } = setUp();
    const first = await page.link();
    expect(await page.link()).toBeNull();
    await clock.advance(10 * MINUTE);
    const second = await page.link();
    expect(second).not.toBe(first);
    const tab = await signIn(second);
    await look(tab);
    expect(await page.link()).toBeNull();
    await clock.advance(2 * MINUTE);
    expect(await page.link()).toMatch(/#/);
    // A tab that slept goes on.
    expect((await look(tab)).status).toBe(200);
    await clock.advance(60 * MINUTE);
    expect((await look(tab)).status).toBe(401);
  });

  const client = (apps: boolean): ClientFacts => ({
    form: false,
    apps,
    era: "push",
    progress: false,
    name: "test",
    version: "1",
  });
  const answer = (changes: object = {}): ToolAnswer => {
    const { structuredContent, _meta } = receivables("en");
    return {
      kind: "result",
      structured: JSON.parse(JSON.stringify(structuredContent)),
      text: "The same in words.",
      isError: false,
      meta: JSON.parse(JSON.stringify(_meta)),
      ...changes,
    };
  };

  it("is told in text and structure, once, beside whatever else the person is told", async () => {
    const { page } = setUp();
    const open = async () => page;
    const first = await withPicture(
      answer({ structured: { tell_user: "Look twice." }, text: "Look twice." }),
      client(false),
      open,
    );
    if (first.kind !== "result") throw new Error(first.kind);
    const [, sentence = ""] = first.text.split("\n");
    expect(sentence).toMatch(/^As a picture, in a browser on this machine: http:\/\/127\.0\.0\.1:\d+\/#[\w-]{22}$/);
    expect(first.structured["tell_user"]).toBe(`Look twice. ${sentence}`);
    const second = answer();
    expect(await withPicture(second, client(false), open)).toEqual(second);
    // The page has both, with what views read and nothing else.
    const { pictures } = picturesAnswer.parse(await (await look(await signIn(sentence.split(": ")[1] ?? ""))).json());
    expect(pictures).toHaveLength(2);
  });

  it.each([
    ["a client that shows views itself", client(true), {}],
    ["an error", client(false), { isError: true }],
    ["an answer without a picture", client(false), { meta: {} }],
    ["a plan, which has a page of its own", client(false), { meta: { "invoicing/view": { title: "Send?" } } }],
  ])("is not told, and no page begun: %s", async (_, facts, changes) => {
    const given = answer(changes);
    let opened = false;
    const open = async () => {
      opened = true;
      return setUp().page;
    };
    expect(await withPicture(given, facts, open)).toEqual(given);
    expect(opened).toBe(false);
  });

  it("is left out where no page can be opened: the answer counts", async () => {
    const given = answer();
    const broken = async () => {
      throw new Error("no port");
    };
    expect(await withPicture(given, client(false), broken)).toEqual(given);
  });
});
