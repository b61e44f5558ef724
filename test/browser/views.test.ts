import type { Browser, Frame } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tools } from "../../src/tools/index.ts";
import { VIEWS_URI } from "../../src/ui/names.ts";
import { viewsHtml } from "../../src/ui/views.ts";
import { type Bench, startBench } from "../harness/mcp-tools.ts";
import { billing, operations, questioned, receivables, statement } from "../ui/view-data.ts";
import { findings } from "./axe.ts";
import { type CardHost, type HostOptions, type OpenCard, startCardHost } from "./card-host.ts";
import { flat, launchChromium, torn } from "./chromium.ts";

/** Pictures of answers, shown by the official host side in a real browser. */

const VIEWS = { receivables, statement, billing, operations };
const NAMES = ["receivables", "statement", "billing", "operations"] as const;

let browser: Browser;
let views: CardHost;

beforeAll(async () => {
  [browser, views] = await Promise.all([launchChromium(), startCardHost(viewsHtml())]);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await views?.close();
});

async function shown(result: object, run: (view: OpenCard) => Promise<void>, options?: HostOptions): Promise<void> {
  const view = await views.open(browser, options);
  try {
    await view.host("result", result);
    await view.frame.waitForSelector(".card");
    await run(view);
    expect(await torn(view.frame)).toEqual([]);
    expect(view.troubles).toEqual([]);
    // Nothing that acts, whatever the answer holds.
    expect(await view.frame.$$("button, input, a, form, select")).toEqual([]);
    expect([view.calls, view.reports]).toEqual([[], []]);
  } finally {
    await view.close();
  }
}

const text = (frame: Frame, selector = "main") =>
  frame
    .evaluate(`document.querySelector(${JSON.stringify(selector)}).innerText.replaceAll("\\u00a0", " ")`)
    .then(String);

