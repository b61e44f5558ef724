import type { Browser, Frame } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cardHtml } from "../../src/ui/card.ts";
import { batchPlan, cancelPlanInGerman, draft, sendPlan, typedPlan } from "../ui/views.ts";
import { approvalResult, type CardHost, type HostOptions, type OpenCard, startCardHost } from "./card-host.ts";
import { flat, launchChromium, torn } from "./chromium.ts";

let browser: Browser;
let cards: CardHost;

beforeAll(async () => {
  [browser, cards] = await Promise.all([launchChromium(), startCardHost()]);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await cards?.close();
});

/** Longer than the card ignores clicks after it appeared. */
const armed = () => new Promise((resolve) => setTimeout(resolve, 550));

async function withCard(result: object, run: (card: OpenCard) => Promise<void>, options?: HostOptions): Promise<void> {
  await showCard(
    result,
    async (card) => {
      await armed();
      await run(card);
    },
    options,
  );
}

async function showCard(result: object, run: (card: OpenCard) => Promise<void>, options?: HostOptions): Promise<void> {
  const card = await cards.open(browser, options);
  try {
    await card.host("input", { invoice_id: "9b1c2a6e-0001" });
    await card.host("result", result);
    await card.frame.waitForSelector(".card, .quiet:not(:empty)");
    await run(card);
    expect(await torn(card.frame)).toEqual([]);
    expect(card.troubles).toEqual([]);
  } finally {
    await card.close();
  }
}

const text = (frame: Frame, selector = "main") =>
  frame
    .evaluate(`document.querySelector(${JSON.stringify(selector)}).innerText.replaceAll("\\u00a0", " ")`)
    .then(String);
const state = (frame: Frame) => frame.$eval(".card", (node) => node.getAttribute("data-state"));
const until = (frame: Frame, wanted: string) => frame.waitForSelector(`.card[data-state="${wanted}"]`);
const messages = (card: OpenCard) => card.page.evaluate("window.host.log.messages");

