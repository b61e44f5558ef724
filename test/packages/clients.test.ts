import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { SETTINGS } from "../../src/config.ts";

const read = (file: string) => readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), "utf8");
const page = read("docs/clients.md");
const Server = z.object({
  type: z.literal("stdio").optional(),
  command: z.literal("npx"),
  args: z.tuple([z.literal("-y"), z.literal("invoicing-mcp")]).rest(z.literal("--demo")),
  env: z.partialRecord(z.enum(SETTINGS.map(({ env }) => env)), z.string()).optional(),
});
const Config = z.union([
  z.strictObject({ mcpServers: z.record(z.string(), Server) }),
  z.strictObject({ servers: z.record(z.string(), Server), inputs: z.array(z.looseObject({ id: z.string() })) }),
]);
const blocks = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = ""]) => text);
const link = (start: string) => {
  const found = [...page.matchAll(/\]\((\S+)\)/g)].map(([, url = ""]) => url).find((url) => url.startsWith(start));
  return new URL(found ?? "about:blank").searchParams;
};

describe("docs/clients.md", () => {
  it.each(blocks)("says what a client can read: %s", (text) => {
    expect(Config.safeParse(JSON.parse(text)).error).toBeUndefined();
  });

  it("links to VS Code with what its file would hold", () => {
    const query = link("https://insiders.vscode.dev/");
    const file = blocks.map((text): unknown => JSON.parse(text)).find((one) => JSON.stringify(one).includes("inputs"));
    expect(file).toEqual({
      inputs: JSON.parse(query.get("inputs") ?? ""),
      servers: { [query.get("name") ?? ""]: JSON.parse(query.get("config") ?? "") },
    });
  });

  it("links to Cursor and goose with the demo", () => {
    const cursor = Buffer.from(link("https://cursor.com/").get("config") ?? "", "base64").toString();
    expect(Server.parse(JSON.parse(cursor)).args).toContain("--demo");
    const goose = new URL(/goose:\S+/.exec(page)?.[0] ?? "about:blank").searchParams;
    expect([goose.get("cmd"), ...goose.getAll("arg")]).toEqual(["npx", "-y", "invoicing-mcp", "--demo"]);
  });

  it("says for each client how a person approves", () => {
    const sections = page.split(/^## /m).slice(1, -1);
    expect(sections.length).toBeGreaterThan(8);
    for (const section of sections) expect(section).toMatch(/^\*\*Approval\.\*\* .+\.$/m);
  });
});
