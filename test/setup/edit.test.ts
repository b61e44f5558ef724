import { parse as parseToml } from "smol-toml";
import { describe, expect, it } from "vitest";
import { KNOWN_CLIENTS, type ServerStart } from "../../src/setup/clients.ts";
import { readText, withEntry } from "../../src/setup/edit.ts";
import { difference } from "../../src/setup/lines.ts";

const START: ServerStart = { command: "npx", args: ["-y", "invoicing-mcp"], env: {} };
const ENTRY = { command: "npx", args: ["-y", "invoicing-mcp"], env: { A: 'ä "q" C:\\x' } };

const JSONC = [
  "{",
  "  // my servers",
  '  "mcpServers": {',
  '    "github": { "command": "gh-mcp", "args": ["--x"] }, // keep me',
  "    /* and me */",
  '    "other": {"url": "https://example.com/mcp",},',
  "  },",
  '  "theme": "dark", // last',
  "}",
  "",
].join("\n");

const TOML = [
  "# my settings",
  'model = "gpt-5"   # the model',
  "since = 2026-01-01",
  "",
  "[mcp_servers.other] # keep me",
  "command = 'x'",
  "args = [",
  '  "a", # first',
  "]",
  "",
  "# about the profile",
  "[profiles.x]",
  'text = """',
  "several",
  'lines"""',
  "",
].join("\n");

const YAML = [
  "# goose",
  "GOOSE_MODEL: some-model   # the model",
  "extensions:",
  "  # built in",
  "  developer:",
  "    enabled: true",
  '    name: "developer"   # quoted as it is',
  "    args: [ 'a',   'b' ]",
  "  memory: {enabled: false, type: builtin}",
  "GOOSE_MODE: smart_approve",
  "",
].join("\n");

const FILES = {
  json: { text: JSONC, servers: "mcpServers" },
  toml: { text: TOML, servers: "mcp_servers" },
  yaml: { text: YAML, servers: "extensions" },
} as const;
const FORMATS = ["json", "toml", "yaml"] as const;

describe.each(FORMATS)("an entry in a %s file", (format) => {
  const { text, servers } = FILES[format];
  const slot = { servers, name: "invoicing" };

  it("comes in, and every line that was there stays as it was", () => {
    const after = withEntry(format, text, slot, ENTRY);
    const lines = after.split("\n");
    let from = 0;
    for (const line of text.split("\n")) {
      from = lines.indexOf(line, from) + 1;
      expect(from, line).toBeGreaterThan(0);
    }
    expect(readText(format, after)[servers]).toMatchObject({ invoicing: ENTRY });
  });

  it("is replaced in its place, and only it", () => {
    const first = withEntry(format, text, slot, ENTRY);
    const second = withEntry(format, first, slot, { command: "node", args: ["/opt/cli.js"] });
    expect(readText(format, second)[servers]).toMatchObject({ invoicing: { command: "node", args: ["/opt/cli.js"] } });
    expect(withEntry(format, second, slot, ENTRY)).toBe(first);
    expect(withEntry(format, first, slot, ENTRY)).toBe(first);
    for (const comment of text.match(/(#|\/\/|\/\*) .*/g) ?? []) expect(second).toContain(comment);
  });

  it("makes an empty or missing file", () => {
    for (const empty of ["", "\n"]) {
      expect(readText(format, withEntry(format, empty, slot, ENTRY))).toEqual({ [servers]: { invoicing: ENTRY } });
    }
  });

  it("keeps the line ends of Windows", () => {
    const windows = text.replaceAll("\n", "\r\n");
    const after = withEntry(format, windows, slot, ENTRY);
    expect(after.replaceAll("\r\n", "")).not.toContain("\n");
    expect(after.replaceAll("\r\n", "\n")).toBe(withEntry(format, text, slot, ENTRY));
  });

  it("is not written into a file with an error, which is named", () => {
    const broken = { json: '{ "mcpServers": { "a" }', toml: "a = 1\n[x\n", yaml: "a: [1\nb: 2\n" }[format];
    expect(() => withEntry(format, broken, slot, ENTRY)).toThrow(/^The file is not .* line \d/);
  });

  it("can be any client's entry", () => {
    for (const client of KNOWN_CLIENTS.filter((one) => one.format === format)) {
      const start = { ...START, args: [...START.args, "--organization", "é 1"], env: { B: "c" } };
      const own = { servers: client.servers, name: "invoicing" };
      const after = readText(format, withEntry(format, "", own, client.entry(start)))[client.servers];
      expect(after).toEqual({ invoicing: client.entry(start) });
      expect(client.start(client.entry(start))).toEqual(start);
    }
  });
});

describe("what cannot be changed alone", () => {
  const slot = { servers: "mcp_servers", name: "invoicing" };

  it.each([
    ["toml", 'mcp_servers = { other = { command = "x" } }\n'],
    ["toml", 'text = """\n[mcp_servers.invoicing]\n"""\n[mcp_servers]\ninvoicing = { command = "npx" }\n'],
    ["yaml", "mcp_servers: {other: {cmd: x}}\n"],
    ["yaml", "mcp_servers:\n  - a\n"],
    ["json", '{ "mcp_servers": [] }'],
  ] as const)("is left as it is, and the person is told: %s %j", (format, text) => {
    expect(() => withEntry(format, text, slot, ENTRY)).toThrow("cannot be written into this file without touching");
  });

  it("is told from a header of another table", () => {
    const text = [
      '[mcp_servers."invoicing"]',
      'command = "old"',
      "[mcp_servers.invoicing.env]",
      'A = "b"',
      "",
      "# of the next",
      "[mcp_servers.invoicing-2]",
      'command = "x"',
      "",
    ].join("\n");
    const after = withEntry("toml", text, slot, { command: "npx" });
    expect(after).toContain("# of the next\n[mcp_servers.invoicing-2]");
    expect(parseToml(after)).toEqual({
      mcp_servers: { invoicing: { command: "npx" }, "invoicing-2": { command: "x" } },
    });
  });

  it("keeps comments inside a JSON entry, and the mark at a file's start", () => {
    const text =
      '\uFEFF{\n\t"mcp_servers": {\n\t\t"invoicing": {\n\t\t\t// mine\n\t\t\t"command": "old"\n\t\t}\n\t}\n}\n';
    const after = withEntry("json", text, slot, { command: "npx" });
    expect(after).toBe(text.replace('"old"', '"npx"'));
  });
});

describe("a difference", () => {
  it("shows what changes, and little around it", () => {
    expect(difference("a\nb\nc\nd\ne\n", "a\nb\nc\nX\ne\n")).toBe("  b\n  c\n- d\n+ X\n  e");
    expect(difference("", "a\n")).toBe("+ a");
    expect(difference("a\n", "a\n")).toBe("");
    expect(difference("a\na\n", "a\na\na\n")).toBe("  a\n  a\n+ a");
  });
});
