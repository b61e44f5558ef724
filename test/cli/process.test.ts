import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isJsonObject } from "../../src/domain/json.ts";
import {
  buildCli,
  type Home,
  makeHome,
  protocolLines,
  type RunningCli,
  runCli,
  startCli,
} from "../harness/cli-process.ts";
import { LISTED_NAMES } from "../harness/mcp-tools.ts";

const CANARY = "canary-7f3a9b2c5d8e1f4a";

let home: Home;
beforeAll(() => {
  buildCli();
  home = makeHome();
}, 60_000);
afterAll(() => home.remove());

async function toolNames(cli: RunningCli): Promise<string[]> {
  const { result } = await cli.request("tools/list", {});
  const listed = isJsonObject(result) && Array.isArray(result["tools"]) ? result["tools"].filter(isJsonObject) : [];
  return listed.map((tool) => String(tool["name"]));
}

async function call(cli: RunningCli, name: string, args: object): Promise<Record<string, unknown>> {
  const { result } = await cli.request("tools/call", { name, arguments: args });
  return isJsonObject(result) ? result : {};
}

describe("the command", () => {
  it("prints its version and its help", async () => {
    const version = await runCli(["--version"], home.env());
    expect(version).toMatchObject({ code: 0, stderr: "" });
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const help = await runCli(["--help"], home.env());
    expect(help.code).toBe(0);
    for (const word of ["INVOICES_API_TOKEN", "INVOICES_BASE_URL", "--demo", "simulator", "approve", "journal"]) {
      expect(help.stdout).toContain(word);
    }
  });

  it.each([
    [[], {}, ["INVOICES_API_TOKEN is not set", "dashboard", "--demo"]],
    [[], { INVOICES_API_TOKEN: `${"$"}{user_config.api_token}` }, ["INVOICES_API_TOKEN is not set"]],
    [[], { INVOICES_API_TOKEN: CANARY, INVOICES_BASE_URL: "http://b.anny.co" }, ["INVOICES_BASE_URL", "https://"]],
    [[], { INVOICES_API_TOKEN: CANARY, INVOICES_BASE_URL: "https://b.anny.co/x" }, ["INVOICES_BASE_URL", "path"]],
    [[], { INVOICES_API_TOKEN: CANARY, INVOICES_BASE_URL: `https://me:${CANARY}@b.anny.co` }, ["INVOICES_BASE_URL"]],
    [[], { INVOICES_API_TOKEN: `${CANARY} ${CANARY}` }, ["INVOICES_API_TOKEN", "blanks"]],
    [["--demmo"], {}, ["--demmo", "--help"]],
    [["start"], {}, ["start", "--help"]],
    [["serve"], {}, ["INVOICES_API_TOKEN is not set"]],
    [["serve", "--demo", "--listen", "0.0.0.0:0"], {}, ["INVOICES_HTTP_LISTEN", "INVOICES_HTTP_ACCESS"]],
    [["serve", "--demo", "--listen", "here"], {}, ["INVOICES_HTTP_LISTEN", "127.0.0.1:8080"]],
    [["serve", "--demo"], { INVOICES_HTTP_ISUER: "https://login.example.com" }, ["INVOICES_HTTP_ISSUER"]],
    [["serve", "--demo", "--issuer", "https://login.example.com"], {}, ["INVOICES_HTTP_ACCESS"]],
    [["serve", "--demo", "--access", "/no/such/access.json"], {}, ["INVOICES_HTTP_ACCESS", "cannot be read"]],
    [["serve", "--demo"], { INVOICES_HTTP_KEYS: CANARY }, ["INVOICES_HTTP_KEYS", "32 bytes"]],
    [["--demo", "--mode=all"], {}, ["INVOICES_MODE", "draft-only"]],
    [["--demo", "--policy", "/no/such/policy.json"], {}, ["policy"]],
    [["simulator", "--port", "x"], {}, ["--port"]],
    [["simulator", "--seed", "big"], {}, ["--seed", "firm"]],
    [["simulator", "--now", "soon"], {}, ["--now"]],
  ])("stops with exit code 2 and a way out: %j %j", async (args, env, words) => {
    const { code, stdout, stderr } = await runCli(args, home.env(env));
    expect(code).toBe(2);
    expect(stdout).toBe("");
    for (const word of words) expect(stderr).toContain(word);
    expect(stderr).not.toContain(CANARY);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr.trim().split("\n").length).toBeLessThanOrEqual(2);
  });
});

