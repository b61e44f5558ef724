import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/**
 * Compiles what people see, in `src/ui/browser`, to strings in `src/ui/assets.ts` (approvals) and `src/ui/view-assets.ts`
 * (pictures, loaded when one is shown). Both are committed, so that running from source, tests and the bundle all serve the
 * same bytes. `test/ui` fails when a file is stale.
 */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
export const ASSETS = fileURLToPath(new URL("../src/ui/assets.ts", import.meta.url));
export const VIEW_ASSETS = fileURLToPath(new URL("../src/ui/view-assets.ts", import.meta.url));

async function compile(entry: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [`src/ui/browser/${entry}`],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: ["chrome109", "firefox115", "safari16"],
    legalComments: "none",
    charset: "utf8",
    tsconfigRaw: {},
    logLevel: "warning",
  });
  const code = (outputFiles[0]?.text ?? "").trim();
  if (code === "" || /<\/(script|style)|<!--/i.test(code)) throw new Error(`${entry}: cannot be written into a page.`);
  return code;
}

const sha256 = (text: string) => `sha256-${createHash("sha256").update(text, "utf8").digest("base64")}`;

const HEAD =
  "// biome-ignore-all format: generated\n// biome-ignore-all lint/suspicious/noTemplateCurlyInString: generated\n// Made by scripts/build-ui.ts from src/ui/browser; do not edit.\n";
const constant = (name: string, value: string) => `export const ${name} = ${JSON.stringify(value)};\n`;

export async function uiAssets(): Promise<string> {
  const style = await compile("style.css");
  const pageStyle = await compile("page.css");
  const card = await compile("card-main.ts");
  const page = await compile("page-main.ts");
  const passkey = await compile("passkey-main.ts");
  return [
    HEAD,
    constant("STYLE", style),
    constant("STYLE_HASH", sha256(style)),
    constant("CARD_SCRIPT", card),
    constant("CARD_SCRIPT_HASH", sha256(card)),
    constant("PAGE_STYLE", pageStyle),
    constant("PAGE_SCRIPT", page),
    constant("PASSKEY_SCRIPT", passkey),
  ].join("");
}

export async function viewAssets(): Promise<string> {
  const style = await compile("views/style.css");
  const views = await compile("views-main.ts");
  const pictures = await compile("pictures-main.ts");
  return [
    HEAD,
    constant("VIEWS_STYLE", style),
    // Together with the style of the approvals, whose papers and tables the pictures share.
    constant("VIEWS_STYLE_HASH", sha256(`${await compile("style.css")}${style}`)),
    constant("VIEWS_SCRIPT", views),
    constant("VIEWS_SCRIPT_HASH", sha256(views)),
    constant("PICTURES_SCRIPT", pictures),
  ].join("");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(ASSETS, await uiAssets());
  await writeFile(VIEW_ASSETS, await viewAssets());
}