describe.concurrent("asking", () => {
  it("shows all that leaves the house besides: sender, VAT number, notes to the end, the address to be filled in", async () => {
    const notes = Array.from({ length: 60 }, (_, index) => `Note ${index}: ${"word ".repeat(15)}end${index}.`);
    const document = {
      ...draft,
      recipient: [],
      buyer_address: ["Acme Inc", "Hauptstraße 42"],
      sender: ["Doe Consulting", "DE89 3704 0044 0532 0130 00"],
      vat_number: "DE123456789",
      notes,
    };
    await showCard(approvalResult(sendPlan({ documents: [document] })), async (card) => {
      const shown = await text(card.frame);
      for (const part of ["Doe Consulting", "DE89 3704 0044 0532 0130 00", "DE123456789", "end0.", "end59."]) {
        expect(shown).toContain(part);
      }
      expect(shown).toMatch(/Acme Inc\s+Hauptstraße 42\s+Filled in from the customer record on sending/);
    });
  });

  it("shows everything that is approved, and reports its height", async () => {
    await showCard(approvalResult(typedPlan()), async (card) => {
      const shown = await text(card.frame);
      for (const part of [
        'Send 1,785.00 EUR to "Acme Inc"?',
        "Muster Coworking GmbH",
        "Acme Inc\nJane Doe\nHauptstraße 42\n50667 Köln",
        "jane@example.com",
        "Consulting — March 2026",
        "On site in Köln, ten hours",
        "150.00",
        "19 %",
        "1,500.00 EUR",
        "285.00 EUR",
        "1,785.00 EUR",
        "15 Apr 2026",
        "A look-alike for 1,785.00 EUR was sent 12 days ago.",
        "This cannot be undone.",
        "Type the gross amount 1,785.00 to approve",
      ]) {
        expect(shown).toContain(part);
      }
      expect(shown.toUpperCase()).toContain("SIMULATOR");
      expect(shown).toMatch(/Open for (10:00|9:5\d)/);
      const heights = await card.page.evaluate(
        "[window.host.log.sizes.at(-1).height, document.querySelector('iframe').clientHeight]",
      );
      const real = await card.frame.$eval("main", (node) => Math.ceil(node.getBoundingClientRect().height));
      expect(heights).toEqual([real, real]);
    });
  });

  it("approves by a click: one call with id, secret and decision, then a constant message without data", async () => {
    await withCard(approvalResult(sendPlan()), async (card) => {
      await card.frame.click(".approve");
      await until(card.frame, "approved");
      expect(card.calls).toEqual([
        { name: "answer_approval", arguments: { approval_id: "ap_1", secret: "s3cret", decision: "approve" } },
      ]);
      expect(await text(card.frame, ".answer")).toContain("It is carried out when the assistant continues.");
      expect(await messages(card)).toEqual([
        { role: "user", content: [{ type: "text", text: "I answered the approval card. Please continue." }] },
      ]);
      expect(await card.frame.$$("button")).toEqual([]);
    });
  });

  it("declines by a click, without a message to the chat", async () => {
    await withCard(approvalResult(typedPlan()), async (card) => {
      await card.frame.click(".decline");
      await until(card.frame, "declined");
      expect(card.calls.map((call) => call.arguments["decision"])).toEqual(["decline"]);
      expect(await text(card.frame, ".answer")).toContain("Nothing was changed.");
      expect(await messages(card)).toEqual([]);
    });
  });

  it("asks for typing: nothing typed cannot approve, wrong is said and can be corrected, right is sent as typed", async () => {
    const answer: HostOptions["answer"] = (call) =>
      call.arguments["typed"] === "1785,00"
        ? { content: [{ type: "text", text: "Approved." }], structuredContent: { ok: true } }
        : { content: [{ type: "text", text: "That is not the gross amount." }], structuredContent: { ok: false } };
    await withCard(
      approvalResult(typedPlan()),
      async (card) => {
        expect(await card.frame.$eval(".approve", (node) => node.hasAttribute("disabled"))).toBe(true);
        await card.frame.click("input");
        await card.page.keyboard.press("Enter");
        expect(card.calls).toEqual([]);
        await card.frame.type("input", "17,85");
        await card.frame.click(".approve");
        await card.frame.waitForSelector(".problem:not(:empty)");
        expect(await text(card.frame, ".problem")).toBe("That is not the gross amount.");
        expect(await state(card.frame)).toBe("pending");
        await card.frame.click("input", { count: 3 });
        await card.frame.type("input", "1785,00");
        await card.frame.click(".approve");
        await until(card.frame, "approved");
        expect(card.calls.map((call) => call.arguments["typed"])).toEqual(["17,85", "1785,00"]);
      },
      { answer },
    );
  });

  it("sends once however often it is clicked, and says that it is sending", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const answer = async () => {
      await held;
      return { content: [{ type: "text", text: "Approved." }], structuredContent: { ok: true } };
    };
    await withCard(
      approvalResult(sendPlan()),
      async (card) => {
        await card.frame.click(".approve", { count: 3 });
        await until(card.frame, "sending");
        expect(await text(card.frame, "[role=status]")).toBe("Sending your answer…");
        await card.frame.click(".decline");
        release();
        await until(card.frame, "approved");
        expect(card.calls).toHaveLength(1);
      },
      { answer },
    );
  });

  it("ignores a click in the moment it appears", async () => {
    const card = await cards.open(browser);
    try {
      await card.frame.evaluate(`new MutationObserver((_, observer) => {
        const button = document.querySelector(".approve");
        if (button === null) return;
        observer.disconnect();
        button.click();
        document.body.dataset.clicked = "yes";
      }).observe(document.body, { childList: true, subtree: true })`);
      await card.host("result", approvalResult(sendPlan()));
      await card.frame.waitForSelector("[data-clicked]");
      expect(await state(card.frame)).toBe("pending");
      expect(card.calls).toEqual([]);
    } finally {
      await card.close();
    }
  });

  it("says so when the answer does not arrive, and lets the person try again", async () => {
    let attempts = 0;
    const answer = () => {
      attempts += 1;
      if (attempts === 1) throw new Error("connection lost");
      return { content: [{ type: "text", text: "Approved." }], structuredContent: { ok: true } };
    };
    await withCard(
      approvalResult(sendPlan()),
      async (card) => {
        await card.frame.click(".approve");
        await card.frame.waitForSelector(".problem:not(:empty)");
        expect(await text(card.frame, ".problem")).toContain("did not arrive");
        await card.frame.click(".approve");
        await until(card.frame, "approved");
      },
      { answer },
    );
  });

  it("shows an error result as an error, never as approved", async () => {
    await withCard(
      approvalResult(sendPlan()),
      async (card) => {
        await card.frame.click(".approve");
        await card.frame.waitForSelector(".problem:not(:empty)");
        expect(await text(card.frame, ".problem")).toBe("The invoice changed since you looked.");
        expect(await state(card.frame)).toBe("pending");
      },
      { answer: () => ({ isError: true, content: [{ type: "text", text: "The invoice changed since you looked." }] }) },
    );
  });

  it("closes when the server says that it can no longer be answered", async () => {
    const closed = "This approval cannot be answered here: it is unknown, expired or already answered.";
    await withCard(
      approvalResult(sendPlan()),
      async (card) => {
        await card.frame.click(".approve");
        await until(card.frame, "elsewhere");
        expect(await text(card.frame, ".answer")).toContain(closed);
        expect(await card.frame.$$("button")).toEqual([]);
        expect(await messages(card)).toEqual([]);
      },
      {
        answer: () => ({ isError: true, content: [{ type: "text", text: closed }], structuredContent: { ok: false } }),
      },
    );
  });

  it("tells a person in a host that passes neither calls nor messages on what to do", async () => {
    await withCard(
      approvalResult(sendPlan()),
      async (card) => {
        await card.frame.click(".approve");
        await card.frame.waitForSelector(".problem:not(:empty)");
        expect(await text(card.frame, ".problem")).toContain("approval page");
        expect(card.calls).toEqual([]);
      },
      { capabilities: {} },
    );
    await withCard(
      approvalResult(sendPlan()),
      async (card) => {
        await card.frame.click(".approve");
        await until(card.frame, "approved");
        expect(await text(card.frame, ".answer")).toContain("Now ask the assistant to continue.");
      },
      { capabilities: { serverTools: {} } },
    );
  });

  it("reports once that it stands, with what only it was given", async () => {
    await withCard(approvalResult(sendPlan()), async (card) => {
      expect(card.reports.map((call) => call.arguments)).toEqual([
        { approval_id: "ap_1", secret: "s3cret", decision: "shown" },
      ]);
    });
  });

  it("leads to the approval page from a host that passes no calls on", async () => {
    const result = approvalResult(sendPlan(), {}, "http://127.0.0.1:9/#one-time");
    await withCard(
      result,
      async (card) => {
        await card.frame.click(".approve");
        await card.frame.waitForSelector(".problem:not(:empty)");
        expect(await text(card.frame, ".problem")).toContain("http://127.0.0.1:9/#one-time");
        expect([card.calls, card.reports]).toEqual([[], []]);
      },
      { capabilities: {} },
    );
    await withCard(
      result,
      async (card) => {
        await card.frame.click(".approve");
        await card.frame.waitForSelector(".problem:not(:empty)");
        expect(await text(card.frame, ".problem")).toContain("opened in your browser");
        expect(await card.host("opened")).toEqual(["http://127.0.0.1:9/#one-time"]);
      },
      { capabilities: { openLinks: {} } },
    );
  });

  it("takes no click and no text of a script in the page", async () => {
    await withCard(approvalResult(typedPlan()), async (card) => {
      await card.frame.evaluate(`(() => {
        const input = document.querySelector("input");
        input.value = "1785.00";
        input.dispatchEvent(new Event("input", { bubbles: true }));
        document.querySelector(".approve").click();
        document.querySelector(".decline").click();
        input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
      })()`);
      // A hand on the button does not make a script's text a person's.
      await card.frame.click(".approve");
      expect(await state(card.frame)).toBe("pending");
      expect(card.calls).toEqual([]);
    });
  });

  it("closes when its time is over, and opens closed when it was over before", async () => {
    const soon = new Date(Date.now() + 1800).toISOString();
    await withCard(approvalResult(sendPlan({ expires_at: soon })), async (card) => {
      await until(card.frame, "expired");
      expect(await text(card.frame, ".answer")).toContain("No longer open");
      expect(await card.frame.$$("button, input")).toEqual([]);
    });
    await withCard(approvalResult(sendPlan({ expires_at: new Date(0).toISOString() })), async (card) => {
      expect(await state(card.frame)).toBe("expired");
      expect(card.calls).toEqual([]);
    });
  });

  it("shows the newer plan and forgets the older one when a second result arrives", async () => {
    await withCard(approvalResult(typedPlan()), async (card) => {
      await card.frame.type("input", "1,785.00");
      await card.host("result", {
        ...approvalResult(sendPlan({ title: "Send invoice: 17,850.00 EUR" })),
        _meta: {
          "invoicing/approval": {
            approval_id: "ap_2",
            secret: "other",
            view: sendPlan({ title: "Send invoice: 17,850.00 EUR" }),
          },
        },
      });
      await card.frame.waitForFunction('document.body.innerText.includes("17,850.00")');
      await armed();
      await card.frame.click(".approve");
      await until(card.frame, "approved");
      expect(card.calls.map((call) => call.arguments["approval_id"])).toEqual(["ap_2"]);
    });
  });
});