describe("the server on stdio", () => {
  it("speaks the protocol and nothing else on stdout, and ends when its client goes", async () => {
    const cli = startCli(["--demo"], home.env());
    expect((await cli.initialize())["result"]).toMatchObject({ serverInfo: { name: "invoicing-mcp" } });
    const names = await toolNames(cli);
    expect(names).toEqual(LISTED_NAMES);
    const found = await call(cli, "search_customers", { email: "sonja.brandt@brandt-buch.example" });
    expect(found["structuredContent"]).toMatchObject({ customers: [{ id: "181227" }] });
    cli.child.stdin.end();
    const { code, stdout } = await cli.finished;
    expect(code).toBe(0);
    expect(protocolLines(stdout)).toHaveLength(3);
    expect(stdout.endsWith("\n")).toBe(true);
  });

  it.each([
    [[], {}, "INVOICES_API_TOKEN is not set"],
    [["--demo"], { INVOICES_MODE: "all" }, "INVOICES_MODE"],
    [["--demo", "--policy", "/no/such/policy.json"], {}, "policy"],
  ])("tells a client what is wrong with the settings, in every answer: %j %j", async (args, env, words) => {
    const cli = startCli(args, home.env(env));
    const { result } = await cli.initialize();
    expect(String(isJsonObject(result) ? result["instructions"] : "")).toContain(words);
    const names = await toolNames(cli);
    expect(names).toContain("send_invoice");
    for (const name of names) {
      const answer = await call(cli, name, {});
      expect(answer["isError"]).toBe(true);
      expect(answer["structuredContent"]).toMatchObject({ error: { code: "config", effect: "none" } });
      expect(JSON.stringify(answer["content"])).toContain(words);
    }
    cli.child.stdin.end();
    const { code, stderr } = await cli.finished;
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });

  it("answers what is no request without dying", async () => {
    const cli = startCli(["--demo"], home.env());
    await cli.initialize();
    cli.child.stdin.write("this is not JSON\n{}\n[]\n\u0000\n");
    cli.send({ id: 900, method: "no/such/method" });
    cli.send({ id: 901, method: "tools/call", params: { name: "no_such_tool", arguments: {} } });
    cli.send({ id: 902, method: "tools/call", params: { name: "get_invoice", arguments: "text" } });
    cli.send({ id: 903, method: "tools/call", params: {} });
    expect(await toolNames(cli)).toContain("send_invoice");
    const answers = () => protocolLines(cli.stdout());
    expect(JSON.stringify(answers().find(({ id }) => id === 901))).toContain("There is no tool of that name");
    for (const id of [900, 902, 903]) expect(answers().find((line) => line["id"] === id)).toHaveProperty("error");
    cli.child.stdin.end();
    expect((await cli.finished).code).toBe(0);
  });

  it("answers the newer revision's discovery", async () => {
    const cli = startCli(["--demo"], home.env());
    const answer = await cli.request("server/discover", {
      _meta: {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
      },
    });
    expect(JSON.stringify(answer["result"])).toContain("2026-07-28");
    cli.child.kill("SIGTERM");
    await cli.finished;
  });

  it.each(["SIGTERM", "SIGINT"] as const)("ends in order on %s", async (signal) => {
    const cli = startCli(["--demo"], home.env());
    await cli.initialize();
    await call(cli, "list_invoices", {});
    cli.child.kill(signal);
    expect(await cli.finished).toMatchObject({ code: 0, signal: null });
  });

  it("runs twice at once on the same settings", async () => {
    const servers = [startCli(["--demo"], home.env()), startCli(["--demo"], home.env())];
    const answers = await Promise.all(
      servers.map(async (cli) => {
        await cli.initialize();
        return call(cli, "create_customer", { email: "both@example.com", locale: "de" });
      }),
    );
    for (const answer of answers) expect(answer["structuredContent"]).toMatchObject({ outcome: "done" });
    for (const cli of servers) cli.child.stdin.end();
    for (const cli of servers) expect((await cli.finished).code).toBe(0);
  });

  it("lists its tools while the API is down, and says what is wrong when called", async () => {
    const port = await closedPort();
    const cli = startCli(
      [],
      home.env({
        INVOICES_API_TOKEN: CANARY,
        INVOICES_ORGANIZATION_ID: "1",
        INVOICES_BASE_URL: `http://127.0.0.1:${port}`,
      }),
    );
    await cli.initialize();
    expect(await toolNames(cli)).toEqual(LISTED_NAMES);
    const answer = await call(cli, "get_invoice", { invoice_id: "1" });
    expect(answer).toMatchObject({
      isError: true,
      structuredContent: { error: { code: "unavailable", effect: "none" } },
    });
    cli.child.stdin.end();
    const { stdout, stderr, code } = await cli.finished;
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain(CANARY);
  });

  it.each([
    ["read-only", ["search_customers", "get_invoice"], ["create_customer", "send_invoice", "answer_approval"]],
    [
      "draft-only",
      ["create_customer", "add_item"],
      ["send_invoice", "mark_paid", "cancel_invoice", "change_recipient"],
    ],
  ])("has in mode %s only the tools of that mode", async (mode, has, lacks) => {
    const cli = startCli(["--demo", "--mode", mode], home.env());
    await cli.initialize();
    const names = await toolNames(cli);
    expect(names).toEqual(expect.arrayContaining(has));
    for (const name of lacks) {
      expect(names).not.toContain(name);
      // Not listed is not callable either.
      const answer = await cli.request("tools/call", { name, arguments: {} });
      expect(answer).toHaveProperty("error");
    }
    cli.child.stdin.end();
    await cli.finished;
  });
});

