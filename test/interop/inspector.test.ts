import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isJsonObject } from "../../src/domain/json.ts";
import { tools } from "../../src/tools/index.ts";
import { buildCli, CLI, type Home, makeHome } from "../harness/cli-process.ts";

const INSPECTOR = fileURLToPath(new URL("../../node_modules/.bin/mcp-inspector", import.meta.url));

let home: Home;
beforeAll(() => {
  buildCli();
  home = makeHome();
}, 60_000);
afterAll(() => home.remove());

/** The official inspector, without its web page. */
function inspect(
  ...args: readonly string[]
): Promise<{ code: number; output: Record<string, unknown>; stderr: string }> {
  return new Promise((resolve, reject) => {
    const command = [INSPECTOR, "--cli", process.execPath, CLI, "--demo", ...args];
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
    expect(listed.map((tool) => tool["name"])).toEqual(tools.map((tool) => tool.name));
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
