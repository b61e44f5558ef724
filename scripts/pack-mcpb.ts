import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packExtension } from "@anthropic-ai/mcpb";
import { z } from "zod";

/**
 * Packs `dist` as an MCP bundle that needs nothing but a Node: manifest, icon, and SQLite for the systems of a host that
 * takes an older Node than 22.13. Argument: the folder to write to (default: release).
 */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MAX_BYTES = 15 * 1024 * 1024;

/** Of the packages that are not in the bundle, what is read when SQLite is loaded. */
const SQLITE: readonly (readonly [folder: string, files: readonly string[]])[] = [
  ["node_modules/@photostructure/sqlite", ["package.json", "LICENSE", "dist/index.cjs", "prebuilds"]],
  ["node_modules/node-gyp-build", ["package.json", "LICENSE", "index.js", "node-gyp-build.js"]],
];

const target = process.argv[2] ?? join(ROOT, "release");
const { name, version } = z
  .object({ name: z.string(), version: z.string() })
  .parse(JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")));
const output = join(target, `${name}-${version}.mcpb`);

const stage = await mkdtemp(join(tmpdir(), "mcpb-"));
try {
  await cp(join(ROOT, "manifest.json"), join(stage, "manifest.json"));
  await cp(join(ROOT, "assets", "icon.png"), join(stage, "icon.png"));
  await cp(join(ROOT, "LICENSE"), join(stage, "LICENSE"));
  await mkdir(join(stage, "dist"));
  for (const file of await readdir(join(ROOT, "dist"))) {
    if (!file.startsWith(".")) await cp(join(ROOT, "dist", file), join(stage, "dist", file));
  }
  for (const [folder, files] of SQLITE) {
    for (const file of files) await cp(join(ROOT, folder, file), join(stage, folder, file), { recursive: true });
  }
  await mkdir(target, { recursive: true });
  await rm(output, { force: true });
  // Checks manifest and icon before it packs.
  if (!(await packExtension({ extensionPath: stage, outputPath: output, silent: true }))) {
    throw new Error("The manifest is not valid, or the bundle could not be packed.");
  }
} finally {
  await rm(stage, { recursive: true, force: true });
}
const { size } = await stat(output);
if (size > MAX_BYTES) throw new Error(`${output} has ${size} bytes; at most ${MAX_BYTES} are meant.`);
process.stdout.write(`${output} ${(size / 1024 / 1024).toFixed(1)} MB\n`);
