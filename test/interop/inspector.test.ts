import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isJsonObject } from "../../src/domain/json.ts";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { buildCli, CLI, type Home, makeHome } from "../harness/cli-process.ts";
import { LISTED_NAMES } from "../harness/mcp-tools.ts";
import { typeInTerminal } from "../harness/terminal-person.ts";

const INSPECTOR = fileURLToPath(new URL("../../node_modules/.bin/mcp-inspector", import.meta.url));

let home: Home;
beforeAll(() => {
  buildCli();
  home = makeHome();
}, 60_000);
afterAll(() => home.remove());

type Inspected = Promise<{ code: number; output: Record<string, unknown>; stderr: string }>;

/** The official inspector, without its web page. */
const inspect = (...args: readonly string[]): Inspected => run(["--demo"], [], args);

function run(server: readonly string[], handed: readonly string[], args: readonly string[]): Inspected {
  return new Promise((resolve, reject) => {
    const command = [INSPECTOR, "--cli", ...handed, process.execPath, CLI, ...server, ...args];
    execFile(process.execPath, command, { env: home.env(), timeout: 25_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      try {
        const output: unknown = JSON.parse(stdout);
        resolve({ code, output: isJsonObject(output) ? output : {}, stderr });
      } catch {
        reject(new Error(`${code}: ${stdout}\n${stderr}`));
      }
    });
  });
}

describe("the MCP Inspector", () => {
  it("lists the tools and finds nothing in their schemas that some host cannot take", async () => {
    const { code, output, stderr } = await inspect("--method", "tools/list", "--strict");
    const listed = Array.isArray(output["tools"]) ? output["tools"].filter(isJsonObject) : [];
    expect(listed.map((tool) => tool["name"])).toEqual(LISTED_NAMES);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).not.toMatch(/error|warning/i);
  });

  it("calls a tool", async () => {
    const { code, output } = await inspect(
      "--method",
      "tools/call",
      "--tool-name",
      "search_customers",
      "--tool-arg",
      "email=sonja.brandt@brandt-buch.example",
    );
    expect(code).toBe(0);
    expect(output["structuredContent"]).toMatchObject({ customers: [{ id: "181227" }], total: 1 });
  });
});

describe("the MCP Inspector, each call with a server of its own", () => {
  let simulator: RunningSimulator;
  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.close());

  async function call(tool: string, args: Readonly<Record<string, string>>) {
    // It hands its own environment on only as far as it is told to.
    const settings = { INVOICES_BASE_URL: simulator.url, INVOICES_API_TOKEN: simulator.token };
    const handed = Object.entries(settings).flatMap(([key, value]) => ["-e", `${key}=${value}`]);
    const given = Object.entries(args).flatMap(([key, value]) => ["--tool-arg", `${key}=${value}`]);
    const asked = ["--method", "tools/call", "--tool-name", tool, ...given];
    const { output } = await run(["--confirm=terminal", "--language=en"], handed, asked);
    const structured = output["structuredContent"];
    return { output, structured: isJsonObject(structured) ? structured : {} };
  }

  it("writes a draft once, however often it is called", { timeout: 60_000 }, async () => {
    const items = JSON.stringify([{ title: "Consulting", quantity: 2, tax_rate: 19, single_net_amount: 150 }]);
    const args = { customer: "sonja.brandt@brandt-buch.example", currency: "EUR", items };
    const first = await call("prepare_invoice", args);
    expect(first.structured).toMatchObject({ outcome: "done", invoice: { total: "357.00", status: "draft" } });
    const second = await call("prepare_invoice", args);
    expect(second.structured).toMatchObject({ outcome: "already_done", invoice_id: first.structured["invoice_id"] });
  });

  it("is told what went wrong, and that nothing was changed", async () => {
    const { output, structured } = await call("get_invoice", { invoice_id: "#NONE-1" });
    expect(output["isError"]).toBe(true);
    expect(structured["error"]).toMatchObject({ code: "not_found", effect: "none" });
  });

  // A terminal of its own is made by `script`, which Windows does not have.
  it.runIf(process.platform !== "win32")(
    "acts after a person approved in a terminal",
    { timeout: 60_000 },
    async () => {
      const { structured } = await call("list_invoices", { status: "sent", kind: "invoice", limit: "1" });
      const [invoice] = Array.isArray(structured["invoices"]) ? structured["invoices"].filter(isJsonObject) : [];
      const args = { invoice_id: `#${String(invoice?.["number"])}` };
      const asked = (await call("mark_paid", args)).structured;
      expect(asked).toMatchObject({ outcome: "approval_required" });
      expect(simulator.effects().filter(({ kind }) => kind === "invoice.paid")).toEqual([]);
      const [, command = ""] = /machine: (.+)$/s.exec(String(asked["tell_user"])) ?? [];
      expect(await typeInTerminal(command, "y")).toContain("Approved.");
      expect((await call("mark_paid", args)).structured).toMatchObject({
        outcome: "done",
        invoice: { status: "paid" },
      });
      expect(simulator.effects().filter(({ kind }) => kind === "invoice.paid")).toHaveLength(1);
    },
  );
});
