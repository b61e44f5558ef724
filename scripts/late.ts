import { build, type Plugin } from "esbuild";

/**
 * Keeps packages that are loaded late as text inside the bundle. V8 reads through every function of a script before it
 * runs the first line; a string literal it only skips. The text is compiled by the first `import()` of the package. `inputs`
 * receives the files that went into the texts.
 */
export function lateAsText(packages: readonly string[], inputs: Set<string>): Plugin {
  return {
    name: "late-as-text",
    setup(pluginBuild) {
      const filter = new RegExp(`^(${packages.map((name) => name.replaceAll("/", "\\/")).join("|")})$`);
      pluginBuild.onResolve({ filter }, ({ path }) => ({ path, namespace: "late" }));
      pluginBuild.onLoad({ filter: /.*/, namespace: "late" }, async ({ path }) => {
        const { absWorkingDir, platform, target } = pluginBuild.initialOptions;
        const { outputFiles, metafile } = await build({
          ...(absWorkingDir === undefined ? {} : { absWorkingDir }),
          ...(platform === undefined ? {} : { platform }),
          ...(target === undefined ? {} : { target }),
          stdin: { contents: `module.exports = require(${JSON.stringify(path)});`, resolveDir: absWorkingDir ?? "." },
          bundle: true,
          format: "cjs",
          minify: true,
          legalComments: "none",
          metafile: true,
          write: false,
        });
        for (const input of Object.keys(metafile.inputs)) inputs.add(input);
        const text = outputFiles[0]?.text ?? "";
        const run = `require("node:vm").compileFunction(text, ["module", "exports", "require"], { filename: ${JSON.stringify(`${path}.js`)} })`;
        return {
          contents: `const text = ${JSON.stringify(text)};\n${run}(module, exports, require);`,
          resolveDir: absWorkingDir ?? ".",
        };
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
