import { basename, join, relative } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { build, type Plugin } from "esbuild";

/**
 * Keeps what no start needs as packed text inside the bundle. V8 reads through every function of a script before it runs the first
 * line; a packed string it only skips. It is unpacked and compiled by the first `import()` of what it holds: a package, or a module
 * of ours (`./runtime.ts`). `shared` modules are not copied into the texts: both sides see the same classes, so that
 * `instanceof` holds. `inputs` receives the files that went into the texts.
 */
export function lateAsText(late: readonly string[], shared: readonly string[], inputs: Set<string>): Plugin {
  return {
    name: "late-as-text",
    setup(pluginBuild) {
      const { absWorkingDir = ".", platform, target, define, external } = pluginBuild.initialOptions;
      const named = new RegExp(`^(${late.map((name) => name.replaceAll(/[./]/g, "\\$&")).join("|")})$`);
      pluginBuild.onResolve({ filter: named }, ({ path, resolveDir }) => ({
        path: path.startsWith(".") ? join(resolveDir, path) : path,
        namespace: "late",
      }));
      pluginBuild.onLoad({ filter: /.*/, namespace: "late" }, async ({ path }) => {
        const others = late.filter((name) => !path.endsWith(name.replace(/^\.\//, "/")) && name !== path);
        const { outputFiles, metafile } = await build({
          absWorkingDir,
          ...(platform === undefined ? {} : { platform }),
          ...(target === undefined ? {} : { target }),
          ...(define === undefined ? {} : { define }),
          ...(external === undefined ? {} : { external }),
          stdin: { contents: `module.exports = require(${JSON.stringify(path)});`, resolveDir: absWorkingDir },
          bundle: true,
          format: "cjs",
          minify: true,
          legalComments: "none",
          plugins: [
            sharedOutside(shared),
            ...(others.length === 0 ? [] : [lateAsText(others, shared, inputs)]),
            englishOnly,
          ],
          metafile: true,
          write: false,
        });
        for (const input of Object.keys(metafile.inputs)) inputs.add(input);
        const text = outputFiles[0]?.text ?? "";
        const packed = brotliCompressSync(text).toString("base64");
        const run = `require("node:vm").compileFunction(text, ["module", "exports", "require", "__importMetaUrl"], { filename: ${JSON.stringify(`${basename(path)}.js`)} })`;
        return {
          contents: [
            ...shared.map(
              (file, index) => `import * as shared${index} from ${JSON.stringify(join(absWorkingDir, file))};`,
            ),
            `const shared = { ${shared.map((file, index) => `${JSON.stringify(`shared:${file}`)}: shared${index}`).join(", ")} };`,
            `const text = require("node:zlib").brotliDecompressSync(Buffer.from("${packed}", "base64")).toString();`,
            `${run}(module, exports, (name) => shared[name] ?? require(name), __importMetaUrl);`,
          ].join("\n"),
          resolveDir: absWorkingDir,
        };
      });
    },
  };
}

/** Inside a text, a shared module is asked for by name instead of being copied. */
function sharedOutside(shared: readonly string[]): Plugin {
  return {
    name: "shared-outside",
    setup(pluginBuild) {
      const { absWorkingDir = "." } = pluginBuild.initialOptions;
      pluginBuild.onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const file = relative(absWorkingDir, join(resolveDir, path)).replaceAll("\\", "/");
        return shared.includes(file) ? { path: `shared:${file}`, external: true } : undefined;
      });
    },
  };
}

/** zod's messages in fifty languages are a sixth of the bundle; the server speaks English. */
export const englishOnly: Plugin = {
  name: "english-only",
  setup(pluginBuild) {
    pluginBuild.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};
