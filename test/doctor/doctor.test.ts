import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { keepToken } from "../../src/credentials/kept.ts";
import { type DoctorWorld, examine, forPerson, forReport, isHealthy } from "../../src/doctor/doctor.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { knownClient } from "../../src/setup/clients.ts";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import surface from "../../src/tools/surface.json" with { type: "json" };
import { buildCli, runCli } from "../harness/cli-process.ts";

const OPAQUE = "opaque-token-1234567890";
let home: string;
let simulator: RunningSimulator;
beforeAll(async () => {
  buildCli();
  simulator = await startSimulator({ token: OPAQUE });
}, 60_000);
afterAll(() => simulator.close());
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "invoicing doctor "));
  simulator.setSwitches({ organizations: "one", organization_list: "on", abilities: "all" });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

type Env = Readonly<Record<string, string>>;

/** Everything right, as far as the settings go. */
const right = (): Env => ({ INVOICES_BASE_URL: simulator.url, INVOICES_API_TOKEN: OPAQUE });

async function look(env: Env, more: Partial<DoctorWorld> = {}): Promise<readonly Finding[]> {
  return examine({
    system: { platform: process.platform, home, env: { PATH: process.env["PATH"], XDG_STATE_HOME: home, ...env } },
    settings: {},
    demo: false,
    client: null,
    node: { version: process.versions.node, path: process.execPath, arch: process.arch, embedded: false },
    desktop: { platform: "linux", display: true, remote: false },
    told: (command, _folders, ...words) => ["invoicing-mcp", command, ...words].join(" "),
    ...more,
  });
}

const of = (findings: readonly Finding[], check: string) => findings.filter((one) => one.check === check);
const bad = (findings: readonly Finding[]) => findings.filter(({ verdict }) => verdict === "bad");

