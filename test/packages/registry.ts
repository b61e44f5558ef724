import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

/** An npm registry on this computer that knows the given packages and nothing else. */
export interface Registry {
  readonly url: string;
  /** Names that were asked for, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

const packedSchema = z.array(z.object({ name: z.string(), version: z.string(), filename: z.string() })).length(1);
const manifestSchema = z.looseObject({ name: z.string(), version: z.string() });

/** Packs each folder as `npm publish` would, into `store`, and serves the packages. */
export async function startRegistry(folders: readonly string[], store: string): Promise<Registry> {
  const asked: string[] = [];
  let url = "";
  const packages = new Map<string, { manifest: z.infer<typeof manifestSchema>; tarball: Buffer }>();
  for (const folder of folders) {
    const manifest = manifestOf(folder);
    packages.set(manifest.name, { manifest, tarball: readFileSync(join(store, await packFolder(folder, store))) });
  }
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "/").slice(1);
    const isTarball = path.endsWith(".tgz");
    const name = isTarball ? path.slice(0, -".tgz".length) : path;
    const found = packages.get(name);
    if (!isTarball) asked.push(name);
    if (found === undefined) {
      response.writeHead(404, { "content-type": "application/json" }).end('{"error":"not found"}');
    } else if (isTarball) {
      response.writeHead(200, { "content-type": "application/octet-stream" }).end(found.tarball);
    } else {
      const { manifest, tarball } = found;
      const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
      const version = { ...manifest, dist: { tarball: `${url}/${encodeURIComponent(name)}.tgz`, integrity } };
      response.writeHead(200, { "content-type": "application/json" }).end(
        JSON.stringify({
          name,
          "dist-tags": { latest: manifest.version },
          versions: { [manifest.version]: version },
        }),
      );
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  return {
    url,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Runs npm to its end; on Windows it is a script of the shell. Never blocks: the registry is in this process. */
export async function npm(
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Record<string, string> },
): Promise<string> {
  const shell = process.platform === "win32";
  return (await promisify(execFile)("npm", args, { ...options, timeout: 60_000, shell })).stdout;
}

/** Name of the file in `store`. */
async function packFolder(folder: string, store: string): Promise<string> {
  const output = await npm(["pack", "--json", "--ignore-scripts", "--pack-destination", store, folder], { cwd: store });
  return packedSchema.parse(JSON.parse(output))[0]?.filename ?? "";
}

function manifestOf(folder: string): z.infer<typeof manifestSchema> {
  return manifestSchema.parse(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));
}
