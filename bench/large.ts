import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { isJsonObject } from "../src/domain/json.ts";
import { grossCents, numberOf, ORGANIZATION, startStandIn, TOKEN } from "./stand-in.ts";
import { peakOf } from "./stdio-process.ts";
import { machine, printTable } from "./table.ts";

/**
 * A large account: 20,000 customers and 100,000 invoices at the stand-in, with the API's published limits on. Calls,
 * requests, seconds and the server's memory for each job, to its end, and whether the sums are right. In the environment,
 * `INVOICES` makes it smaller, `LATENCY_MS` its answers slower, `UNKNOWN_FILTERS` (status,customer_id) names filters that
 * it refuses, and `JOBS` names some of the jobs.
 */
const INVOICES = Number(process.env["INVOICES"] ?? 100_000);
const PER_CUSTOMER = 5;
const CLI = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
/** A client that is asked again goes on this often. */
const MAX_CALLS = 40;

if (process.argv[2] === "--api") await serveApi();
else await measure();

/** The API runs in a process of its own, so that its memory and time are not the server's. */
async function serveApi(): Promise<void> {
  const api = await startStandIn({
    invoices: INVOICES,
    per_customer: PER_CUSTOMER,
    reads_per_minute: 400,
    latency_ms: Number(process.env["LATENCY_MS"] ?? 0),
    unknown_filters: process.env["UNKNOWN_FILTERS"]?.split(",") ?? [],
  });
  process.on("message", () => {
    process.send?.({ requests: api.requests.length });
    api.rest();
  });
  process.send?.({ url: api.url, ...api.truth });
}

interface Row {
  readonly job: string;
  readonly calls: number;
  readonly requests: number;
  readonly seconds: number;
  readonly peak: number;
  readonly note: string;
}

async function measure(): Promise<void> {
  const api = spawn(process.execPath, ["--import", "tsx", fileURLToPath(import.meta.url), "--api"], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [started]: unknown[] = await once(api, "message");
  const { url, ...truth } = isJsonObject(started) ? started : {};
  const requests = async (): Promise<number> => {
    api.send("count");
    const [counted]: unknown[] = await once(api, "message");
    return isJsonObject(counted) ? Number(counted["requests"]) : Number.NaN;
  };
  const rows: Row[] = [];
  const wanted = process.env["JOBS"]?.split(",");
  for (const [job, tool, args] of jobs()) {
    if (wanted !== undefined && !wanted.some((word) => job.includes(word))) continue;
    const folder = mkdtempSync(join(tmpdir(), "large-"));
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [CLI],
      env: {
        INVOICES_BASE_URL: String(url),
        INVOICES_API_TOKEN: TOKEN,
        INVOICES_ORGANIZATION_ID: ORGANIZATION,
        INVOICES_DATA_DIR: folder,
      },
      stderr: "ignore",
    });
    const client = new Client({ name: "bench", version: "0" });
    await client.connect(transport);
    const [before, began] = [await requests(), performance.now()];
    let calls = 0;
    let note = "";
    for (let given: object = args; calls < MAX_CALLS; ) {
      const answer = await client.callTool(
        { name: tool, arguments: { ...given } },
        { timeout: 120_000, resetTimeoutOnProgress: true },
      );
      calls += 1;
      const structured = isJsonObject(answer.structuredContent) ? answer.structuredContent : {};
      note = noteOf(tool, structured, truth);
      const { cursor } = structured;
      if (typeof cursor !== "string" || tool === "search_customers" || note.startsWith("20 ")) break;
      if (job.endsWith("first answer")) break;
      // As the answer says: "Call again … in 12 s".
      const wait = /\bin (\d+) s\b/.exec(String(structured["next"]))?.[1];
      if (wait !== undefined) await setTimeout(Number(wait) * 1000);
      given = { ...args, cursor };
    }
    rows.push({
      job,
      calls,
      requests: (await requests()) - before,
      seconds: (performance.now() - began) / 1000,
      peak: peakOf(transport.pid),
      note,
    });
    process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
    await client.close();
    rmSync(folder, { recursive: true, force: true });
  }
  api.kill();
  printTable(
    `${INVOICES.toLocaleString("en")} invoices, ${(INVOICES / PER_CUSTOMER).toLocaleString("en")} customers, published limits on; ${machine()}`,
    ["Job", "calls", "requests", "seconds", "peak MiB", "answer"],
    rows.map(({ job, calls, requests: sent, seconds, peak, note }) => [
      job,
      String(calls),
      String(sent),
      seconds.toFixed(1),
      peak.toFixed(0),
      note,
    ]),
  );
}

function jobs(): readonly (readonly [job: string, tool: string, args: Readonly<Record<string, unknown>>])[] {
  const middle = Math.floor(INVOICES / 8) * 4 + 1;
  // Every line pays an invoice that is open: of each four, the second is.
  const near = Array.from({ length: 200 }, (_, index) => middle - 4 * index);
  const spread = Array.from({ length: 200 }, (_, index) => Math.floor(INVOICES / 1000) * 4 * index + 1);
  const statement = (paid: readonly number[]) => ({
    statement: [
      "Date;Description;Amount",
      ...paid.map((at) => `2026-11-12;Invoice ${numberOf(at)};+${(grossCents(at) / 100).toFixed(2)}`),
    ].join("\n"),
    currency: "EUR",
  });
  return [
    ["customer by e-mail", "search_customers", { email: `kunde-${Math.floor(middle / 10)}@viele.example` }],
    ["customers by a word", "search_customers", { search: "Kunde" }],
    ["20 overdue invoices", "list_invoices", { status: "overdue" }],
    ["invoice by its number", "get_invoice", { invoice_id: `#${numberOf(middle)}` }],
    ["PDF by its number", "get_document", { invoice_id: `#${numberOf(middle)}` }],
    ["200 bank lines for invoices of one time long ago", "match_payments", statement(near)],
    ["200 bank lines for invoices of all five years", "match_payments", statement(spread)],
    ["who owes us, to the end", "review_receivables", {}],
    ["what did we bill this month, first answer", "review_billing", {}],
    ["what did we bill in all years, to the end", "review_billing", { from: "2000-01-01" }],
  ];
}

function noteOf(
  tool: string,
  answer: Readonly<Record<string, unknown>>,
  truth: Readonly<Record<string, unknown>>,
): string {
  const size = (key: string) => (Array.isArray(answer[key]) ? answer[key].length : 0);
  const total = (key: string): unknown => {
    const [first]: unknown[] = Array.isArray(answer["totals"]) ? answer["totals"] : [];
    return isJsonObject(first) ? first[key] : undefined;
  };
  const isRight = (key: string, cents: unknown) =>
    total(key) === (Number(cents) / 100).toFixed(2) ? ", right to the cent" : ", WRONG";
  switch (tool) {
    case "search_customers":
      return `${size("customers")} found`;
    case "list_invoices":
      return `${size("invoices")} found`;
    case "match_payments":
      return `${size("settle")} sure, ${size("not_found")} not found${answer["incomplete"] === undefined ? "" : ", incomplete"}`;
    case "review_receivables":
      return answer["part"] === true
        ? `a part: ${String(answer["covers"])} open`
        : `${String(answer["covers"])} open${isRight("open", truth["open_cents"])}`;
    case "review_billing":
      return answer["complete"] === true ? `complete${isRight("gross", truth["gross_cents"])}` : "a part";
    default:
      return isJsonObject(answer["error"]) ? String(answer["error"]["code"]) : "found";
  }
}