describe("doctor", () => {
  it("finds nothing wrong where nothing is, looks at everything, and writes nothing", async () => {
    const from = simulator.requests().length;
    const findings = await look(right());
    expect(bad(findings)).toEqual([]);
    expect(new Set(findings.map(({ check }) => check))).toEqual(
      new Set(
        ["node", "sqlite", "settings", "journal", "policy", "approval", "proxy", "reach", "tls", "clock"].concat([
          "token",
          "organization",
          "abilities",
          "client",
        ]),
      ),
    );
    expect(
      new Set(
        simulator
          .requests()
          .slice(from)
          .map(({ method }) => method),
      ),
    ).toEqual(new Set(["GET"]));
    expect(readdirSync(home)).toEqual([]);
  });

  it("says of each tool whether it works, and what only writing would show", async () => {
    const names = surface.map(({ name }) => name).filter((name) => name !== "answer_approval");
    const [opaque] = of(await look(right()), "abilities");
    expect(Object.keys(opaque?.tools ?? {})).toEqual(names);
    expect(opaque?.tools).toMatchObject({ list_invoices: "works", send_invoice: "unknown", list_operations: "works" });
    simulator.setSwitches({ abilities: "invoices_only" });
    const without = of(await look({ ...right(), INVOICES_ORGANIZATION_ID: simulator.organization_id }), "abilities");
    expect(without.map(({ verdict }) => verdict)).toEqual(["bad", "bad"]);
    expect(without[1]?.tools).toMatchObject({
      list_invoices: "works",
      search_customers: "refused",
      prepare_invoice: "refused",
    });
    const own = await startSimulator();
    const [scoped] = of(await look({ INVOICES_BASE_URL: own.url, INVOICES_API_TOKEN: own.token }), "abilities");
    await own.close();
    expect(new Set(Object.values(scoped?.tools ?? {}))).toEqual(new Set(["works"]));
  });

  it("names every wrong setting at once, and still looks at the rest", async () => {
    const findings = await look({ ...right(), INVOICES_MODE: "x", INVOICES_POLCY: "y", INVOICES_TIMEZONE: "Mars" });
    const said = of(findings, "settings").map(({ says }) => says);
    expect(said).toHaveLength(3);
    expect(said.join(" ")).toMatch(/INVOICES_POLCY.*INVOICES_MODE.*INVOICES_TIMEZONE/);
    expect(of(findings, "reach")[0]?.verdict).toBe("good");
    expect(of(findings, "journal")[0]?.verdict).toBe("good");
    // With another account than the one that was meant, it would be looked at the wrong one.
    expect(of(findings, "token")).toEqual([]);
  });

  it.each<readonly [what: string, check: string, env: () => Env, says: RegExp, cure: RegExp]>([
    ["no token", "token", () => ({ INVOICES_BASE_URL: simulator.url }), /no token/, /invoicing-mcp setup/],
    ["a wrong token", "token", () => ({ ...right(), INVOICES_API_TOKEN: "wrong-1" }), /401/, /new access token/],
    ["another organization", "abilities", () => ({ ...right(), INVOICES_ORGANIZATION_ID: "9" }), /403/, /INVOICES_ORG/],
    [
      "no such host",
      "reach",
      () => ({ ...right(), INVOICES_BASE_URL: "https://x.invalid" }),
      /x\.invalid/,
      /HTTPS_PROXY/,
    ],
    [
      "TLS unchecked",
      "settings",
      () => ({ INVOICES_API_TOKEN: OPAQUE, INVOICES_BASE_URL: "https://x.invalid", NODE_TLS_REJECT_UNAUTHORIZED: "0" }),
      /switches off/,
      /Remove it/,
    ],
    [
      "no certificates",
      "certificates",
      () => ({ ...right(), NODE_EXTRA_CA_CERTS: "/nowhere.pem" }),
      /cannot be read/,
      /Correct the path/,
    ],
    ["no policy", "policy", () => ({ ...right(), INVOICES_POLICY: "/nowhere.json" }), /policy/i, /\w/],
  ])("finds %s", async (_what, check, env, says, cure) => {
    const findings = await look(env());
    expect(isHealthy(findings)).toBe(false);
    const found = bad(of(findings, check))[0];
    expect(found?.says).toMatch(says);
    expect(found?.cure).toMatch(cure);
  });

  it("finds several organizations, a journal that cannot be written, and nobody to approve", async () => {
    simulator.setSwitches({ organizations: "several" });
    const journal = join(home, "invoicing-mcp", "journal.sqlite");
    mkdirSync(dirname(journal), { mode: 0o700 });
    writeFileSync(journal, "no journal at all", { mode: 0o600 });
    const findings = await look(right(), { desktop: { platform: "linux", display: false, remote: true } });
    expect(of(findings, "organization")[0]).toMatchObject({
      verdict: "bad",
      detail: expect.stringContaining("several"),
    });
    expect(of(findings, "journal")[0]).toMatchObject({ verdict: "bad", says: expect.stringContaining("is damaged") });
    expect(of(findings, "approval")[0]).toMatchObject({
      verdict: "warning",
      says: expect.stringContaining("No browser"),
    });
    const token = await look({ ...right(), INVOICES_CONFIRM: "token" });
    expect(of(token, "approval")[0]?.says).toContain("the model can approve its own acts");
  });

  it("compares the clock", async () => {
    for (const [minutes, verdict] of [
      [0, "good"],
      [-5, "warning"],
      [300, "bad"],
    ] as const) {
      const server = createServer((_request, response) => {
        response.sendDate = false;
        response.writeHead(401, { date: new Date(Date.now() - minutes * 60_000).toUTCString() }).end("{}");
      });
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
      const address = server.address();
      const port = address !== null && typeof address === "object" ? address.port : 0;
      const findings = await look({ ...right(), INVOICES_BASE_URL: `http://127.0.0.1:${port}` });
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      expect(of(findings, "clock")[0]?.verdict).toBe(verdict);
    }
  });

  it("looks with the settings of the client that is configured", async () => {
    const client = knownClient("codex");
    const file = client.file({ platform: process.platform, home, env: {} });
    mkdirSync(dirname(file), { recursive: true });
    const entry = (command: string) =>
      `[mcp_servers.anny]\ncommand = ${JSON.stringify(command)}\nargs = ["-y", "invoicing-mcp", "--base-url", "${simulator.url}", "--mode=x"]\n`;
    writeFileSync(file, entry(process.execPath));
    await keepToken(join(home, "invoicing-mcp"), { origin: simulator.url, organization_id: "1" }, OPAQUE, "file");
    const findings = await look({});
    expect(of(findings, "settings")[0]?.says).toMatch(/INVOICES_MODE must be one of.*From Codex's configuration/);
    expect(of(findings, "client")[0]?.says).toMatch(/^Codex starts it. How you approve there: A form/);
    writeFileSync(file, entry("/nowhere/node"));
    const [gone] = of(await look({}, { client: "codex" }), "client");
    expect(gone).toMatchObject({ verdict: "bad", cure: expect.stringContaining("setup") });
    writeFileSync(file, "[broken\n");
    expect(of(await look({}), "client")[0]).toMatchObject({ verdict: "bad", says: expect.stringContaining("line 1") });
    expect(of(await look({}, { client: "goose" }), "client")[0]?.verdict).toBe("bad");
  });

  it("needs nothing for the demo", async () => {
    const findings = await look({}, { demo: true });
    expect(bad(findings)).toEqual([]);
    expect(of(findings, "reach")[0]?.says).toContain("no network");
    expect(forPerson(findings)).not.toMatch(/invoicing-mcp approve|answered in a terminal/);
    const dark = await look({}, { demo: true, desktop: { platform: "linux", display: false, remote: false } });
    expect(of(dark, "approval")[0]).toMatchObject({
      says: expect.stringMatching(/without a form or a card of the client, only the page's address is told/),
      cure: expect.not.stringContaining("command below"),
    });
  });

  /** What is said of approval, of all that is said; the policy is written where one is given. */
  async function approval(env: Env, policy?: object, more: Partial<DoctorWorld> = {}): Promise<string> {
    const file = join(home, "policy.json");
    if (policy !== undefined) writeFileSync(file, JSON.stringify({ version: 1, ...policy }), { mode: 0o600 });
    const findings = await look(
      { ...right(), ...env, ...(policy === undefined ? {} : { INVOICES_POLICY: file }) },
      more,
    );
    return of(findings, "approval")
      .map(({ verdict, says }) => `${verdict}: ${says}`)
      .join("; ");
  }

  const PAGE = "good: A page can be opened in a browser here";
  const TERMINAL = "good: Approvals that wait can be answered in a terminal";
  it.each<readonly [env: Env, policy: object | undefined, says: string]>([
    [{}, undefined, `${PAGE}; ${TERMINAL}`],
    [{ INVOICES_CONFIRM: "form" }, undefined, `good: By these settings only: a form of the client; ${TERMINAL}`],
    [{ INVOICES_CONFIRM: "terminal" }, undefined, `good: By these settings only: a terminal; ${TERMINAL}`],
    [{ INVOICES_CONFIRM: "deny" }, undefined, "warning: --confirm deny: nothing final ever happens."],
    [{ INVOICES_CONFIRM: "token" }, undefined, "warning: --confirm token: the model can approve its own acts."],
    [
      { INVOICES_MODE: "draft-only" },
      undefined,
      "good: Nothing has to be approved: this mode has no tool that leaves the house",
    ],
    [{}, { mode: "read-only" }, "good: Nothing has to be approved: this mode has no tool that leaves the house"],
    [
      {},
      { channels: { approve: ["form", "page"], typed: ["page"] } },
      `good: By these settings only: a form of the client or the page in a browser; where something has to be typed, the page in a browser; ${PAGE}`,
    ],
    [
      {},
      { channels: { typed: ["terminal"] } },
      `good: By these settings only: a form of the client or a card in the chat or the page in a browser or a terminal; where something has to be typed, a terminal; ${PAGE}; ${TERMINAL}`,
    ],
    [
      { INVOICES_CONFIRM: "form" },
      { channels: { typed: ["page"] } },
      "bad: --confirm form and the policy leave no way to approve every act.",
    ],
    [
      { INVOICES_CONFIRM: "card" },
      { approver: "passkey" },
      "bad: --confirm card and the policy leave no way to approve.",
    ],
    [{}, { approver: "other" }, "unknown: The policy says how, and it cannot be read yet"],
    [
      {},
      { approver: "passkey" },
      `good: The policy wants a registered passkey, on the page; the command below lists those that are registered; ${PAGE}; good: Approvals that wait can be declined in a terminal`,
    ],
  ])("says how a person approves with %j and policy %j", async (env, policy, says) => {
    expect(await approval(env, policy)).toBe(says);
  });

  it("says of a client how a person approves there with what it is configured with", async () => {
    const client = knownClient("codex");
    const file = client.file({ platform: process.platform, home, env: {} });
    mkdirSync(dirname(file), { recursive: true });
    for (const [more, says] of [
      ['"--mode=full"', "Codex starts it. How you approve there: A form in the terminal; the page"],
      ['"--confirm=page"', "How you approve there: by these settings only: the page in a browser or a terminal."],
      ['"--confirm=page", "--demo"', "How you approve there: by these settings only: the page in a browser."],
      ['"--confirm=deny"', "How you approve there: not at all"],
      ['"--mode=read-only"', "How you approve there: there is nothing to approve in this mode."],
    ] as const) {
      const command = JSON.stringify(process.execPath);
      writeFileSync(file, `[mcp_servers.anny]\ncommand = ${command}\nargs = ["-y", "invoicing-mcp", ${more}]\n`);
      expect(of(await look(right()), "client")[0]?.says).toContain(says);
    }
  });

  it("a policy that wants a passkey, with the demo, which keeps none: neither doctor nor the server goes on", async () => {
    const file = join(home, "policy.json");
    writeFileSync(file, '{"version":1,"approver":"passkey"}', { mode: 0o600 });
    const findings = await look({ INVOICES_POLICY: file }, { demo: true });
    expect(of(findings, "policy")[0]).toMatchObject({ verdict: "bad", says: expect.stringContaining("keeps none") });
    const env = { PATH: process.env["PATH"] ?? "", HOME: home, XDG_STATE_HOME: home, INVOICES_POLICY: file };
    const started = await runCli(["--demo"], env);
    expect([started.code, started.stderr]).toEqual([2, expect.stringContaining("keeps none")]);
  });

  it("the journal command with the demo's settings says where its record is", async () => {
    const env = { PATH: process.env["PATH"] ?? "", HOME: home, XDG_STATE_HOME: home, INVOICES_DEMO: "true" };
    const { code, stderr } = await runCli(["journal", "list"], env);
    expect([code, stderr]).toEqual([2, expect.stringContaining("its own memory")]);
  });

  it("with the settings of a hosted server says nothing of the one for a person", async () => {
    const findings = await look({
      INVOICES_BASE_URL: simulator.url,
      INVOICES_DATABASE_URL: "postgres://someone@127.0.0.1:1/x",
      INVOICES_HTTP_ACCESS: "/etc/access.json",
    });
    expect(bad(findings)).toEqual([]);
    expect(new Set(findings.map(({ check }) => check))).toEqual(
      new Set(["node", "settings", "hosted", "journal", "policy", "token", "proxy", "reach", "tls", "clock", "client"]),
    );
    const said = forPerson(findings);
    expect(said).not.toMatch(/terminal can|in a browser here|folder can be written/);
    expect(said).toContain("migrate --check");
    const single = await look({ ...right(), INVOICES_HTTP_LISTEN: "127.0.0.1:0" });
    expect(of(single, "journal")[0]?.says).toContain("folder can be written");
    expect(of(single, "token")[0]?.verdict).toBe("good");
  });

  it.runIf(process.platform !== "win32")("finds what stands in the place of the journal or of its folder", async () => {
    const journal = join(home, "invoicing-mcp", "journal.sqlite");
    mkdirSync(journal, { recursive: true, mode: 0o700 });
    expect(of(await look(right()), "journal")[0]).toMatchObject({
      verdict: "bad",
      says: expect.stringContaining("is a folder, not a file"),
    });
    rmSync(dirname(journal), { recursive: true });
    mkdirSync(dirname(journal), { mode: 0o777 });
    chmodSync(dirname(journal), 0o777);
    expect(of(await look(right()), "journal")[0]?.says).toContain("Other users can write");
    rmSync(dirname(journal), { recursive: true });
    writeFileSync(dirname(journal), "");
    expect(of(await look(right()), "journal")[0]?.says).toContain("is a file, not a folder");
  });

  it("shows a person everything, and others neither secrets nor whose account it is", async () => {
    const worlds = [
      right(),
      { ...right(), INVOICES_ORGANIZATION_ID: "9" },
      { ...right(), INVOICES_API_TOKEN: "wrong-1" },
    ];
    for (const env of worlds) {
      const findings = await look({ ...env, HTTPS_PROXY: "http://me:secret-word@proxy.example.com" });
      const report = forReport(findings, home);
      expect(report).not.toMatch(/opaque-token|wrong-1|secret-word|Lindenhof|0b6f3c1e/);
      expect(report).not.toContain(home);
      expect(forPerson(findings)).not.toMatch(/opaque-token|wrong-1|secret-word/);
      expect(JSON.parse(report)).toMatchObject({ healthy: isHealthy(findings) });
    }
    expect(forPerson(await look(right()))).toContain("Lindenhof");
  });

  it("as a command ends with 0 or 1, and says so in JSON", async () => {
    const env = { PATH: process.env["PATH"] ?? "", HOME: home, XDG_STATE_HOME: home };
    const well = await runCli(["doctor", "--json"], { ...env, ...right() });
    expect([well.code, JSON.parse(well.stdout)]).toMatchObject([0, { healthy: true }]);
    const ill = await runCli(["doctor", "--json", "--mode", "x"], { ...env, ...right() });
    expect([ill.code, JSON.parse(ill.stdout)]).toMatchObject([1, { healthy: false }]);
    expect((await runCli(["doctor", "--client", "x"], env)).stderr).toContain("--client must be one of");
  });

  it.runIf(process.platform !== "win32" && process.getuid?.() !== 0)(
    "finds a folder that cannot be written",
    async () => {
      chmodSync(home, 0o500);
      expect(of(await look(right()), "journal")[0]?.verdict).toBe("bad");
      chmodSync(home, 0o700);
    },
  );
});