describe.concurrent("showing", () => {
  it("draws an invoice without any control", async () => {
    const document = cancelPlanInGerman().documents[0];
    const shown = {
      document,
      organization: { id: "7d5f", name: "Muster Coworking GmbH" },
      simulator: true,
      locale: "de",
    };
    await showCard({ content: [], _meta: { "invoicing/view": shown } }, async ({ frame }) => {
      expect(await text(frame)).toContain("Rechnung RE-2026-0042");
      expect(await text(frame)).toContain("1.999,00 EUR");
      expect(await frame.$$("button, input, a, form")).toEqual([]);
    });
  });

  it("draws a plan without any control when nothing is asked", async () => {
    const shown = sendPlan({ expires_at: null });
    await showCard({ content: [], _meta: { "invoicing/view": shown } }, async ({ frame }) => {
      expect(await text(frame)).toContain("What will happen");
      expect(await frame.$$("button, input, a, form")).toEqual([]);
    });
  });

  it("lists the documents of a batch; each opens by keyboard", async () => {
    await showCard(approvalResult(batchPlan()), async (card) => {
      expect(await card.frame.$$eval("details", (all) => all.length)).toBe(3);
      await card.frame.focus("summary");
      await card.page.keyboard.press("Enter");
      expect(await card.frame.$$eval("details", (all) => all.map((node) => node.hasAttribute("open")))).toEqual([
        true,
        false,
        false,
      ]);
    });
  });

  it.each([
    ["a result without a card", { content: [{ type: "text", text: "Sent." }] }, "Nothing to approve."],
    [
      "a view of the wrong shape",
      { content: [], _meta: { "invoicing/approval": { approval_id: "a", secret: "b", view: { title: 1 } } } },
      "This document cannot be shown here.",
    ],
  ])("says so calmly: %s", async (_, result, sentence) => {
    await showCard(result, async ({ frame }) => {
      await frame.waitForFunction(`document.body.innerText.includes(${JSON.stringify(sentence)})`);
      expect(await frame.$$("button")).toEqual([]);
    });
  });

  it("speaks German when the plan does: Stornorechnung, Stornieren, Ablehnen", async () => {
    await showCard(approvalResult(cancelPlanInGerman()), async ({ frame }) => {
      const shown = await text(frame);
      for (const part of [
        "Rechnung RE-2026-0042 über 1.999,00 EUR stornieren?",
        "Stornorechnung",
        "Stornieren",
        "Ablehnen",
        "Offen für",
      ]) {
        expect(shown).toContain(part);
      }
      expect(shown).not.toContain("Gutschrift");
      expect(await frame.$eval(".card", (node) => node.getAttribute("lang"))).toBe("de");
    });
  });

  it("follows the host's theme, from the start and when it changes", async () => {
    const paper = (frame: Frame) =>
      frame.evaluate('getComputedStyle(document.querySelector(".paper")).backgroundColor');
    await showCard(
      approvalResult(sendPlan()),
      async (card) => {
        expect(await paper(card.frame)).toBe("rgb(32, 33, 31)");
        await card.host("theme", "light");
        await card.frame.waitForSelector('html[data-theme="light"]');
        expect(await paper(card.frame)).toBe("rgb(255, 255, 255)");
      },
      { context: { theme: "dark" } },
    );
  });

  it("fits 320 to 900 pixels without scrolling sideways", async () => {
    await showCard(approvalResult(cancelPlanInGerman()), async ({ page, frame }) => {
      for (const width of [320, 360, 520, 521, 760, 900]) {
        await page.setViewport({ width, height: 900 });
        await frame.waitForFunction(`innerWidth === ${width - 24}`);
        expect(await frame.evaluate("document.documentElement.scrollWidth")).toBe(width - 24);
      }
    });
  });

  it("answers the host's ping for teardown", async () => {
    await showCard(approvalResult(sendPlan()), async (card) => {
      expect(await card.host("teardown")).toEqual({});
    });
  });
});

