import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import manifest from "../../manifest.json" with { type: "json" };
import pkg from "../../package.json" with { type: "json" };
import { policySchema } from "../../src/guard/policy.ts";
import { buildCli, type Home, makeHome, runCli } from "../harness/cli-process.ts";

/** What the pages for people promise: links lead somewhere, commands and settings exist, both languages say the same ones. */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const read = (page: string) => readFileSync(join(ROOT, page), "utf8");
const below = (folder: string) =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith(".md"))
    .map((file) => `${folder}/${file}`);
const GERMAN = below("docs/de");
const PAGES = [
  ...["README.md", "README.de.md", "CONTRIBUTING.md", "SECURITY.md", "AGENTS.md", "CHANGELOG.md"],
  ...below("docs"),
  ...below("docs/decisions"),
  ...GERMAN,
];

/** As GitHub makes them. */
function anchors(page: string): string[] {
  const headings = [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

const withoutCode = (text: string) => text.replaceAll(/```[\s\S]*?```/g, "").replaceAll(/`[^`\n]*`/g, "");
const fences = (text: string, language: string) =>
  [...text.matchAll(/```(\w+)\n([\s\S]*?)```/g)].flatMap(([, kind, code = ""]) => (kind === language ? [code] : []));
/** Commands of a page, in blocks and in running text, without remarks. */
const commands = (text: string) =>
  [
    ...fences(text, "sh").flatMap((code) => code.split("\n")),
    ...[...text.matchAll(/`([^`\n]+)`/g)].map(([, c = ""]) => c),
  ]
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== "");
/** Everything behind the program's name, for commands that name it. */
const told = (text: string) => {
  const calls = commands(text).map((line) => /^(?:npx (?:-\S+ )*)?invoicing-mcp(?:@latest)?(?: (.+))?$/.exec(line));
  return calls.flatMap((call) => (call === null ? [] : [(call[1] ?? "").split(" ").filter((word) => word !== "")]));
};

let home: Home;
let help: string;
beforeAll(async () => {
  buildCli();
  home = makeHome();
  const texts = ["--help", "setup --help", "serve --help", "migrate --help"].map((args) =>
    runCli(args.split(" "), home.env()),
  );
  help = (await Promise.all(texts)).map(({ stdout }) => stdout).join("\n");
}, 60_000);
afterAll(() => home.remove());

describe.each(PAGES)("%s", (page) => {
  it("links to what is there", () => {
    for (const [, target = ""] of withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? page : posix.normalize(posix.join(dirname(page), path));
      expect(existsSync(join(ROOT, file)), `${page} → ${target}`).toBe(true);
      if (anchor === undefined || !statSync(join(ROOT, file)).isFile()) continue;
      expect(anchors(file), `${page} → ${target}`).toContain(anchor);
    }
  });

  it("names commands, flags, settings and scripts that exist", () => {
    const text = read(page);
    for (const [first = "--demo", ...rest] of told(text)) {
      const words = [first, ...rest].map((word) => word.split("=")[0] ?? "");
      expect(help, `${page}: ${first}`).toMatch(
        new RegExp(`(?:invoicing-mcp |^ +|\\| )${first.split("=")[0]}\\b`, "m"),
      );
      for (const word of words) if (word.startsWith("--")) expect(help, `${page}: ${word}`).toContain(word);
    }
    for (const [name] of text.matchAll(/\bINVOICES_[A-Z_]+\b/g)) expect(help, `${page}: ${name}`).toContain(name);
    const scripts: Readonly<Record<string, string>> = pkg.scripts;
    for (const [, name = ""] of text.matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)) {
      expect(Object.keys(scripts), page).toContain(name);
    }
  });
});

it.each(PAGES.filter((page) => page !== "CHANGELOG.md"))("%s names files and folders that exist", (page) => {
  const named = [...read(page).matchAll(/`((?:src|test|scripts|bench|docs|lint|assets|\.ci|\.github)\/[\w./-]+)`/g)];
  for (const [, path = ""] of named) expect(existsSync(join(ROOT, path)), `${page}: ${path}`).toBe(true);
});

describe("both languages", () => {
  it("name the same commands in the README", () => {
    const inBlocks = (page: string) =>
      fences(read(page), "sh")
        .flatMap((code) => code.split("\n"))
        .map((line) => line.replace(/\s+#.*$/, "").trim())
        .filter((line) => line !== "");
    const german = inBlocks("README.de.md");
    expect(german.length).toBeGreaterThan(2);
    expect(inBlocks("README.md")).toEqual(expect.arrayContaining(german));
    for (const page of ["README.md", "README.de.md"]) {
      expect(read(page)).toContain("npm ci && npm run demo");
      expect(read(page)).toContain("npm ci && npm test");
    }
    expect(read("README.md")).toContain("(README.de.md)");
    expect(read("README.de.md")).toContain("(README.md)");
  });

  it("lead from each German page to all others", () => {
    const files = GERMAN.map((page) => posix.basename(page));
    for (const page of GERMAN) {
      const others = files.filter((file) => file !== posix.basename(page));
      for (const file of [...others, "../../README.de.md"]) expect(read(page), page).toContain(`(${file})`);
      expect(read("README.de.md")).toContain(`(${page})`);
    }
  });

  it("name the fields of the desktop form as it does", () => {
    const titles = Object.values(manifest.user_config).map(({ title }) => title);
    const named = [...read("docs/de/einrichten.md").matchAll(/\*\*([A-Z][\w ]+?):?\*\*/g)].map(([, name = ""]) => name);
    const english = named.filter((name) => /^(Try|Access|Folder|What|Language|Region|How)\b/.test(name));
    expect(english.length).toBeGreaterThan(3);
    for (const name of english) expect(titles).toContain(name);
  });
});

it("shows policies that are taken", () => {
  const policies = PAGES.flatMap((page) => fences(read(page), "json")).filter((json) => json.includes('"limits"'));
  expect(policies.length).toBeGreaterThan(1);
  for (const policy of policies) expect(policySchema.safeParse(JSON.parse(policy)).error).toBeUndefined();
});

it("shows commands at all, and says what is missing where there is no record yet", async () => {
  expect(PAGES.flatMap((page) => told(read(page))).length).toBeGreaterThan(15);
  const { code, stderr } = await runCli(["journal", "list"], home.env());
  expect(code).toBe(2);
  expect(stderr).toContain("There is no journal");
});
