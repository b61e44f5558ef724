import { createServer, type Server } from "node:http";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Browser, Frame, Page } from "puppeteer-core";
import { cardHtml } from "../../src/ui/card.ts";

/** What the extension's specification makes a host send when a resource declares no domains. */
const HOST_CSP =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' data:; connect-src 'none'";

export interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface CardHost {
  readonly origin: string;
  open(browser: Browser, options?: HostOptions): Promise<OpenCard>;
  close(): Promise<void>;
}

export interface HostOptions {
  readonly capabilities?: object;
  readonly context?: object;
  readonly width?: number;
  /** What `answer_approval` answers; the default approves or declines as asked. */
  readonly answer?: (call: ToolCall) => object | Promise<object>;
}

export interface OpenCard {
  readonly page: Page;
  readonly frame: Frame;
  /** Console errors, page errors and requests that left the test's origin. */
  readonly troubles: string[];
  readonly calls: ToolCall[];
  /** Calls that say the view stands. */
  readonly reports: ToolCall[];
  /** Runs a method of the host page (`window.host`). */
  host(method: string, ...args: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

export async function serve(routes: Readonly<Record<string, { type: string; body: string; csp?: string }>>): Promise<{
  server: Server;
  origin: string;
}> {
  const server = createServer((request, response) => {
    const route = routes[request.url ?? "/"];
    if (route === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "content-type": `${route.type}; charset=utf-8`,
      ...(route.csp === undefined ? {} : { "content-security-policy": route.csp }),
    });
    response.end(route.body);
  });
  return { server, origin: await listen(server) };
}

export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

/** `policy`: what the host sends with the card; null for a host that sends none. */
export async function startCardHost(html = cardHtml(), policy: string | null = HOST_CSP): Promise<CardHost> {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL("host/main.ts", import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    platform: "browser",
    tsconfigRaw: {},
  });
  const { server, origin } = await serve({
    "/": {
      type: "text/html",
      body: `<!doctype html><title>host</title><link rel="icon" href="data:,"><style>:root{color-scheme:light dark}body{margin:12px;background:Canvas}iframe{display:block;width:100%;border:0}</style><body><script src="/host.js"></script>`,
    },
    "/host.js": { type: "text/javascript", body: bundle.outputFiles[0]?.text ?? "" },
    "/card": { type: "text/html", body: html, ...(policy === null ? {} : { csp: policy }) },
  });
  return {
    origin,
    open: (browser, options = {}) => openCard(browser, origin, options),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const defaultAnswer = (call: ToolCall) => ({
  content: [
    {
      type: "text",
      text:
        call.arguments["decision"] === "approve"
          ? "Approved. It is carried out when the assistant continues."
          : "Declined. Nothing was changed.",
    },
  ],
  structuredContent: { ok: true },
});

async function openCard(browser: Browser, origin: string, options: HostOptions): Promise<OpenCard> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const troubles: string[] = [];
  const calls: ToolCall[] = [];
  const reports: ToolCall[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warn") troubles.push(message.text());
  });
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith("data:")) troubles.push(request.url());
  });
  await page.setViewport({ width: options.width ?? 760, height: 900 });
  await page.exposeFunction("answerTool", async (call: ToolCall) => {
    if (call.arguments["decision"] === "shown") {
      reports.push(call);
      return { content: [], structuredContent: { ok: true } };
    }
    calls.push(call);
    return (options.answer ?? defaultAnswer)(call);
  });
  await page.goto(origin);
  const host = (method: string, ...args: readonly unknown[]) =>
    page.evaluate(`window.host.${method}(${args.map((arg) => JSON.stringify(arg)).join(", ")})`);
  await host("open", {
    capabilities: options.capabilities ?? { serverTools: {}, message: { text: {} } },
    context: options.context ?? { theme: "light", locale: "en-GB" },
    card: "/card",
  });
  const frame = page.frames().find((candidate) => candidate.url().endsWith("/card"));
  if (frame === undefined) throw new Error("the card did not load");
  return { page, frame, troubles, calls, reports, host, close: () => context.close() };
}

export const approvalResult = (view: object, extra: object = {}, page?: string) => ({
  content: [{ type: "text", text: "A person has to approve this." }],
  structuredContent: { outcome: "waiting_for_approval", approval_id: "ap_1" },
  _meta: {
    "invoicing/approval": { approval_id: "ap_1", secret: "s3cret", view, ...(page === undefined ? {} : { page }) },
  },
  ...extra,
});