describe.concurrent("without a mouse, without sight", () => {
  it("is answered with the keyboard alone, with a visible focus", async () => {
    await withCard(approvalResult(typedPlan()), async (card) => {
      await card.page.keyboard.press("Tab");
      const order: unknown[] = [];
      const active = "document.activeElement.className || document.activeElement.tagName";
      order.push(await card.frame.evaluate(active));
      await card.page.keyboard.type("1785");
      await card.page.keyboard.press("Tab");
      order.push(await card.frame.evaluate(active));
      await card.page.keyboard.press("Tab");
      order.push(await card.frame.evaluate(active));
      expect(order).toEqual(["INPUT", "decline", "approve"]);
      const outline = await card.frame.evaluate("getComputedStyle(document.activeElement).outlineStyle");
      expect(outline).toBe("solid");
      await card.page.keyboard.press("Enter");
      await until(card.frame, "approved");
      expect(await card.frame.evaluate("document.activeElement.innerText")).toBe("Approved");
      expect(card.calls.map((call) => call.arguments["typed"])).toEqual(["1785"]);
    });
  });

  it("gives a screen reader names, roles, a table and live regions", async () => {
    await showCard(approvalResult(typedPlan()), async ({ page, frame }) => {
      const nodes = flat(await page.accessibility.snapshot({ includeIframes: true, interestingOnly: false }));
      const has = (role: string, name: string) =>
        nodes.some((node) => node.role === role && (node.name ?? "").replaceAll("\u00a0", " ") === name);
      expect(has("region", 'Send 1,785.00 EUR to "Acme Inc"?')).toBe(true);
      expect(has("heading", 'Send 1,785.00 EUR to "Acme Inc"?')).toBe(true);
      expect(has("heading", "Draft invoice")).toBe(true);
      expect(has("button", "Decline")).toBe(true);
      expect(has("button", "Send")).toBe(true);
      expect(has("textbox", "Type the gross amount 1,785.00 to approve")).toBe(true);
      expect(has("columnheader", "Unit price")).toBe(true);
      expect(has("table", "Net amounts in EUR")).toBe(true);
      expect(has("alert", "")).toBe(true);
      expect(has("status", "")).toBe(true);
      expect(await frame.$eval("html", (node) => node.getAttribute("lang"))).toBe("en");
    });
  });

  it("is still a table for a screen reader when a narrow screen restyles it", async () => {
    await showCard(
      approvalResult(sendPlan()),
      async ({ page }) => {
        const nodes = flat(await page.accessibility.snapshot({ includeIframes: true, interestingOnly: false }));
        const roles = new Set(nodes.map((node) => node.role));
        for (const role of ["table", "row", "cell", "columnheader"]) expect(roles).toContain(role);
      },
      { width: 340 },
    );
  });

  it.each(["light", "dark"])("has enough contrast in %s", async (theme) => {
    await showCard(
      approvalResult(typedPlan()),
      async ({ frame }) => {
        await frame.type("input", "1");
        const low: unknown = await frame.evaluate(LOW_CONTRAST);
        expect(low).toEqual([]);
      },
      { context: { theme } },
    );
  });
});

