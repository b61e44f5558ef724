import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { z } from "zod";
import { json, makePackages, run } from "./packages.ts";

/**
 * One release: `npm run release -- 1.2.0`. Writes the version wherever it stands, closes the changelog's open section,
 * generates, packs, commits and tags; nothing is published or pushed. With `--dry-run` all of it happens in a clone that
 * is thrown away; the version is then the next one when none is given.
 */
const ROOT = fileURLToPath(new URL("..", import.meta.url));

const Versioned = z.looseObject({ version: z.string() });

/** The open section becomes that of the version. Returns its text, for the release's page. */
function closeChangelog(root: string, version: string, day: string): string {
  const file = join(root, "CHANGELOG.md");
  const text = readFileSync(file, "utf8");
  const open = /^## \[Unreleased\]\n+([\s\S]*?)(?=^## \[|(?![\s\S]))/m.exec(text);
  const changes = open?.[1]?.trim() ?? "";
  if (changes === "") throw new Error("CHANGELOG.md: nothing stands under [Unreleased].");
  writeFileSync(
    file,
    text.replace(open?.[0] ?? "", () => `## [Unreleased]\n\n## [${version}] - ${day}\n\n${changes}\n\n`).trimEnd() +
      "\n",
  );
  return `${changes}\n`;
}

function isNewer(version: string, than: string): boolean {
  const [a, b] = [version, than].map((one) => one.split(".").map(Number));
  const differs = [0, 1, 2].find((part) => a?.[part] !== b?.[part]);
  return differs !== undefined && (a?.[differs] ?? 0) > (b?.[differs] ?? 0);
}

function nextPatch(version: string): string {
  return version.replace(/\d+$/, (patch) => String(Number(patch) + 1));
}

/** A clone of what is committed, with the installed packages of this folder. */
function cloned(): string {
  const folder = mkdtempSync(join(tmpdir(), "release-"));
  run(ROOT, "git", ["clone", "--quiet", "--no-hardlinks", ROOT, folder]);
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
  return folder;
}

const { values, positionals } = parseArgs({
  options: { "dry-run": { type: "boolean", default: false } },
  allowPositionals: true,
});
const dry = values["dry-run"];
const current = Versioned.parse(json(join(ROOT, "package.json"))).version;
const version = positionals[0] ?? (dry ? nextPatch(current) : "");
if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error("Give the version: npm run release -- 1.2.0 [--dry-run]");
if (!isNewer(version, current)) throw new Error(`${version} is not newer than ${current}.`);
if (!dry && run(ROOT, "git", ["status", "--porcelain"]) !== "") throw new Error("There are uncommitted changes.");

const root = dry ? cloned() : ROOT;
try {
  run(root, "npm", ["version", version, "--no-git-tag-version", "--ignore-scripts"]);
  const notes = closeChangelog(root, version, new Date().toISOString().slice(0, 10));
  run(root, process.execPath, ["--import", "tsx", "scripts/generate.ts"]);
  const files = makePackages(root);
  writeFileSync(join(root, "release", "NOTES.md"), notes);
  if (!dry) {
    run(root, "git", ["commit", "--quiet", "--all", "--message", `Release ${version}`]);
    run(root, "git", ["tag", `v${version}`]);
  }
  const changed = dry ? run(root, "git", ["diff", "--stat"]) : run(root, "git", ["show", "--stat", "--format=%s"]);
  process.stdout.write(`${dry ? "Would release" : "Released, not yet pushed:"} ${version}\n${changed}\n`);
  process.stdout.write(
    `${readFileSync(join(root, "release", "SHA256SUMS"), "utf8")}${files.length} files in release\n`,
  );
} finally {
  if (dry) rmSync(root, { recursive: true, force: true });
}
