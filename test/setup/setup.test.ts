import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { knownClient, type ServerStart } from "../../src/setup/clients.ts";
import { entriesOf, readText } from "../../src/setup/edit.ts";
import { passedOn } from "../../src/setup/try-start.ts";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { buildCli, CLI } from "../harness/cli-process.ts";
import { CLIENTS } from "../harness/mcp-clients.ts";
import { type Computer, CTRL_C, DOWN, ENTER, makeComputer } from "./scene.ts";

let simulator: RunningSimulator;
let computer: Computer;
beforeAll(async () => {
  buildCli();
  simulator = await startSimulator();
}, 60_000);
afterAll(() => simulator.close());
beforeEach(() => {
  computer = makeComputer();
  simulator.setSwitches({ organizations: "one", organization_list: "on", abilities: "all" });
});
afterEach(() => computer.remove());

const MODES = process.platform !== "win32";

/** The file of a client here, and the entry as the client would start it. */
function fileOf(id: Parameters<typeof knownClient>[0]): string {
  return knownClient(id).file({ platform: process.platform, home: computer.home, env: computer.env });
}
function startIn(id: Parameters<typeof knownClient>[0]): ServerStart {
  const client = knownClient(id);
  const entry = entriesOf(readText(client.format, readFileSync(fileOf(id), "utf8")), client.servers)["invoicing"];
  const start = entry === undefined ? null : client.start(entry);
  if (start === null) throw new Error(`${id} has no entry`);
  return start;
}
function put(id: Parameters<typeof knownClient>[0], text: string): string {
  mkdirSync(dirname(fileOf(id)), { recursive: true });
  writeFileSync(fileOf(id), text);
  return fileOf(id);
}

/** A real client starts what was configured, in the environment that clients give. */
async function firstRead(start: ServerStart) {
  const client = await CLIENTS["sdk 1.x"]({
    args: [],
    env: { ...passedOn(computer.env), ...start.env },
    started: { command: start.command, before: start.args, cwd: computer.home },
  });
  try {
    return await client.callTool("list_invoices", { limit: 1 });
  } finally {
    await client.close();
  }
}