describe.concurrent("what is seen", () => {
  it("receivables: the sum first, ages as bars by currency in proportion, customers with what they owe", async () => {
    await shown(receivables("de"), async ({ frame }) => {
      const said = await text(frame);
      for (const part of [
        "8.423,15 EUR und 90,00 CHF offen",
        "Davon überfällig 4.935,65 EUR · 11 Rechnungen",
        "Nach Alter in EUR",
        "Nach Alter in CHF",
        "31–60 Tage überfällig",
        "2.610,80 EUR",
        "Kollektiv Nordlicht e.V.",
        "Überfällig 3.150,65 EUR · älteste 97 Tage überfällig",
        "4 Rechnungen",
        "3 weitere Kunden werden nicht gezeigt.",
      ]) {
        expect(said).toContain(part);
      }
      const widths = await frame.$$eval(".part:first-child .fill", (all) =>
        all.map((node) => node.getBoundingClientRect().width),
      );
      const [notDue = 0, ...late] = widths;
      expect(late.map((width) => Math.round((width / notDue) * 100))).toEqual([51, 75, 15]);
    });
  });

  it("a statement: each line beside its match, what is missing to the cent, what was not found", async () => {
    await shown(statement("de"), async ({ frame }) => {
      const said = await text(frame);
      for (const part of [
        "2 von 4 Zahlungen sicher zugeordnet",
        "Eingegangen 8.382,93 EUR, davon sicher 5.812,35 EUR",
        "Zu wenig bezahlt: 52,22 EUR fehlen",
        "52,22 EUR weniger als #RE-2026-0031 (2.610,80 EUR): genau 2 %, vielleicht Skonto.",
        "Stimmt überein: Nummer, Name",
        "Weicht ab: Betrag",
        "Keine Rechnung gefunden (1)",
        "2 Ausgänge ausgelassen",
      ]) {
        expect(said).toContain(part);
      }
      const beside = await frame.$$eval(".pair", (all) =>
        all.map((pair) =>
          [".bankline", ".match"].map((side) =>
            Math.round(pair.querySelector(side)?.getBoundingClientRect().top ?? -1),
          ),
        ),
      );
      expect(beside).toHaveLength(4);
      for (const [left, right] of beside) expect(left).toBe(right);
    });
  });

  it.each([
    ["receivables", receivables("de")],
    ["statement", statement("de")],
    ["a statement with questions", questioned("de")],
    ["billing", billing("de")],
  ])("a German picture of %s holds no English sentence", async (_, result) => {
    await shown(result, async ({ frame }) => expect(await frame.$$('[lang="en"]')).toEqual([]));
  });

  it("a billing report: months and customers as bars, rates as the tax return asks, nothing left unsaid", async () => {
    await shown(billing("en"), async ({ frame }) => {
      const said = await text(frame);
      for (const part of [
        "21,557.60 EUR billed",
        "Issued from 01 Jul 2026 to 30 Sept 2026",
        "August 2026",
        "20,277.60 EUR",
        "not stated",
        "No customer",
        "#RE-2026-0029: Net, tax and gross are not stated.",
        "In no sum: 1 quote, 2 drafts.",
      ]) {
        expect(said).toContain(part);
      }
    });
  });

  it("a report of a part says so before any sum", async () => {
    const part = billing("de", { complete: false });
    await shown(part, async ({ frame }) => {
      const said = await text(frame);
      expect(said.indexOf("Erst ein Teil ist gelesen")).toBeGreaterThan(0);
      expect(said).toContain("#RE-2026-0029: Netto, Steuer und Brutto sind nicht angegeben.");
      expect(said.indexOf("Erst ein Teil ist gelesen")).toBeLessThan(said.indexOf("Summen\n"));
    });
    await shown(receivables("en", { part: true }), async ({ frame }) => {
      expect(await text(frame)).toContain("Only a part was read: these sums are of that part.");
    });
  });

  it("a reason that this page does not know is told as the server says it", async () => {
    await shown(
      billing("de", {}, { unclear: [{ document: "#RE-2026-0029", code: "toString" }] }),
      async ({ frame }) => {
        expect(await text(frame)).toContain("#RE-2026-0029: the API states no total.");
      },
    );
  });

  it("what was done: unresolved first, sums, the person's own time, numbers but no ids", async () => {
    await shown(operations("de"), async ({ frame }) => {
      const said = await text(frame);
      expect(said).toContain("1 Schritt ist ungeklärt");
      expect(said.indexOf("Ausgang unbekannt")).toBeLessThan(said.indexOf("In Summe"));
      for (const part of ["14:20", "11.11.2026, 23:58", "1 versendet", "1.785,00 EUR", "Senden RE-2026-0046"]) {
        expect(said).toContain(part);
      }
      expect(said).not.toContain("9b1c2a6e");
    });
    const id = "9b1c2a6e-41aa-4e4b-9d5f-0d9c1f6b7a10";
    const sent = { operation_id: "op_9", act: "send_invoice", state: "done", at: "2026-11-12T09:02:10.000Z" };
    const result = [`invoice_id: ${id}`, "number: RE-2026-0047"];
    await shown(operations("en", { operations: [{ ...sent, document: id, result }] }), async ({ frame }) => {
      expect(await text(frame)).toContain("Send RE-2026-0047");
      expect(await text(frame, "h2")).toBe("1 sent, 1 marked as paid");
    });
  });

  it("says of which days, and of none where none were asked for", async () => {
    for (const [more, lead] of [
      [{}, "12.11.2026"],
      [{ since: "2026-11-01" }, "01.11.2026 bis 12.11.2026"],
    ] as const) {
      await shown(operations("de", {}, more), async ({ frame }) => expect(await text(frame, ".lead")).toBe(lead));
    }
    await shown(operations("de", {}, { since: null, part: true }), async ({ frame }) => {
      expect(await frame.$(".lead")).toBeNull();
      expect(await text(frame)).toContain("Erst ein Teil ist gelesen");
    });
  });

  it.each([
    ["nothing open", receivables("de", { totals: [], customers: [], covers: 0 }), "Nichts ist offen"],
    [
      "no lines",
      statement("de", { sure: [], to_decide: [], not_found: [], settle: [], totals: [] }),
      "Keine Zahlungseingänge",
    ],
    ["nothing billed", billing("en", { totals: [], taxes: [], months: [], customers: [] }), "Nothing was billed"],
    ["nothing done", operations("en", { operations: [], sums: [] }), "Nothing was done"],
  ])("says so calmly: %s", async (_, result, sentence) => {
    await shown(result, async ({ frame }) => expect(await text(frame)).toContain(sentence));
  });

  it.each([
    ["an answer without a picture", { content: [{ type: "text", text: "x" }] }, "nothing to look at"],
    ["a failed call", { content: [{ type: "text", text: "x" }], isError: true }, "the chat says why"],
    [
      "another picture than it knows",
      { content: [], _meta: { "invoicing/view": { show: "toString" } } },
      "nothing to look at",
    ],
  ])("stays calm: %s", async (_, result, sentence) => {
    const view = await views.open(browser);
    try {
      await view.host("result", result);
      await view.frame.waitForFunction(`document.body.innerText.includes(${JSON.stringify(sentence)})`);
      expect(view.troubles).toEqual([]);
    } finally {
      await view.close();
    }
  });
});

