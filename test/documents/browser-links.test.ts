import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createBrowserLinks, LINK_MS } from "../../src/documents/browser-links.ts";
import { opened } from "../harness/browser-get.ts";
import { type TestClock, testClock } from "../harness/mcp-tools.ts";

const PDF = new TextEncoder().encode("%PDF-1.7 the bytes");
const INVOICE = { stem: "invoice-RE-2026-0042", extension: "pdf" } as const;

let clock: TestClock;
let links: ReturnType<typeof createBrowserLinks>;
beforeEach(() => {
  clock = testClock(1);
  links = createBrowserLinks(clock);
});
afterEach(() => links.close());

describe("an address for the browser", () => {
  it("opens the file once, as what it is, and leaves it in no cache", async () => {
    const link = await links.link(INVOICE, PDF);
    const got = await opened(link);
    expect(got.status).toBe(200);
    expect(got.headers).toMatchObject({
      "content-type": "application/pdf",
      "content-disposition": 'inline; filename="invoice-RE-2026-0042.pdf"',
      "content-length": String(PDF.length),
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
    });
    expect(new Uint8Array(got.body)).toEqual(PDF);
    const again = await opened(link);
    expect(again.status).toBe(410);
    expect(again.body.toString()).toContain("Ask the assistant for the document again");
    expect(again.body.toString()).not.toContain("%PDF");
  });

  it("opens from a chat in the browser, too", async () => {
    const link = await links.link(INVOICE, PDF);
    expect((await opened(link, { headers: { "sec-fetch-site": "cross-site" } })).status).toBe(200);
  });

  it("has XML saved and not shown, because a browser would run what it can carry", async () => {
    const script = new TextEncoder().encode('<html xmlns="http://www.w3.org/1999/xhtml"><script>1</script></html>');
    const { headers } = await opened(await links.link({ ...INVOICE, extension: "xml" }, script));
    expect(headers["content-type"]).toBe("application/xml");
    expect(headers["content-disposition"]).toMatch(/^attachment/);
    expect(headers["content-security-policy"]).toContain("sandbox");
  });

  it("lapses after ten minutes", async () => {
    const link = await links.link(INVOICE, PDF);
    clock.advance(LINK_MS);
    expect((await opened(link)).status).toBe(410);
  });

  it("is given for the newest five", async () => {
    const given: string[] = [];
    for (let at = 0; at < 7; at += 1) given.push(await links.link(INVOICE, PDF));
    const statuses = await Promise.all(given.map(async (link) => (await opened(link)).status));
    expect(statuses).toEqual([410, 410, 200, 200, 200, 200, 200]);
  });

  it.each([
    ["another path", (link: string) => opened(new URL("/", link).href), 403],
    ["a guess", (link: string) => opened(link.replace(/[\w-]{43}/, "a".repeat(43))), 410],
    ["the secret under no name", (link: string) => opened(link.slice(0, link.lastIndexOf("/"))), 403],
    ["HEAD", (link: string) => opened(link, { method: "HEAD" }), 403],
    ["POST", (link: string) => opened(link, { method: "POST", headers: { origin: new URL(link).origin } }), 403],
    ["a page that fetches it", (link: string) => opened(link, { headers: { "sec-fetch-mode": "no-cors" } }), 403],
    ["a frame", (link: string) => opened(link, { headers: { "sec-fetch-dest": "iframe" } }), 403],
    ["a look ahead", (link: string) => opened(link, { headers: { "sec-purpose": "prefetch" } }), 503],
    ["another origin", (link: string) => opened(link, { headers: { origin: "https://evil.example" } }), 403],
    ["another host", (link: string) => opened(link, { headers: { host: "evil.example" } }), 421],
    ["another port", (link: string) => opened(link, { headers: { host: "127.0.0.1:1" } }), 421],
    ["another name", (link: string) => opened(link, { headers: { host: `localhost:${new URL(link).port}` } }), 421],
  ] as const)("is not used up by %s", async (_, attempt, status) => {
    const link = await links.link(INVOICE, PDF);
    const got = await attempt(link);
    expect(got.status).toBe(status);
    expect(got.body.toString()).not.toContain("%PDF");
    expect((await opened(link)).status).toBe(200);
  });

  it("ends with the server", async () => {
    const link = await links.link(INVOICE, PDF);
    await links.close();
    await expect(opened(link)).rejects.toThrow();
  });
});
