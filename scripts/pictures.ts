import { mkdir, stat, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Browser, Page } from "puppeteer-core";
import { isJsonObject, type JsonObject } from "../src/domain/json.ts";
import type { Asker } from "../src/guard/port.ts";
import type { ToolAnswer } from "../src/toolkit/report.ts";
import { cardHtml } from "../src/ui/card.ts";
import { viewsHtml } from "../src/ui/views.ts";
import { type CardHost, startCardHost } from "../test/browser/card-host.ts";
import { launchChromium } from "../test/browser/chromium.ts";
import { type Bench, listOf, START, startBench, toolNamed } from "../test/harness/mcp-tools.ts";
import { smallPng } from "./small-png.ts";

/**
 * Makes the pictures of the documentation: real answers of the real tools on the simulator, shown by the official host side
 * in a real browser. `--out=folder` writes elsewhere, to look at all languages, themes and widths (`--all`) before a commit.
 */
const { values } = parseArgs({ options: { out: { type: "string" }, all: { type: "boolean" } } });
const OUT = values.out ?? fileURLToPath(new URL("../docs/pictures", import.meta.url));
const MAX_BYTES = 150_000;

interface Scene {
  readonly name: string;
  readonly html: "card" | "views";
  readonly result: JsonObject;
  /** What stands around it in the chat. */
  readonly said?: { readonly person: string; readonly assistant: string };
}
interface Look {
  readonly theme: "light" | "dark";
  readonly width: number;
}

const client = { form: false, apps: true, era: "push", progress: false, name: "pictures", version: "1" } as const;
const asker: Asker = { client, ask: async () => ({ action: "failed", reason: "no forms" }), returned: null };

async function call(bench: Bench, language: string, tool: string, args: JsonObject): Promise<JsonObject> {
  const deps = { ...bench.deps, language };
  const options = { asker, signal: new AbortController().signal, progress: () => {} };
  const answer: ToolAnswer = await toolNamed(tool).call(deps, args, options);
  if (answer.kind !== "result" || answer.isError)
    throw new Error(`${tool}: ${answer.kind !== "result" ? "form" : answer.text}`);
  return {
    content: [{ type: "text", text: answer.text }],
    structuredContent: answer.structured,
    _meta: answer.meta ?? {},
  };
}

async function scenes(bench: Bench, language: "en" | "de"): Promise<readonly Scene[]> {
  const german = language === "de";
  const ask = (tool: string, args: JsonObject = {}) => call(bench, language, tool, args);
  const draft = await ask("prepare_invoice", {
    customer: "buchhaltung@hafenkante.example",
    currency: "EUR",
    due_date: "2026-03-24",
    items: [
      {
        title: german ? "Beratung, Februar 2026" : "Consulting, February 2026",
        quantity: 10,
        tax_rate: 19,
        single_net_amount: 150,
      },
    ],
  });
  const made = draft["structuredContent"];
  const id = isJsonObject(made) && typeof made["invoice_id"] === "string" ? made["invoice_id"] : "";
  const card = await ask("send_invoice", { invoice_id: id });
  const said = german
    ? {
        person: "Berechne Hafenkante zehn Stunden Beratung im Februar zu 150 € netto und schick die Rechnung ab.",
        assistant: "Der Entwurf ist fertig. Das Senden müssen Sie selbst freigeben:",
      }
    : {
        person: "Bill Hafenkante ten hours of consulting in February at €150 net, and send the invoice.",
        assistant: "The draft is ready. Sending it needs your approval:",
      };
  return [
    { name: "approval", html: "card", result: card, said },
    { name: "invoice", html: "views", result: draft },
    { name: "receivables", html: "views", result: await ask("review_receivables", { limit: 4 }) },
    {
      name: "statement",
      html: "views",
      result: await ask("match_payments", {
        statement: [
          "Buchungstag;Auftraggeber;Verwendungszweck;Betrag;Währung",
          "09.03.2026;Kollektiv Nordlicht;Rechnung RE-2026-0011;+424,83;EUR",
          "09.03.2026;Alpenblick Yoga GmbH;RE-2026-0010;+1556,64;CHF",
          "10.03.2026;Freie Bühne Leipzig;RE-2026-0004 abzgl. 2 % Skonto;+419,83;EUR",
          "10.03.2026;Bäckerei Sommer;Danke;+12,00;EUR",
        ].join("\n"),
      }),
    },
    {
      name: "billing",
      html: "views",
      result: await ask("review_billing", { from: "2025-12-01", to: "2026-03-10", limit: 4 }),
    },
    { name: "operations", html: "views", result: await operations(bench, ask) },
  ];
}