describe("the simulator", () => {
  it("keeps its data over restarts, and never shows another's token", async () => {
    const data = join(home.path, "simulator.sqlite");
    const settings = async (cli: RunningCli) => {
      await cli.seen(/Stop with/);
      return Object.fromEntries(
        [...cli.stdout().matchAll(/^ {2}(INVOICES_\w+)=(.+)$/gm)].map((match) => [match[1] ?? "", match[2] ?? ""]),
      );
    };
    const first = startCli(["simulator", "--port", "0", "--data", data], home.env());
    const one = await settings(first);
    const server = startCli([], home.env(one));
    await server.initialize();
    const made = await call(server, "create_customer", { email: "kept@example.com", locale: "en" });
    expect(made["structuredContent"]).toMatchObject({ outcome: "done" });
    server.child.stdin.end();
    const log = await server.finished;
    expect(log.stderr).not.toContain(one["INVOICES_API_TOKEN"]);
    expect(log.stdout).not.toContain(one["INVOICES_API_TOKEN"]);
    first.child.kill("SIGTERM");
    expect((await first.finished).code).toBe(0);

    const second = startCli(["simulator", "--port", "0", "--data", data], home.env());
    const two = await settings(second);
    expect(two["INVOICES_API_TOKEN"]).toBe(one["INVOICES_API_TOKEN"]);
    const again = startCli([], home.env(two));
    await again.initialize();
    const found = await call(again, "search_customers", { email: "kept@example.com" });
    expect(found["structuredContent"]).toMatchObject({ total: 1 });
    again.child.stdin.end();
    await again.finished;
    second.child.kill("SIGTERM");
    expect((await second.finished).code).toBe(0);
  });

  it("says which port is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { code, stderr } = await runCli(["simulator", "--port", String(port)], home.env());
    expect(code).not.toBe(0);
    expect(stderr).toContain(String(port));
    expect(stderr).not.toMatch(/^\s+at /m);
    await new Promise((resolve) => taken.close(resolve));
  });
});

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
