import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { z } from "zod";
import { englishOnly, lateAsText } from "./late.ts";

/**
 * Bundles the command into one CommonJS file, `dist/cli.js` (reasons: docs/decisions/bundle.md). Modules behind
 * `import()` stay in the file and are evaluated only when they are asked for.
 */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const OUTPUT = join(DIST, "cli.js");

const Manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().optional(),
});

async function manifestIn(folder: string): Promise<z.infer<typeof Manifest>> {
  return Manifest.parse(JSON.parse(await readFile(join(folder, "package.json"), "utf8")));
}

const { version } = await manifestIn(ROOT);

await mkdir(DIST, { recursive: true });

const inputs = new Set<string>();
const { metafile, outputFiles } = await build({
  absWorkingDir: ROOT,
  entryPoints: ["src/cli.ts"],
  outfile: OUTPUT,
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "node20",
  minify: true,
  legalComments: "none",
  // CommonJS has no `import.meta`; the banner's constant takes its place.
  banner: {
    js: '#!/usr/bin/env node\n"use strict";const __importMetaUrl = require("node:url").pathToFileURL(__filename).href;',
  },
  define: { __VERSION__: JSON.stringify(version), "import.meta.url": "__importMetaUrl" },
  alias: { "@modelcontextprotocol/server/_shims": "./src/transports/sdk-shims.ts" },
  external: ["@photostructure/sqlite", "node:sqlite"],
  loader: { ".html": "text", ".css": "text" },
  plugins: [lateAsText(["./runtime.ts", "undici"], ["src/errors.ts"], inputs), englishOnly],
  metafile: true,
  write: false,
  logLevel: "warning",
});

const code = outputFiles[0]?.contents ?? new Uint8Array();
// Written aside and renamed: a server that starts at this moment reads the old file or the new one.
const draft = `${OUTPUT}.${process.pid}`;
await writeFile(draft, code);
await chmod(draft, 0o755);
await rename(draft, OUTPUT);
// The package is ESM; this marks the bundle as what it is.
await writeFile(join(DIST, "package.json"), '{ "type": "commonjs" }\n');
await writeFile(join(DIST, "LICENSES.txt"), await notices([...inputs, ...Object.keys(metafile.inputs)]));

process.stderr.write(`dist/cli.js ${(code.byteLength / 1024).toFixed(0)} KB\n`);

/** Licence texts of the packages whose code ended up in the bundle. */
async function notices(files: readonly string[]): Promise<string> {
  const folders = new Set<string>();
  for (const file of files) {
    const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
    if (folder !== undefined) folders.add(join(ROOT, folder));
  }
  const entries = await Promise.all([...folders].sort().map(notice));
  return `Third-party code contained in dist/cli.js\n\n${entries.join("\n")}`;
}

async function notice(folder: string): Promise<string> {
  const { name, version, license } = await manifestIn(folder);
  const text =
    (await licenceText(folder)) ?? (license === undefined ? null : `Licence named in its manifest: ${license}`);
  if (text === null) throw new Error(`${folder}: neither a licence text nor a licence named in its manifest.`);
  return `${"-".repeat(80)}\n${name} ${version} (${license ?? "see text"})\n\n${text}\n`;
}

async function licenceText(folder: string): Promise<string | null> {
  for (const file of ["LICENSE", "LICENSE.md", "LICENCE", "LICENCE.md", "license", "LICENSE.txt"]) {
    const text = await readFile(join(folder, file), "utf8").catch(() => null);
    if (text !== null) return text.trim();
  }
  return null;
}