/** Texts whose colour is closer than 4.5 : 1 to what is behind them (WCAG 2.2, 1.4.3). Runs in the card. */
const LOW_CONTRAST = `(() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour[3] !== 0) return colour;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const node of document.querySelectorAll("main *")) {
    if (![...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim() !== "")) continue;
    const [a, b] = [luminance(parse(getComputedStyle(node).color)), luminance(behind(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.push(node.className + " " + node.textContent + " " + ratio.toFixed(2));
  }
  return low;
})()`;

describe.concurrent("hostile text", () => {
  const hostile = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
  const plan = () =>
    sendPlan({
      title: `Send ${hostile}`,
      organization: { id: "x", name: hostile },
      documents: [
        {
          ...draft,
          number: hostile,
          recipient: [hostile, "\u202eevil.exe\u202c", "a\u200bb\u0000c"],
          customer: "<b>bold</b>",
          email: "jane@example.com\u202e",
          notes: ["{{constructor}} javascript:alert(1) ".repeat(10)],
          lines: [
            {
              title: "W".repeat(5000),
              subtitle: "</td></table><h1>Approved</h1>",
              quantity: "1",
              unit_price: "1.00 EUR",
              tax_rate: "0 %",
              total: "1.00 EUR",
            },
          ],
        },
      ],
      details: [{ label: "<u>x</u>", value: hostile }],
      consequences: [hostile],
      warnings: [{ code: "x", sentence: hostile, raises: false }],
    });

  it.each([320, 760])("stays text and inside the card at %i pixels", async (width) => {
    await showCard(
      approvalResult(plan()),
      async ({ frame }) => {
        expect(await frame.$$("main img, main script, main b, main u, main h1")).toEqual([]);
        const content = String(await frame.$eval("main", (node) => node.textContent));
        expect(content).toContain(hostile);
        expect(content).toContain("evil.exe");
        expect(content).toContain("abc");
        expect(content).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b-\u200f]|\p{Cc}/u);
        expect(await frame.evaluate("document.title")).toBe("Invoice");
        expect(await frame.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
        expect(await frame.$$("button")).toHaveLength(2);
      },
      { width },
    );
  });

  it("an answer's text stays text, too", async () => {
    await withCard(
      approvalResult(sendPlan()),
      async ({ frame }) => {
        await frame.click(".approve");
        await until(frame, "approved");
        expect(await frame.$$("main img, main script")).toEqual([]);
        expect(await text(frame, ".answer")).toContain("<img");
      },
      { answer: () => ({ content: [{ type: "text", text: hostile }], structuredContent: { ok: true } }) },
    );
  });

  it("the card's own policy blocks injected scripts, handlers, styles and requests", async () => {
    const injected = `<img src="/x.png" onerror="document.title='handler'"><script>document.title='script'</script><p id="p" style="color:red">x</p>`;
    const tampered = await startCardHost(cardHtml().replace("<body>", `<body>${injected}`), null);
    const card = await tampered.open(browser);
    try {
      await card.host("result", approvalResult(sendPlan()));
      await card.frame.waitForSelector(".card");
      expect(await card.frame.evaluate("document.title")).toBe("Invoice");
      expect(await card.frame.evaluate('getComputedStyle(document.querySelector("#p")).color')).toBe("rgb(28, 27, 25)");
      expect(await card.frame.evaluate('fetch("/card").then(() => "sent", () => "blocked")')).toBe("blocked");
      const blocked = card.troubles.filter((trouble) => /Content Security Policy/.test(trouble)).length;
      expect(blocked).toBeGreaterThanOrEqual(4);
    } finally {
      await card.close();
      await tampered.close();
    }
  });
});
