import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/**
 * Everything a release hands out, into `<root>/release`: the npm package, the MCP bundle, the registry's entry with the
 * bundle's hash, a bill of materials of what is inside, and the checksums of all of it.
 */
export function makePackages(root: string): readonly string[] {
  const folder = join(root, "release");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  run(root, "npm", ["run", "--silent", "build"]);
  run(root, "npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder]);
  run(root, process.execPath, ["--import", "tsx", "scripts/pack-mcpb.ts", folder]);
  const bundle = readdirSync(folder).find((file) => file.endsWith(".mcpb"));
  if (bundle === undefined) throw new Error("No bundle was packed.");
  write(join(folder, "server.json"), withBundle(json(join(root, "server.json")), bundle, sha256(join(folder, bundle))));
  write(join(folder, "sbom.cdx.json"), billOfMaterials(root));
  const files = readdirSync(folder).sort();
  writeFileSync(join(folder, "SHA256SUMS"), files.map((file) => `${sha256(join(folder, file))}  ${file}\n`).join(""));
  return [...files, "SHA256SUMS"];
}

const Entry = z.object({
  version: z.string(),
  repository: z.object({ url: z.string() }),
  packages: z.array(z.unknown()),
});

/** The registry's entry, with the bundle as a second way to install. */
function withBundle(entry: unknown, file: string, fileSha256: string): unknown {
  const { version, repository, packages } = Entry.parse(entry);
  const identifier = `${repository.url}/releases/download/v${version}/${file}`;
  const bundle = { registryType: "mcpb", identifier, version, fileSha256, transport: { type: "stdio" } };
  return { ...z.record(z.string(), z.unknown()).parse(entry), packages: [...packages, bundle] };
}

const Bill = z.looseObject({
  metadata: z.looseObject({ component: z.looseObject({ version: z.string() }) }),
  components: z.array(
    z.looseObject({ "bom-ref": z.string(), name: z.string(), version: z.string(), scope: z.string().optional() }),
  ),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()).optional() })),
});
const Lock = z.object({ packages: z.record(z.string(), z.looseObject({ dev: z.boolean().optional() })) });

/** CycloneDX, of the packages whose code is in `dist` and of those that are installed with it. */
function billOfMaterials(root: string): unknown {
  const bill = Bill.parse(JSON.parse(run(root, "npm", ["sbom", "--package-lock-only", "--sbom-format", "cyclonedx"])));
  const licences = readFileSync(join(root, "dist", "LICENSES.txt"), "utf8");
  const inside = new Set([...licences.matchAll(/^-{80}\n(\S+) (\S+) \(/gm)].map(([, name, at]) => `${name}@${at}`));
  const installed = Object.entries(Lock.parse(json(join(root, "package-lock.json"))).packages)
    .filter(([path, { dev }]) => path !== "" && dev !== true)
    .map(([path]) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length));
  const components = bill.components.filter(
    ({ name, version }) => inside.has(`${name}@${version}`) || installed.includes(name),
  );
  const missing = [...inside].filter((one) => !components.some(({ name, version }) => `${name}@${version}` === one));
  if (missing.length > 0) throw new Error(`Not in npm's bill of materials: ${missing.join(", ")}.`);
  const refs = new Set(components.map((component) => component["bom-ref"]));
  const self = bill.metadata.component;
  return {
    ...bill,
    // npm calls it by the folder's name.
    metadata: { ...bill.metadata, component: { ...self, name: "invoicing-mcp" } },
    // What is built in comes from a development dependency, and is no less required.
    components: components.map((component) => ({ ...component, scope: "required", properties: [] })),
    dependencies: bill.dependencies
      .filter(({ ref }) => refs.has(ref) || ref === self["bom-ref"])
      .map((one) => ({ ...one, dependsOn: (one.dependsOn ?? []).filter((ref) => refs.has(ref)) })),
  };
}

export function run(cwd: string, command: string, args: readonly string[]): string {
  // npm is a script of the shell on Windows.
  const shell = process.platform === "win32" && command === "npm";
  return execFileSync(command, [...args], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], shell });
}

function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

export function json(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}

function write(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
