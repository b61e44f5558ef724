import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { ASSETS, uiAssets, VIEW_ASSETS, viewAssets } from "../../scripts/build-ui.ts";
import { ACT_KINDS, GUARDED_KINDS } from "../../src/acts/index.ts";
import { OPERATION_STATES } from "../../src/journal/port.ts";
import { KINDS } from "../../src/payments/judge.ts";
import { viewWordsFor } from "../../src/ui/browser/views/words.ts";
import { cardHtml, cardResource } from "../../src/ui/card.ts";
import { CARD_MEDIA_TYPE, CARD_URI } from "../../src/ui/names.ts";
import { approvalPageHtml } from "../../src/ui/page.ts";
import { invoiceViewSchema, planViewSchema } from "../../src/ui/plan-view.ts";
import { viewsHtml } from "../../src/ui/views.ts";
import { batchPlan, cancelPlanInGerman, draft, sendPlan, typedPlan } from "./views.ts";

const sha256 = (text: string) => `sha256-${createHash("sha256").update(text, "utf8").digest("base64")}`;
const inside = (html: string, tag: "script" | "style") =>
  [...html.matchAll(new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`, "g"))].map((match) => match[1] ?? "");

describe("compiled views", () => {
  it("are what the sources compile to", async () => {
    expect(await readFile(ASSETS, "utf8")).toBe(await uiAssets());
    expect(await readFile(VIEW_ASSETS, "utf8")).toBe(await viewAssets());
  });

  it("are tested with views that the guard could have made", () => {
    for (const plan of [sendPlan(), typedPlan(), cancelPlanInGerman(), batchPlan()]) {
      expect(planViewSchema.parse(plan)).toEqual(plan);
    }
    expect(invoiceViewSchema.parse(draft)).toEqual(draft);
  });
});

describe("the card", () => {
  const html = cardHtml();

  it("is one document of at most 29 KB that loads nothing", () => {
    expect(Buffer.byteLength(html)).toBeLessThanOrEqual(29 * 1024);
    expect(html).not.toMatch(/\s(?:src|href|srcset|action)=/i);
    expect(html).not.toMatch(/https?:|@import|url\(|fetch\(|XMLHttpRequest|WebSocket|innerHTML|outerHTML|eval\(/);
  });

  it("allows exactly its own script and style, by hash, and has no inline handlers or styles", () => {
    const [script, ...moreScripts] = inside(html, "script");
    const [style, ...moreStyles] = inside(html, "style");
    expect([...moreScripts, ...moreStyles]).toEqual([]);
    expect(html).toContain(
      `content="default-src 'none'; script-src '${sha256(script ?? "")}'; style-src '${sha256(style ?? "")}'; base-uri 'none'; form-action 'none'"`,
    );
    expect(html.replace(/<(script|style)>[\s\S]*?<\/\1>/g, "")).not.toMatch(/\son\w+=|\sstyle=/i);
  });

  it("asks its host for no domain and no permission", () => {
    expect(cardResource).toMatchObject({ uri: CARD_URI, mimeType: CARD_MEDIA_TYPE });
    expect(cardResource._meta.ui).toEqual({
      csp: { connectDomains: [], resourceDomains: [], frameDomains: [], baseUriDomains: [] },
      prefersBorder: false,
    });
  });

  it("calls a credit note Stornorechnung in German, never Gutschrift", () => {
    expect(html).toContain("Stornorechnung");
    expect(html).not.toContain("Gutschrift");
  });
});

describe("the pictures", () => {
  const html = viewsHtml();

  it("are one document of at most 52 KB that loads nothing, calls nothing and knows nothing of approvals", () => {
    expect(Buffer.byteLength(html)).toBeLessThanOrEqual(52 * 1024);
    expect(html).not.toMatch(/\s(?:src|href|srcset|action)=/i);
    expect(html).not.toMatch(/https?:|@import|url\(|fetch\(|XMLHttpRequest|WebSocket|innerHTML|outerHTML|eval\(/);
    expect(html).not.toMatch(/tools\/call|ui\/message|open-link|answer_approval|"button"/);
  });

  it("allow exactly their own script and style, by hash", () => {
    const [[script, ...moreScripts], [style, ...moreStyles]] = [inside(html, "script"), inside(html, "style")];
    expect([...moreScripts, ...moreStyles]).toEqual([]);
    expect(html).toContain(
      `content="default-src 'none'; script-src '${sha256(script ?? "")}'; style-src '${sha256(style ?? "")}'; base-uri 'none'; form-action 'none'"`,
    );
  });

  it.each(["en", "de"])("have a word for every act, state, kind and fact (%s)", (locale) => {
    const words = viewWordsFor(locale);
    expect(Object.keys(words.act).sort()).toEqual([...ACT_KINDS].sort());
    expect(Object.keys(words.did).sort()).toEqual([...GUARDED_KINDS].sort());
    expect(Object.keys(words.state).sort()).toEqual([...OPERATION_STATES].sort());
    expect(Object.keys(words.kind).sort()).toEqual([...KINDS].sort());
    expect(JSON.stringify(words)).not.toContain("Gutschrift");
  });
});

describe("the approval page", () => {
  it("puts one nonce on its script, its style and its policy", () => {
    const nonce = "abcdefghijklmnop0123+/==";
    const { html, csp } = approvalPageHtml({ nonce, language: "en" });
    expect(html.match(/<(?:script|style) nonce="[^"]*">/g)).toEqual([
      `<style nonce="${nonce}">`,
      `<script nonce="${nonce}">`,
    ]);
    expect(csp).toContain(`script-src 'nonce-${nonce}'`);
    expect(csp).toContain("frame-ancestors 'none'");
    expect(csp).not.toMatch(/unsafe|\*/);
  });

  it.each(["", "short", '"><script>alert(1)</script>', "abcdefghijklmnop'; script-src *"])(
    "refuses %j as a nonce",
    (nonce) => {
      expect(() => approvalPageHtml({ nonce, language: "en" })).toThrow(TypeError);
    },
  );
});
