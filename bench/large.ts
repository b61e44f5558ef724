import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { isJsonObject } from "../src/domain/json.ts";
import { startSimulator } from "../src/simulator/index.ts";
import { peakOf } from "./stdio-process.ts";
import { machine, printTable } from "./table.ts";

/**
 * A large account: 20,000 customers and 100,000 invoices in the simulator, with the API's published limits on. Calls,
 * requests, seconds and the server's memory for each job, to its end. `INVOICES` in the environment makes it smaller;
 * `JOBS` names some of the jobs.
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
  const simulator = await startSimulator({ many: INVOICES, many_per_customer: PER_CUSTOMER });
  process.on("message", () => {
    process.send?.({ requests: simulator.requests().length });
  });
  process.send?.({ url: simulator.url, token: simulator.token, organization: simulator.organization_id });
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
  const { url, token, organization } = isJsonObject(started) ? started : {};
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
        INVOICES_API_TOKEN: String(token),
        INVOICES_ORGANIZATION_ID: String(organization),
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
      note = noteOf(tool, structured);
      const { cursor } = structured;
      if (typeof cursor !== "string" || tool === "search_customers" || note.startsWith("20 ")) break;
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
  const number = (index: number) => `MA-${String(index).padStart(7, "0")}`;
  const middle = Math.floor(INVOICES / 2);
  // Every line pays an invoice that is open: the second of each four.
  const lines = Array.from({ length: 200 }, (_, index) => middle - 4 * index + 2 - (middle % 4));
  // Two lines of 154.00 net at 19 %, times one to five.
  const amount = (at: number) => (183.26 * (1 + ((at - 1) % 5))).toFixed(2);
  return [
    ["customer by e-mail", "search_customers", { email: `kunde-${10_001 + Math.floor(middle / 10)}@viele.example` }],
    ["customers by a word", "search_customers", { search: "Kunde" }],
    ["20 overdue invoices", "list_invoices", { status: "overdue" }],
    ["invoice by its number", "get_invoice", { invoice_id: `#${number(middle)}` }],
    ["PDF by its number", "get_document", { invoice_id: `#${number(middle)}` }],
    [
      "200 bank lines",
      "match_payments",
      {
        statement: [
          "Date;Description;Amount",
          ...lines.map((at) => `2026-11-12;Invoice ${number(at)};+${amount(at)}`),
        ].join("\n"),
        currency: "EUR",
      },
    ],
    ["who owes us, to the end", "review_receivables", {}],
    ["what did we bill, to the end", "review_billing", {}],
  ];
}

function noteOf(tool: string, answer: Readonly<Record<string, unknown>>): string {
  const size = (key: string) => (Array.isArray(answer[key]) ? answer[key].length : 0);
  switch (tool) {
    case "search_customers":
      return `${size("customers")} found`;
    case "list_invoices":
      return `${size("invoices")} found`;
    case "match_payments":
      return `${size("settle")} sure, ${size("not_found")} not found${answer["incomplete"] === undefined ? "" : ", incomplete"}`;
    case "review_receivables":
      return `${String(answer["covers"])} open${answer["part"] === true ? ", a part" : ""}`;
    case "review_billing":
      return answer["complete"] === true ? "complete" : "a part";
    default:
      return isJsonObject(answer["error"]) ? String(answer["error"]["code"]) : "found";
  }
}