describe.concurrent("for everybody", () => {
  it.each(NAMES)("%s: axe finds nothing, at 375 and 1200 pixels, light and dark, folded and open", async (name) => {
    for (const [width, theme, locale] of [
      [375, "light", "de"],
      [1_200, "dark", "en"],
    ] as const) {
      await shown(
        VIEWS[name](locale),
        async ({ frame }) => {
          expect(await frame.$eval("html", (node) => node.getAttribute("lang"))).toBe(locale);
          expect(await findings(frame)).toEqual([]);
          await frame.$$eval("details", (all) => {
            for (const one of all) one.setAttribute("open", "");
          });
          expect(await findings(frame)).toEqual([]);
        },
        { width, context: { theme, locale } },
      );
    }
  });

  it.each(NAMES)("%s: never scrolls sideways, down to 320 pixels and at twice the size", async (name) => {
    await shown(VIEWS[name]("de"), async ({ page, frame }) => {
      for (const width of [320, 375, 521, 760, 1_200]) {
        await page.setViewport({ width, height: 900 });
        await frame.waitForFunction(`innerWidth === ${width - 24}`);
        expect(await frame.evaluate("document.documentElement.scrollWidth")).toBe(width - 24);
      }
      // Zooming a page halves the pixels it is laid out in.
      await page.setViewport({ width: 600, height: 450, deviceScaleFactor: 2 });
      await frame.waitForFunction("innerWidth === 576");
      expect(await frame.evaluate("document.documentElement.scrollWidth")).toBe(576);
      // Text alone at twice its size.
      await frame.evaluate("document.documentElement.style.fontSize = '30px'");
      expect(await frame.evaluate("document.documentElement.scrollWidth")).toBe(576);
    });
  });

  it("folds open by keyboard alone, with a visible focus", async () => {
    await shown(receivables("en"), async ({ page, frame }) => {
      await page.keyboard.press("Tab");
      expect(await frame.evaluate("document.activeElement.tagName")).toBe("SUMMARY");
      expect(await frame.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
      expect(await text(frame)).not.toContain("RE-2026-0012");
      await page.keyboard.press("Enter");
      await frame.waitForSelector("details[open]");
      expect(await text(frame)).toMatch(/RE-2026-0012\s+due 07 Aug 2026\s+539.85 EUR/);
    });
  });

  it("gives a screen reader the figures as tables, and never the bars", async () => {
    await shown(
      receivables("en"),
      async ({ page }) => {
        const nodes = flat(await page.accessibility.snapshot({ includeIframes: true, interestingOnly: false }));
        const has = (role: string, name: string) => nodes.some((node) => node.role === role && node.name === name);
        expect(has("region", "8,423.15\u00a0EUR and 90.00\u00a0CHF open")).toBe(true);
        expect(has("table", "By age in EUR")).toBe(true);
        expect(has("rowheader", "31–60 days overdue")).toBe(true);
        expect(has("columnheader", "Amount")).toBe(true);
      },
      { width: 375 },
    );
  });

  it("prints on white, whole, without what is only for a screen", async () => {
    await shown(
      statement("de"),
      async ({ page, frame }) => {
        await page.emulateMediaType("print");
        expect(await frame.evaluate('getComputedStyle(document.querySelector(".card")).backgroundColor')).toBe(
          "rgb(255, 255, 255)",
        );
        expect(await frame.evaluate('getComputedStyle(document.querySelector("h2")).color')).toBe("rgb(0, 0, 0)");
      },
      { context: { theme: "dark" } },
    );
  });

  it("follows the host's theme when it changes, and reports its height when something folds open", async () => {
    await shown(receivables("en"), async (view) => {
      const ground = 'getComputedStyle(document.querySelector(".part")).backgroundColor';
      expect(await view.frame.evaluate(ground)).toBe("rgb(255, 255, 255)");
      await view.host("theme", "dark");
      await view.frame.waitForSelector('html[data-theme="dark"]');
      expect(await view.frame.evaluate(ground)).toBe("rgb(32, 33, 31)");
      const height = "window.host.log.sizes.at(-1).height";
      const before = Number(await view.page.evaluate(height));
      await view.frame.click("summary");
      await view.page.waitForFunction(`${height} > ${before}`);
    });
  });
});

describe.concurrent("hostile text", () => {
  const hostile = '<img src=x onerror="document.title=1"><script>document.title=1</script>\u202eevil\u200b';

  /** Every text of the answer replaced, and the longest word there is. */
  function poisoned(value: unknown, key = ""): unknown {
    if (typeof value === "string") return KEPT.has(key) ? value : `${hostile} ${value} ${"W".repeat(300)}`;
    if (Array.isArray(value)) return value.map((item) => poisoned(item, key));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, poisoned(item, name)]));
  }
  const KEPT = new Set(["show", "locale", "time_zone"]);

  it.each(NAMES)("%s: stays text, whatever field it is in", async (name) => {
    const result = VIEWS[name]("de");
    const wrong: unknown = poisoned(result);
    await shown(
      Object(wrong),
      async ({ frame }) => {
        expect(await frame.$$("main img, main script")).toEqual([]);
        expect(await frame.evaluate("document.title")).toBe("Picture");
        const said = String(await frame.$eval("main", (node) => node.textContent));
        expect(said).toContain("<img src=x onerror=");
        expect(said).not.toMatch(/[\u202a-\u202e\u200b-\u200f]/u);
        expect(await frame.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      },
      { width: 375 },
    );
  });

  it.each([
    [[]],
    [{ totals: 7, customers: [null, 1, {}], operations: {}, sure: [{ invoices: "x", amount: 3 }], months: [[]] }],
  ])("an answer of another shape breaks nothing: %j", async (structuredContent) => {
    for (const name of NAMES) {
      const view = await views.open(browser);
      try {
        await view.host("result", { ...VIEWS[name]("en"), structuredContent: { ...structuredContent } });
        await view.frame.waitForSelector(".card, .quiet");
        expect(view.troubles).toEqual([]);
      } finally {
        await view.close();
      }
    }
  });

  it("the view's own policy blocks injected scripts, styles and requests", async () => {
    const injected = `<script>document.title='script'</script><p id="p" style="color:red">x</p>`;
    const tampered = await startCardHost(viewsHtml().replace("<body>", `<body>${injected}`), null);
    const view = await tampered.open(browser);
    try {
      await view.host("result", receivables("en"));
      await view.frame.waitForSelector(".card");
      expect(await view.frame.evaluate("document.title")).toBe("Picture");
      expect(await view.frame.evaluate('fetch("/card").then(() => "sent", () => "blocked")')).toBe("blocked");
      // The bars have their lengths all the same.
      expect(await view.frame.$eval(".fill", (node) => node.getBoundingClientRect().width)).toBeGreaterThan(50);
    } finally {
      await view.close();
      await tampered.close();
    }
  });
});

