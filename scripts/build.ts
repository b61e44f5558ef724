import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type OutputChunk, rolldown } from "rolldown";
import { z } from "zod";
import surface from "../src/tools/surface.json" with { type: "json" };

/**
 * Bundles the command into a few plain CommonJS files below `dist`: `cli.js` checks Node's version and loads the rest;
 * what stands behind an `import()` is a file of its own, read when it is first asked for (docs/decisions/bundle.md).
 */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const ENTRY = "cli.js";
/** One build may run beside another: tests build what they start. */
const DRAFTS = join(DIST, `.draft-${process.pid}`);
/** The list of tools beside the code: V8 reads JSON in a fraction of the time that it takes for the same as a program. */
const LISTING = JSON.stringify(surface);
const LISTING_FILE = `tools-${createHash("sha256").update(LISTING).digest("hex").slice(0, 8)}.json`;

const Manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().optional(),
  engines: z.object({ node: z.string() }).partial().optional(),
});

async function manifestIn(folder: string): Promise<z.infer<typeof Manifest>> {
  return Manifest.parse(JSON.parse(await readFile(join(folder, "package.json"), "utf8")));
}

async function bundle(version: string): Promise<readonly OutputChunk[]> {
  const built = await rolldown({
    cwd: ROOT,
    input: { main: "src/cli.ts" },
    platform: "node",
    external: ["@photostructure/sqlite", "@napi-rs/keyring", /^node:/],
    // The SDK's platform module loads a JSON Schema compiler that nothing here uses (docs/decisions/sdk.md).
    resolve: {
      alias: {
        "@modelcontextprotocol/server/_shims": join(ROOT, "src", "transports", "sdk-shims.ts"),
        // Its main file asks for its parts in a way no bundler follows.
        "jsonc-parser": join(ROOT, "node_modules", "jsonc-parser", "lib", "esm", "main.js"),
      },
    },
    transform: { target: "node20", define: { __VERSION__: JSON.stringify(version) } },
    plugins: [
      {
        name: "list-beside-the-code",
        load: (id) =>
          /[\\/]tools[\\/]surface\.json$/.test(id)
            ? {
                code: [
                  'import { readFileSync } from "node:fs";',
                  'import { join } from "node:path";',
                  `export default JSON.parse(readFileSync(join(__dirname, ${JSON.stringify(LISTING_FILE)}), "utf8"));`,
                ].join("\n"),
                moduleType: "js",
              }
            : null,
      },
      {
        // What is used of undici: without fetch, caches and mocks it loads in half the time.
        name: "client-of-undici",
        load: (id) =>
          /[\\/]undici[\\/]index\.js$/.test(id)
            ? [
                'const Dispatcher = require("./lib/dispatcher/dispatcher");',
                'Object.assign(Dispatcher.prototype, require("./lib/api"));',
                'exports.Client = require("./lib/dispatcher/client");',
                'exports.Agent = require("./lib/dispatcher/agent");',
                'exports.buildConnector = require("./lib/core/connect");',
              ].join("\n")
            : null,
      },
      {
        // zod's messages in fifty languages are a sixth of the code; the server speaks English.
        name: "english-only",
        load: (id) =>
          /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/.test(id) ? 'export { default as en } from "./en.js";' : null,
      },
    ],
  });
  const { output } = await built.generate({
    format: "cjs",
    strict: true,
    minify: true,
    comments: false,
    // A hash in each name: a server that runs while its files are replaced never loads a part of another version.
    entryFileNames: "[name]-[hash].js",
    chunkFileNames: "[name]-[hash].js",
  });
  await built.close();
  return output.filter((part) => part.type === "chunk");
}

/** The plain first file, with the oldest Node that is supported and the name of the bundle's first chunk filled in. */
async function entry(node: string, main: string): Promise<string> {
  const source = await readFile(join(ROOT, "src", "entry.cjs"), "utf8");
  return `#!/usr/bin/env node\n${source.replace("__NODE__", node).replace("__MAIN__", main)}`;
}

/** Written aside and renamed: a server that starts at this moment reads the old file or the new one. */
async function put(name: string, text: string): Promise<void> {
  const draft = join(DRAFTS, name);
  await writeFile(draft, text);
  if (name === ENTRY) await chmod(draft, 0o755);
  await rename(draft, join(DIST, name));
}

/** Licence texts of the packages whose code ended up in the bundle. */
async function notices(files: readonly string[]): Promise<string> {
  const folders = new Set<string>();
  for (const file of files) {
    const folder = /^(.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file)?.[1];
    if (folder !== undefined) folders.add(folder);
  }
  const entries = await Promise.all([...folders].sort().map(notice));
  return `Third-party code contained in this folder\n\n${entries.join("\n")}`;
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

const { version, engines } = await manifestIn(ROOT);
const node = /^>=(\d+\.\d+\.\d+)$/.exec(engines?.node ?? "")?.[1];
if (node === undefined) throw new Error("package.json: engines.node must read >=X.Y.Z.");
const chunks = await bundle(version);
const main = chunks.find(({ isEntry }) => isEntry);
if (main === undefined) throw new Error("The bundle has no entry.");

await mkdir(DRAFTS, { recursive: true });
const files = new Map<string, string>([
  ...chunks.map(({ fileName, code }) => [fileName, code] as const),
  // The package is ESM; this marks the folder as what it is.
  [LISTING_FILE, LISTING],
  ["package.json", '{ "type": "commonjs" }\n'],
  ["LICENSES.txt", await notices(chunks.flatMap(({ moduleIds }) => moduleIds))],
  // Last: whoever finds this file finds the others.
  [ENTRY, await entry(node, main.fileName)],
]);
for (const [name, text] of files) await put(name, text);
await rm(DRAFTS, { recursive: true });
for (const name of await readdir(DIST)) {
  if (!files.has(name) && !name.startsWith(".draft-")) await rm(join(DIST, name), { recursive: true, force: true });
}

const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
process.stderr.write(`dist: ${files.size} files, ${(bytes / 1024).toFixed(0)} KB\n`);