/** The list after a working day: two invoices sent, one paid, each with a person's approval. */
async function operations(bench: Bench, ask: (tool: string) => Promise<JsonObject>): Promise<JsonObject> {
  const drafts = await bench.ok("list_invoices", { status: "draft", response_format: "detailed" });
  const wanted = listOf(drafts, "invoices").filter(({ total }) => total === "52.36" || total === "550.00");
  for (const { id } of wanted) await bench.ok("send_invoice", { invoice_id: id });
  await bench.ok("mark_paid", { invoice_id: "#RE-2026-0011", send_notification: false });
  return ask("list_operations");
}

/** The words of a chat around the frame; its looks are nobody's product. */
function chatAround(page: Page, said: NonNullable<Scene["said"]>, theme: Look["theme"]): Promise<unknown> {
  const [bubble, ink, ground] = theme === "dark" ? ["#2f302d", "#eeece7", "#171816"] : ["#e9e6df", "#1c1b19", "#fff"];
  return page.evaluate(`{
    const paragraph = (text, style) => {
      const node = document.createElement("p");
      node.textContent = text;
      node.style.cssText = style;
      return node;
    };
    document.body.prepend(
      paragraph(${JSON.stringify(said.person)}, "margin:4px 0 18px auto;max-width:78%;width:fit-content;padding:10px 16px;border-radius:18px;background:${bubble}"),
      paragraph(${JSON.stringify(said.assistant)}, "margin:0 4px 12px"),
    );
    document.body.style.cssText = "margin:16px;font:15px/1.5 'Open Sans',system-ui,sans-serif;color:${ink};background:${ground}";
  }`);
}

async function shoot(browser: Browser, host: CardHost, scene: Scene, look: Look, file: string): Promise<void> {
  const {
    page,
    frame,
    host: tell,
    close,
  } = await host.open(browser, { width: look.width, context: { theme: look.theme } });
  try {
    await page.setViewport({ width: look.width, height: 400, deviceScaleFactor: values.all === true ? 1 : 1.5 });
    await page.evaluate(`document.documentElement.style.colorScheme = "${look.theme}"`);
    // The day of the simulator's data, so that pictures do not change with the day they are made on.
    await frame.evaluate(`Date.now = () => ${START + 60_000}`);
    await tell("result", scene.result);
    await frame.waitForSelector(".card");
    if (scene.said !== undefined) await chatAround(page, scene.said, look.theme);
    await page.waitForFunction(
      "window.host.log.sizes.at(-1)?.height === document.querySelector('iframe').clientHeight",
    );
    await writeFile(file, smallPng(await page.screenshot({ fullPage: true, type: "png" })));
    const { size } = await stat(file);
    process.stdout.write(`${file} ${Math.round(size / 1000)} KB\n`);
    if (values.all !== true && size > MAX_BYTES) throw new Error(`${file} is larger than ${MAX_BYTES} bytes.`);
  } finally {
    await close();
  }
}

await mkdir(OUT, { recursive: true });
const [browser, bench] = await Promise.all([launchChromium(), startBench({ speed: 1 })]);
const hosts = { card: await startCardHost(cardHtml()), views: await startCardHost(viewsHtml()) };
try {
  // The documentation shows one theme, and the conversation in the reader's.
  const widths = values.all === true ? [375, 760, 1_200] : [760];
  for (const language of ["en", "de"] as const) {
    for (const scene of await scenes(bench, language)) {
      if (values.all !== true && language === "de" && scene.said === undefined) continue;
      const themes =
        values.all === true || scene.said !== undefined ? (["light", "dark"] as const) : (["light"] as const);
      for (const [theme, width] of themes.flatMap((one) => widths.map((pixels) => [one, pixels] as const))) {
        const parts = [
          scene.name,
          ...(values.all === true ? [String(width)] : []),
          ...(language === "de" ? ["de"] : []),
          theme,
        ];
        await shoot(browser, hosts[scene.html], scene, { theme, width }, `${OUT}/${parts.join("-")}.png`);
      }
    }
  }
} finally {
  await Promise.all([browser.close(), bench.close(), hosts.card.close(), hosts.views.close()]);
}