describe("setup, by questions", () => {
  it("finds the account, keeps the token and connects a client that then reads", { timeout: 60_000 }, async () => {
    simulator.setSwitches({ organizations: "several" });
    const { code, screen, error } = await computer.setUp(
      { settings: { "base-url": simulator.url }, client: "cursor" },
      [
        ["Access token", `${simulator.token}${ENTER}`],
        ["For which organization", ENTER],
        ["Where shall the token be kept", ENTER],
        ["Write this for Cursor", ENTER],
      ],
    );
    expect(error).toBe("");
    expect(screen).toContain("It works");
    expect(code).toBe(0);
    expect(screen).not.toContain(simulator.token);
    expect(readFileSync(fileOf("cursor"), "utf8")).not.toContain(simulator.token);
    expect((await firstRead(startIn("cursor"))).isError).toBe(false);
    const kept = join(computer.home, ".local", "state", "invoicing-mcp", "credentials.json");
    if (process.platform === "linux" && screen.includes(kept)) {
      expect(screen).toContain("0600");
      expect(statSync(kept).mode & 0o777).toBe(0o600);
    }
    expect(simulator.effects()).toEqual([]);
  });

  it("says what is wrong with a token, never repeats it, and asks again", async () => {
    const { code, screen } = await computer.setUp({ settings: { "base-url": simulator.url } }, [
      ["Access token", `Bearer wrong-token-1${ENTER}`],
      ["begins with the word Bearer", `${"\u007F".repeat(20)}wrong-token-2${ENTER}`],
      ["Try again with another token", ENTER],
      ["Access token", `${simulator.token}${ENTER}`],
      ["Which client", CTRL_C],
    ]);
    expect(code).toBe(1);
    expect(screen).toMatch(/does not accept the access token \(401\)/);
    expect(screen).not.toMatch(/wrong-token/);
    expect(readdirSync(computer.home)).toEqual([]);
  });

  it("asks about the dashboard's open organization where the API lists none", async () => {
    for (const organization_list of ["403", "empty"] as const) {
      simulator.setSwitches({ organization_list });
      const token = { ...computer.env, INVOICES_API_TOKEN: simulator.token };
      Object.assign(computer.env, token);
      const { screen } = await computer.setUp({ settings: { "base-url": simulator.url } }, [
        ["Write invoices for", ENTER],
        ["Which client", CTRL_C],
      ]);
      expect(screen).toMatch(/The API lists no organization.*"Lindenhof Studios".*is open just now/);
      expect(screen).toContain("invoices: can be read");
    }
  });

  it("writes nothing when the person does not agree", async () => {
    const before = '{ "mcpServers": {} }';
    const file = put("cursor", before);
    computer.env["INVOICES_API_TOKEN"] = simulator.token;
    const { code } = await computer.setUp({ settings: { "base-url": simulator.url }, client: "cursor", keep: "file" }, [
      ["Write this for Cursor", `n`],
    ]);
    expect(code).toBe(1);
    expect(readFileSync(file, "utf8")).toBe(before);
    expect(existsSync(join(computer.home, ".local"))).toBe(false);
  });

  it("offers the plain file of the client last, and says what that means", async () => {
    computer.env["INVOICES_API_TOKEN"] = simulator.token;
    const { screen } = await computer.setUp({ settings: { "base-url": simulator.url }, client: "goose" }, [
      ["Where shall the token be kept", DOWN + DOWN],
      ["plain text", CTRL_C],
    ]);
    expect(screen).toMatch(/In goose's own file \(in plain text, for whoever sees that file\)/);
  });
});

describe("setup, by a script", () => {
  const script = () => ({ settings: { "base-url": simulator.url }, yes: true, keep: "file" as const });

  it.each(["claude-desktop", "claude-code", "vscode", "cursor", "codex", "goose"] as const)(
    "connects %s, and keeps what else its file holds",
    { timeout: 60_000 },
    async (client) => {
      computer.env["INVOICES_API_TOKEN"] = simulator.token;
      const { format, servers } = knownClient(client);
      const text = {
        json: `{\n  // mine\n  "${servers}": {\n    "other": { "command": "x" } // this too\n  }\n}\n`,
        toml: `# mine\n[${servers}.other] # this too\ncommand = "x"\n`,
        yaml: `# mine\n${servers}:\n  other: # this too\n    cmd: x\n`,
      }[format];
      const file = put(client, text);
      if (MODES) chmodSync(file, 0o640);
      const { code, screen } = await computer.setUp({ ...script(), client });
      expect(screen).toContain("It works");
      expect(code).toBe(0);
      const after = readFileSync(file, "utf8");
      expect(after).toMatch(/mine[\s\S]*this too/);
      expect(Object.keys(entriesOf(readText(format, after), servers)).sort()).toEqual(["invoicing", "other"]);
      if (MODES) expect(statSync(file).mode & 0o777).toBe(0o640);
      const backup = readdirSync(dirname(file)).find((name) => name.endsWith(".backup")) ?? "";
      expect(readFileSync(join(dirname(file), backup), "utf8")).toBe(text);
      // A second time there is nothing to write.
      if (client !== "goose") return;
      expect((await firstRead(startIn(client))).isError).toBe(false);
      expect((await computer.setUp({ ...script(), client })).screen).toContain("says so already");
    },
  );

  it("keeps limits that the old entry sets, and takes the old token out", { timeout: 60_000 }, async () => {
    computer.env["INVOICES_API_TOKEN"] = simulator.token;
    const args = ["-y", "invoicing-mcp", "--mode", "read-only", "--confirm=page", "--demo"];
    const env = { INVOICES_API_TOKEN: "old-token-123456", INVOICES_TIMEZONE: "Europe/Rome", OTHER: "1" };
    const entry = { command: "npx", args, env, alwaysAllow: ["get_invoice"] };
    put("cursor", JSON.stringify({ mcpServers: { invoicing: entry } }));
    const { screen, code } = await computer.setUp({ ...script(), client: "cursor" });
    expect(code).toBe(0);
    expect(screen).not.toContain("old-token-123456");
    const start = startIn("cursor");
    expect(start.args.join(" ")).toMatch(/--mode read-only --confirm page/);
    expect(start.args).not.toContain("--demo");
    expect(start.env).toEqual({ INVOICES_TIMEZONE: "Europe/Rome", OTHER: "1" });
    expect(readFileSync(fileOf("cursor"), "utf8")).toContain("alwaysAllow");
  });

  it("never replaces an entry of something else", async () => {
    computer.env["INVOICES_API_TOKEN"] = simulator.token;
    const text = '{ "mcpServers": { "invoicing": { "command": "other-server" } } }';
    const file = put("cursor", text);
    const { error } = await computer.setUp({ ...script(), client: "cursor" });
    expect(error).toMatch(/starts something else.*--name/);
    expect(readFileSync(file, "utf8")).toBe(text);
    const { printed } = await computer.setUp({ ...script(), client: "cursor", name: "anny", print: true });
    expect(Object.keys(entriesOf(readText("json", printed), "mcpServers"))).toEqual(["anny"]);
  });

  it("follows a link to the file, and names a file with an error", async () => {
    computer.env["INVOICES_API_TOKEN"] = simulator.token;
    const real = join(computer.home, "dotfiles.json");
    writeFileSync(real, "{}");
    mkdirSync(dirname(fileOf("cursor")), { recursive: true });
    symlinkSync(real, fileOf("cursor"));
    expect((await computer.setUp({ ...script(), client: "cursor" })).code).toBe(0);
    expect(lstatSync(fileOf("cursor")).isSymbolicLink()).toBe(true);
    expect(readFileSync(real, "utf8")).toContain("invoicing");
    const broken = put("vscode", '{ "servers": { ');
    const { error } = await computer.setUp({ ...script(), client: "vscode" });
    expect(error).toContain(broken);
    expect(readFileSync(broken, "utf8")).toBe('{ "servers": { ');
  });

  it("ends well where there is nothing to read", () => {
    const args = [CLI, "setup", "--demo", "--yes", "--client", "cursor", "--print"];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      env: computer.env,
      stdio: ["ignore", "pipe", "pipe"],
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, expect.not.stringContaining("unexpected")]);
    expect(stdout).toContain('"--demo"');
  });

  it("says which flag is missing, and asks for nothing", async () => {
    expect((await computer.setUp({ ...script() })).error).toContain("INVOICES_API_TOKEN or --token-stdin is missing");
    computer.env["INVOICES_API_TOKEN"] = simulator.token;
    expect((await computer.setUp({ ...script() })).error).toContain("--client is missing");
    simulator.setSwitches({ organizations: "several" });
    expect((await computer.setUp({ ...script(), client: "cursor" })).error).toContain("--organization is missing");
    const settings = { "base-url": simulator.url, organization: "99" };
    expect((await computer.setUp({ ...script(), settings, client: "cursor" })).error).toMatch(
      /Organization 99 is not one of this token's; it sees .*Correct --organization/,
    );
    simulator.setSwitches({ organizations: "one", abilities: "invoices_only" });
    expect((await computer.setUp({ ...script(), client: "cursor" })).error).toContain("permission to read customers");
    expect(readdirSync(computer.home)).toEqual([]);
  });

  it("prints what to paste, alone, without the token, and writes no client's file", async () => {
    computer.env["INVOICES_API_TOKEN"] = simulator.token;
    for (const keep of ["file", "client"] as const) {
      const { code, printed, screen } = await computer.setUp({ ...script(), keep, client: "vscode", print: true });
      expect(code).toBe(0);
      expect(`${printed}${screen}`).not.toContain(simulator.token);
      expect(Object.keys(readText("json", printed))).toEqual(["servers"]);
      expect(existsSync(fileOf("vscode"))).toBe(false);
    }
  });

  it("sets up the demo without an account", { timeout: 60_000 }, async () => {
    const { code } = await computer.setUp({ yes: true, demo: true, client: "codex" });
    expect(code).toBe(0);
    expect(startIn("codex").args).toContain("--demo");
    expect((await firstRead(startIn("codex"))).text).toContain("simulator");
  });

  it("writes the token into the client's file only when that is chosen", { timeout: 60_000 }, async () => {
    computer.env["INVOICES_API_TOKEN"] = simulator.token;
    const { screen, code } = await computer.setUp({ ...script(), keep: "client", client: "claude-code" });
    expect(code).toBe(0);
    expect(screen).not.toContain(simulator.token);
    expect(startIn("claude-code").env).toEqual({ INVOICES_API_TOKEN: simulator.token });
    if (MODES) expect(statSync(fileOf("claude-code")).mode & 0o777).toBe(0o600);
  });
});
