import { mkdirSync, mkdtempSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Inside `node_modules`, so that the optional SQLite package is found from there. */
const FOLDER = fileURLToPath(new URL("../../node_modules/.cache/faults/", import.meta.url));

/** One JavaScript file of a script beside this one: a process that starts from it does not compile TypeScript first. */
export async function bundled(script: string): Promise<string> {
  mkdirSync(FOLDER, { recursive: true });
  const outfile = join(mkdtempSync(FOLDER), `${basename(script, ".ts")}.mjs`);
  await build({
    entryPoints: [fileURLToPath(new URL(script, import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
    define: { __VERSION__: JSON.stringify("test") },
    // CommonJS packages inside the bundle ask for Node's own modules this way.
    banner: {
      js: 'import { createRequire as makeRequire } from "node:module";\nconst require = makeRequire(import.meta.url);',
    },
  });
  return outfile;
}
