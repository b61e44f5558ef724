import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { approveCommand, type Start } from "../../src/guard/channels/terminal-command.ts";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { buildCli, CLI } from "../harness/cli-process.ts";
import { typeInTerminal } from "../harness/terminal-person.ts";

/** What a person is told to type is typed here, word for word, in a shell that knows nothing of the server's start. */

let folder: string;
let simulator: RunningSimulator;
beforeAll(async () => {
  buildCli();
  folder = await mkdtemp(join(tmpdir(), "invoicing it's $HOME "));
  simulator = await startSimulator();
  // As npx has it: a link without an ending, in a folder of somebody's choosing.
  await cp(dirname(CLI), join(folder, "cache", "dist"), { recursive: true });
  await symlink(join(dirname(CLI), "..", "node_modules"), join(folder, "cache", "node_modules"));
  await mkdir(join(folder, ".bin"));
  await symlink(join(folder, "cache", "dist", "cli.js"), join(folder, ".bin", "invoicing-mcp"));
}, 60_000);
afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

const result = z.looseObject({
  content: z.array(z.looseObject({ text: z.string() })),
  structuredContent: z.record(z.string(), z.unknown()),
});

async function connect(env: Record<string, string>) {
  const client = new Client({ name: "told", version: "1" }, { capabilities: {} });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(folder, ".bin", "invoicing-mcp"), "--confirm=terminal", "--language=en"],
    env: { PATH: process.env["PATH"] ?? "", ...env },
    cwd: folder,
    stderr: "ignore",
  });
  await client.connect(transport);
  return {
    call: async (name: string, args: Record<string, unknown>) =>
      result.parse(await client.callTool({ name, arguments: args })),
    close: () => client.close(),
  };
}

describe("the command a person is told", () => {
  it("answers the approval as it was told, with the data folder of the environment", async () => {
    const listed = z.object({
      invoices: z.array(z.object({ id: z.string(), status: z.string(), is_quote: z.boolean() })),
    });
    const state = listed.parse(await (await fetch(`${simulator.url}/_simulator/state`)).json());
    const invoice_id = state.invoices.find((one) => one.status === "sent" && !one.is_quote)?.id ?? "";
    const client = await connect({
      HOME: folder,
      INVOICES_DATA_DIR: join(folder, "the data; of it's owner"),
      INVOICES_BASE_URL: simulator.url,
      INVOICES_API_TOKEN: simulator.token,
    });
    try {
      const { structuredContent } = await client.call("mark_paid", { invoice_id });
      expect(structuredContent["outcome"]).toBe("approval_required");
      const told = z.string().parse(structuredContent["tell_user"]);
      const command = told.slice(told.indexOf("machine: ") + "machine: ".length);
      const said = await typeInTerminal(command, "y");
      expect(said).toContain("Approved.");
      expect((await client.call("mark_paid", { invoice_id })).structuredContent["outcome"]).toBe("done");
    } finally {
      await client.close();
    }
  }, 60_000);

  const start: Start = {
    platform: "linux",
    node: "/usr/bin/node",
    embedded: false,
    node_options: [],
    script: "/opt/it/cli.js",
    data_dir: "/home/jane/.local/state/invoicing-mcp",
    policy: undefined,
  };

  it("reaches the shell as the words it was made of", async () => {
    const odd = ["a b", "it's", '"', "$HOME", "`id`", "$(id)", "a;b", "a&b", "~", "*", "\\", "é", "-"];
    for (const name of odd) {
      const command = approveCommand({ ...start, node: "printf", node_options: ["%s\n"], data_dir: `/${name}` });
      const { stdout } = await promisify(execFile)("/bin/sh", ["-c", command]);
      expect(stdout.split("\n")).toEqual(["/opt/it/cli.js", "approve", "--data-dir", `/${name}`, ""]);
    }
  });

  it("names the policy, the options of Node, and another Node where this one is part of a program", () => {
    expect(approveCommand({ ...start, policy: "/etc/my policy.json", node_options: ["--import", "tsx"] })).toBe(
      "/usr/bin/node --import tsx /opt/it/cli.js approve --data-dir /home/jane/.local/state/invoicing-mcp --policy '/etc/my policy.json'",
    );
    expect(approveCommand({ ...start, embedded: true, node: "/opt/App/app" })).toMatch(
      /^node \/opt\/it\/cli\.js approve/,
    );
  });

  it("is quoted for PowerShell and cmd on Windows", () => {
    const windows: Start = {
      ...start,
      platform: "win32",
      node: "C:\\Program Files\\nodejs\\node.exe",
      script: "C:\\Users\\Jane Doe\\cli.js",
      data_dir: "C:\\Users\\Jane Doe\\data",
    };
    expect(approveCommand(windows)).toBe(
      '& "C:\\Program Files\\nodejs\\node.exe" "C:\\Users\\Jane Doe\\cli.js" approve --data-dir "C:\\Users\\Jane Doe\\data" (PowerShell; in cmd without the first &)',
    );
    expect(approveCommand({ ...windows, node: "C:\\node\\node.exe", data_dir: "C:\\a$b" })).toBe(
      "C:\\node\\node.exe \"C:\\Users\\Jane Doe\\cli.js\" approve --data-dir 'C:\\a$b'",
    );
  });
});
