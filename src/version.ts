import { readFileSync } from "node:fs";

declare const __VERSION__: string;

/** Package version: a constant of the bundle, read from package.json when the sources run as they are. */
export const VERSION: string = typeof __VERSION__ === "string" ? __VERSION__ : versionOfPackage();

function versionOfPackage(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  if (
    typeof manifest === "object" &&
    manifest !== null &&
    "version" in manifest &&
    typeof manifest.version === "string"
  )
    return manifest.version;
  throw new Error("package.json has no version.");
}
