import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { buildCli, CLI, type Home, makeHome } from "../harness/cli-process.ts";
import { type CallResult, CLIENTS } from "../harness/mcp-clients.ts";

/** Each wrong setting through a real client that shows a person nothing but the answers of tools. */

const CERTIFICATES = fileURLToPath(new URL("./certificates/", import.meta.url));
const OPAQUE = "opaque-token-1234567890";

let home: Home;
let simulator: RunningSimulator;
let opened: Server[];
beforeAll(async () => {
  buildCli();
  simulator = await startSimulator({ token: OPAQUE });
}, 60_000);
afterAll(() => simulator.close());
beforeEach(() => {
  home = makeHome();
  opened = [];
  simulator.setSwitches({ organizations: "one", organization_list: "on", abilities: "all" });
});
afterEach(async () => {
  home.remove();
  for (const server of opened) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

type Env = Readonly<Record<string, string>>;

async function answer(
  env: Env,
  more: { readonly tool?: string; readonly args?: object; readonly script?: string } = {},
) {
  const { tool = "list_invoices", args = {}, script = CLI } = more;
  const client = await CLIENTS["sdk 1.x"]({
    args: [],
    env: home.env(env),
    started: { command: process.execPath, before: [script], cwd: home.path },
    person: "none",
  });
  try {
    expect((await client.listTools()).length).toBeGreaterThanOrEqual(10);
    return await client.callTool(tool, { ...args });
  } finally {
    await client.close();
  }
}

/** The cause in the first line, and the cure after `Next:`. */
function expectCause({ text, isError }: CallResult, cause: RegExp, cure: RegExp): void {
  const [before = "", after = ""] = text.split("\nNext: ");
  expect(isError, text).toBe(true);
  expect(before).toMatch(cause);
  expect(before).toMatch(/Nothing (was|is) /);
  expect(after).toMatch(cure);
}

const jwt = (claims: object) =>
  ["{}", JSON.stringify(claims), "signature"].map((part) => Buffer.from(part).toString("base64url")).join(".");
const real = (): Env => ({ INVOICES_BASE_URL: simulator.url, INVOICES_API_TOKEN: OPAQUE });
const TOKEN = { INVOICES_API_TOKEN: OPAQUE };

describe("settings that cannot be read", () => {
  it.each<readonly [what: string, env: Env, cause: RegExp, cure: RegExp]>([
    ["no token", {}, /INVOICES_API_TOKEN is not set/, /access token in the admin dashboard.*cli\.js setup/],
    [
      "a token in quotes",
      { INVOICES_API_TOKEN: `"${OPAQUE}"` },
      /TOKEN is in quotation marks; give the token alone/,
      /dashboard/,
    ],
    [
      "Bearer in front",
      { INVOICES_API_TOKEN: `Bearer ${OPAQUE}` },
      /TOKEN begins with the word Bearer; give/,
      /dashboard/,
    ],
    [
      "blanks in the token",
      { INVOICES_API_TOKEN: "opaque token" },
      /TOKEN holds blanks or line breaks; copy/,
      /dashboard/,
    ],
    ["letters no token has", { INVOICES_API_TOKEN: "tökén12345" }, /holds characters that no token has/, /dashboard/],
    ["a placeholder", { INVOICES_API_TOKEN: "<your token>" }, /TOKEN still holds a placeholder/, /dashboard/],
    [
      "a misspelt name",
      { ...TOKEN, INVOICES_TOKEN: "x" },
      /INVOICES_TOKEN is no setting/,
      /Rename it to INVOICES_API_TOKEN/,
    ],
    [
      "a misspelt limit",
      { ...TOKEN, INVOICES_POLCY: "x" },
      /INVOICES_POLCY is no setting/,
      /Rename it to INVOICES_POLICY/,
    ],
    ["no such region", { ...TOKEN, INVOICES_BASE_URL: "de" }, /BASE_URL is not a web address/, /`co`, `eu`/],
    ["an open connection", { ...TOKEN, INVOICES_BASE_URL: "http://b.anny.co" }, /must begin with https/, /https only/],
    ["a path in the address", { ...TOKEN, INVOICES_BASE_URL: "https://b.anny.co/x" }, /without a path/, /API address/],
    [
      "no organization id",
      { ...TOKEN, INVOICES_ORGANIZATION_ID: "My firm" },
      /is not an organization id/,
      /Organization to act in/,
    ],
    [
      "no such mode",
      { ...TOKEN, INVOICES_MODE: "readonly" },
      /INVOICES_MODE must be one of full, draft-only, read-only/,
      /tools exist/,
    ],
    [
      "no such way to approve",
      { ...TOKEN, INVOICES_CONFIRM: "yes" },
      /INVOICES_CONFIRM must be one of/,
      /How a person approves/,
    ],
    ["a blank policy", { ...TOKEN, INVOICES_POLICY: " " }, /INVOICES_POLICY is set but blank/, /Policy file/],
    ["a missing policy", { ...TOKEN, INVOICES_POLICY: "/nowhere/policy.json" }, /policy.*cannot be read/i, /\w/],
    [
      "a folder without its root",
      { ...TOKEN, INVOICES_DATA_DIR: "state" },
      /DATA_DIR must be an absolute path/,
      /Folder of the journal/,
    ],
    [
      "the same for PDFs",
      { ...TOKEN, INVOICES_DOWNLOAD_DIR: "./x" },
      /DOWNLOAD_DIR must be an absolute path/,
      /Folder that invoice/,
    ],
    ["no such time zone", { ...TOKEN, INVOICES_TIMEZONE: "Mars" }, /is not a time zone such as/, /Time zone in which/],
    [
      "no such language",
      { ...TOKEN, INVOICES_LANGUAGE: "de_DE;q" },
      /is not a language such as de-DE/,
      /Language of approvals/,
    ],
    ["an unclear demo", { INVOICES_DEMO: "yes" }, /INVOICES_DEMO must be true or false/, /With `true`/],
    [
      "TLS unchecked",
      { ...TOKEN, NODE_TLS_REJECT_UNAUTHORIZED: "0" },
      /NODE_TLS_REJECT_UNAUTHORIZED=0 switches off the check/,
      /Remove it.*NODE_EXTRA_CA_CERTS/,
    ],
  ])("%s", async (_what, env, cause, cure) => {
    const said = await answer(env);
    expectCause(said, cause, cure);
    expect(said.text).not.toMatch(/opaque-token|opaque token|tökén/);
  });

  it("a policy with an unknown limit", async () => {
    const policy = join(home.path, "policy.json");
    writeFileSync(policy, '{ "version": 1, "max_totl": 5 }');
    expectCause(await answer({ ...TOKEN, INVOICES_POLICY: policy }), /policy.*max_totl/i, /\w/);
  });

  it.runIf(process.platform !== "win32")("and the command that is told for them is one that can be typed", async () => {
    const folder = join(home.path, "it's $HOME");
    mkdirSync(folder);
    const { text } = await answer({ INVOICES_DATA_DIR: folder });
    const told = /in a terminal: (.*)\. No account/.exec(text)?.[1] ?? "";
    expect(told).toContain(" setup --data-dir ");
    const typed = spawnSync("/bin/sh", ["-c", told], {
      cwd: "/",
      env: { HOME: home.path },
      encoding: "utf8",
      input: "",
    });
    expect(typed.stderr).toContain("there is no terminal to ask in");
    expect(typed.status).toBe(2);
  });

  it("are no reason to refuse the demo", async () => {
    const { isError, text } = await answer({ INVOICES_DEMO: "true", NODE_TLS_REJECT_UNAUTHORIZED: "0" });
    expect([isError, text.includes("simulator")]).toEqual([false, true]);
  });

  it.runIf(process.getuid?.() === 0)("a user without an entry in the password file", async () => {
    // Where the project lies, that user may not be able to read.
    const copy = join(home.path, "as-nobody");
    cpSync(dirname(CLI), copy, { recursive: true });
    const script = join(home.path, "as-nobody.cjs");
    writeFileSync(
      script,
      `delete process.env.HOME; delete process.env.XDG_STATE_HOME; process.setuid(54321); require(${JSON.stringify(join(copy, basename(CLI)))});`,
    );
    chmodSync(home.path, 0o755);
    expectCause(await answer(TOKEN, { script }), /This user has no home folder/, /Set INVOICES_DATA_DIR/);
  });
});

describe("an account that does not fit", () => {
  it("an expired token", async () => {
    const env = { ...real(), INVOICES_API_TOKEN: jwt({ exp: 1_700_000_000 }), INVOICES_ORGANIZATION_ID: "1" };
    expectCause(await answer(env), /\(401\)\. It expired on 2023-11-14/, /Create a new access token/);
  });

  it("a token of another region", async () => {
    const env = { ...real(), INVOICES_API_TOKEN: jwt({ iss: "https://auth.anny.eu" }), INVOICES_ORGANIZATION_ID: "1" };
    expectCause(
      await answer(env),
      /issued by auth\.anny\.eu and is used at 127\.0\.0\.1.*one region only/,
      /INVOICES_API_TOKEN/,
    );
  });

  it("a token that was revoked or mistyped", async () => {
    const env = { ...real(), INVOICES_API_TOKEN: "another-token-123" };
    expectCause(
      await answer(env),
      /\(401\)\. It may be revoked, expired, mistyped, or of another region than 127/,
      /new access token/,
    );
  });

  it("an organization that is not the token's", async () => {
    const env = { ...real(), INVOICES_ORGANIZATION_ID: "99" };
    expectCause(
      await answer(env),
      /Organization 99 .* is not one of this token's \(403\); it sees .*Lindenhof/,
      /Set INVOICES_ORGANIZATION_ID to one/,
    );
  });

  it("a token that belongs to another organization than the setting", async () => {
    const env = { ...real(), INVOICES_API_TOKEN: jwt({ tenant: "7" }), INVOICES_ORGANIZATION_ID: "8" };
    expectCause(
      await answer(env),
      /belongs to organization 7, but INVOICES_ORGANIZATION_ID is 8/,
      /unset INVOICES_ORGANIZATION_ID/,
    );
  });

  it("several organizations, none chosen", async () => {
    simulator.setSwitches({ organizations: "several" });
    expectCause(
      await answer(real()),
      /several organizations and none is chosen: .*Lindenhof.*Kulturverein/,
      /Ask the person.*INVOICES_ORGANIZATION_ID/,
    );
  });

  it.each([
    ["403", /does not let this access token list its organizations/],
    ["empty", /lists no organization for this access token/],
  ] as const)("organizations that the API does not list (%s)", async (organization_list, cause) => {
    simulator.setSwitches({ organization_list });
    expectCause(await answer(real()), cause, /Set INVOICES_ORGANIZATION_ID.*just now is .*Lindenhof Studios/);
  });

  it("abilities that are missing", async () => {
    const env = { ...real(), INVOICES_ORGANIZATION_ID: simulator.organization_id };
    simulator.setSwitches({ abilities: "invoices_only" });
    expectCause(
      await answer(env, { tool: "search_customers" }),
      /lacks the permission to .*customers \(403/,
      /required abilities/,
    );
    simulator.setSwitches({ abilities: "read_only" });
    const created = await answer(env, { tool: "create_customer", args: { email: "a@example.com", locale: "de" } });
    expectCause(created, /lacks the permission to create the customer \(403/, /required abilities/);
  });
});

describe("a network in between", () => {
  const away = (port: number): Env => ({
    ...TOKEN,
    INVOICES_ORGANIZATION_ID: "1",
    INVOICES_BASE_URL: `https://localhost:${port}`,
  });

  async function listen(server: Server): Promise<number> {
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    opened.push(server);
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return address.port;
  }

  async function secureServer(certificate: string): Promise<number> {
    const read = (file: string) => readFileSync(join(CERTIFICATES, file));
    const empty =
      '{"data":[],"meta":{"page":{"current-page":1,"per-page":30,"from":null,"to":null,"total":0,"last-page":1}}}';
    const server = createHttpsServer({ key: read("server.key"), cert: read(certificate) }, (_request, response) => {
      response.writeHead(200, { "content-type": "application/vnd.api+json" }).end(empty);
    });
    await new Promise<void>((done) => server.listen(0, done));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    opened.push(server);
    return address.port;
  }

  async function closedPort(): Promise<number> {
    const port = await listen(createHttpServer());
    await new Promise((done) => opened.pop()?.close(done));
    return port;
  }

  it("no connection, with the host that was meant", async () => {
    const env = { ...TOKEN, INVOICES_ORGANIZATION_ID: "1", INVOICES_BASE_URL: "https://invoices.invalid" };
    expectCause(
      await answer(env),
      /API at invoices\.invalid could not be reached.*host name/,
      /connection to the internet.*HTTPS_PROXY/,
    );
  });

  it("nobody at the address", async () => {
    const port = await closedPort();
    expectCause(
      await answer(away(port)),
      new RegExp(`localhost:${port} could not be reached.*refused`),
      /Check INVOICES_BASE_URL/,
    );
  });

  it("something else at the address", async () => {
    const port = await listen(
      createHttpServer((_request, response) => response.writeHead(404).end("<html><title>Hi</title>")),
    );
    const env = { ...TOKEN, INVOICES_ORGANIZATION_ID: "1", INVOICES_BASE_URL: `http://127.0.0.1:${port}` };
    expectCause(await answer(env), /address leads nowhere \(404/, /Check INVOICES_BASE_URL/);
  });

  it.each([
    [407, /proxy \(HTTPS_PROXY\) wants a login/, /http:\/\/user:password@host/],
    [403, /proxy \(HTTPS_PROXY\) refused to connect/, /whoever runs the proxy.*NO_PROXY/],
  ] as const)("a proxy that answers %i", async (status, cause, cure) => {
    const proxy = createHttpServer();
    proxy.on("connect", (_request, socket) => socket.end(`HTTP/1.1 ${status} No\r\n\r\n`));
    const env = { ...away(443), INVOICES_BASE_URL: "https://b.example.com" };
    expectCause(await answer({ ...env, HTTPS_PROXY: `http://127.0.0.1:${await listen(proxy)}` }), cause, cure);
  });

  it("a proxy that is not there, or is of another kind", async () => {
    const env = { ...away(443), INVOICES_BASE_URL: "https://b.example.com" };
    const gone = await answer({ ...env, HTTPS_PROXY: `http://127.0.0.1:${await closedPort()}` });
    expectCause(gone, /proxy \(HTTPS_PROXY\) could not be reached/, /or remove it/);
    const socks = await answer({ ...env, HTTPS_PROXY: "socks5://127.0.0.1:1080" });
    expectCause(socks, /not the address of an HTTP proxy/, /such as http:\/\/proxy/);
  });

  it.each([
    ["localhost.pem", /signed by an authority this computer does not know|not know \(UNABLE/, /NODE_EXTRA_CA_CERTS/],
    ["self-signed.pem", /is self-signed \(DEPTH_ZERO_SELF_SIGNED_CERT\)/, /NODE_EXTRA_CA_CERTS.*do not go on/],
  ] as const)("a certificate of an own authority: %s", async (certificate, cause, cure) => {
    const port = await secureServer(certificate);
    expectCause(await answer(away(port)), cause, cure);
    const missing = { ...away(port), NODE_EXTRA_CA_CERTS: "/nowhere/authority.pem" };
    expectCause(await answer(missing), cause, /if it is set, its file cannot be read/);
  });

  it("a certificate for another host, or out of date, in spite of a known authority", async () => {
    const known = { NODE_EXTRA_CA_CERTS: join(CERTIFICATES, "authority.pem") };
    const other = await answer({ ...away(await secureServer("other-host.pem")), ...known });
    expectCause(other, /is for another host/, /log in first/);
    const expired = await answer({ ...away(await secureServer("expired.pem")), ...known });
    expectCause(expired, /does not hold at this computer's date/, /date and time right/);
    expect((await answer({ ...away(await secureServer("localhost.pem")), ...known })).isError).toBe(false);
  });
});

describe("what is kept on this computer", () => {
  const origin = () => simulator.url;
  function keep(...tokens: readonly object[]): string {
    const file = join(home.path, "state", "invoicing-mcp", "credentials.json");
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, JSON.stringify({ version: 1, tokens }), { mode: 0o600 });
    return file;
  }
  const entry = (organization_id: string) => ({ origin: origin(), organization_id, kept: "file", token: OPAQUE });
  const env = (): Env => ({ INVOICES_BASE_URL: origin() });

  it("a token that setup kept is used", async () => {
    keep(entry(simulator.organization_id));
    expect((await answer(env())).isError).toBe(false);
  });

  it.runIf(process.platform !== "win32")("one that others can read", async () => {
    chmodSync(keep(entry("1")), 0o644);
    expectCause(await answer(env()), /Other users can read the access token/, /chmod 600/);
  });

  it("a damaged file", async () => {
    writeFileSync(keep(), "{");
    expectCause(await answer(env()), /file with the access token.*is damaged/, /run setup again/);
  });

  it("several, or one of another organization", async () => {
    keep(entry("1"), entry("2"));
    expectCause(await answer(env()), /several organizations are kept/, /INVOICES_ORGANIZATION_ID to one of 1, 2/);
    const other = await answer({ ...env(), INVOICES_ORGANIZATION_ID: "3" });
    expectCause(other, /No access token is kept for organization 3, only for 1, 2/, /Correct INVOICES_ORGANIZATION_ID/);
  });

  it("one in a keyring that does not give it", async () => {
    keep({ origin: origin(), organization_id: "nobody", kept: "keyring" });
    expectCause(await answer(env()), /this system's keyring/, /run setup again/);
  });

  it("a journal that cannot be written: reading works, and the answer says what does not", async () => {
    const journal = join(home.path, "state", "invoicing-mcp", "journal.sqlite");
    mkdirSync(dirname(journal), { recursive: true, mode: 0o700 });
    writeFileSync(journal, "not a journal", { mode: 0o600 });
    const { isError, text, structured } = await answer({
      ...real(),
      INVOICES_ORGANIZATION_ID: simulator.organization_id,
    });
    expect(isError).toBe(false);
    expect(text).toMatch(
      /Only reading works now, because nothing can be recorded: The journal .*is damaged.*Put it aside/,
    );
    expect(structured["tell_user"]).toMatch(/^Only reading works now/);
  });

  it.runIf(process.getBuiltinModule?.("node:sqlite") === undefined)("SQLite that does not run here", async () => {
    const alone = join(home.path, "alone");
    cpSync(dirname(CLI), join(alone, "dist"), { recursive: true });
    const broken = join(alone, "node_modules", "@photostructure", "sqlite");
    mkdirSync(broken, { recursive: true });
    writeFileSync(join(broken, "index.js"), 'throw new Error("invalid ELF header");');
    const script = join(alone, "dist", "cli.js");
    const { text } = await answer({ ...real(), INVOICES_ORGANIZATION_ID: simulator.organization_id }, { script });
    expect(text).toMatch(/Only reading works now.*SQLite; the package .* cannot be loaded.*Use Node 22\.13 or later/);
  });
});