describe("real answers", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
  });
  afterAll(() => bench.close());

  const asHost = async (tool: string, args: object) => {
    const { structured, text: words, meta } = await bench.ok(tool, args);
    return { content: [{ type: "text", text: words }], structuredContent: structured, _meta: meta };
  };

  it("of every tool with a picture are drawn, with the figures that the answer states", async () => {
    const statementLines = "12.11.2026 RE 2026-0012 Kollektiv Nordlicht 424,83 EUR";
    const asked = [
      ["review_receivables", {}, ["7,174.18 EUR", "5,829.57 EUR", "1,556.64 CHF"]],
      ["match_payments", { statement: statementLines }, ["2026-0012", "424.83 EUR"]],
      ["review_billing", { from: "2026-01-01", to: "2026-03-31", documents: true }, ["EUR billed", "January 2026"]],
      ["get_invoice", { invoice_id: "#2026-0012" }, ["2026-0012"]],
      [
        "prepare_invoice",
        {
          customer: "buchhaltung@hafenkante.example",
          currency: "EUR",
          items: [{ title: "Consulting", quantity: 10, tax_rate: 19, single_net_amount: 150 }],
        },
        // As it will be: with the address and the day that sending fills in.
        ["Große Elbstraße 145", "Filled in from the customer record on sending", "the day it is sent", "1,785.00 EUR"],
      ],
      [
        "copy_invoice",
        { invoice_id: "#RE-2026-0011", lines: [{ line: 1, quantity: 7 }] },
        ["Different from the original", "quantity"],
      ],
      ["list_operations", {}, ["Create draft", "done"]],
    ] as const;
    // None is left out.
    const pictured = tools.filter((tool) => JSON.stringify(tool.listing()).includes(VIEWS_URI)).map(({ name }) => name);
    expect(asked.map(([tool]) => tool).sort()).toEqual(pictured.sort());
    for (const [tool, args, parts] of asked) {
      await shown(await asHost(tool, args), async ({ frame }) => {
        const said = await text(frame);
        for (const part of parts) expect(said, tool).toContain(part);
        expect(said.toUpperCase()).toContain("SIMULATOR");
        expect(await findings(frame), tool).toEqual([]);
      });
    }
  });
});
