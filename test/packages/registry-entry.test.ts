import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { SETTINGS } from "../../src/config.ts";

/** What the registry's schema of 2025-12-11 says about the parts used here. It ignores or refuses unknown ones. */
const Input = z.strictObject({
  name: z.string().min(1),
  description: z.string(),
  isRequired: z.boolean(),
  isSecret: z.boolean(),
  default: z.string().optional(),
});
const version = z.string().regex(/^\d+\.\d+\.\d+$/, "a version, not a range");
const Server = z.strictObject({
  $schema: z.literal("https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"),
  name: z
    .string()
    .min(3)
    .max(200)
    .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
  title: z.string().min(1).max(100),
  description: z.string().min(1).max(100),
  websiteUrl: z.url(),
  repository: z.strictObject({ url: z.url(), source: z.literal("github") }),
  version: version.max(255),
  packages: z.array(
    z.strictObject({
      registryType: z.literal("npm"),
      registryBaseUrl: z.literal("https://registry.npmjs.org"),
      identifier: z.string(),
      version,
      runtimeHint: z.literal("npx"),
      transport: z.strictObject({ type: z.literal("stdio") }),
      environmentVariables: z.array(Input),
    }),
  ),
});

const read = (file: string): unknown =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), "utf8"));

describe("server.json", () => {
  const server = Server.parse(read("server.json"));
  const packaged = z.looseObject({ name: z.string(), mcpName: z.string() }).parse(read("package.json"));

  it("is the entry of this package: the registry compares the names", () => {
    expect(server.name).toBe(packaged.mcpName);
    expect(server.packages.map(({ identifier }) => identifier)).toEqual([packaged.name]);
    expect(server.name.split("/")[0]).toBe(`io.github.${new URL(server.repository.url).pathname.split("/")[1]}`);
  });

  it("asks for every setting and keeps the secret one secret", () => {
    const asked = server.packages[0]?.environmentVariables ?? [];
    expect(asked.map(({ name }) => name)).toEqual(SETTINGS.map(({ env }) => env));
    expect(asked.filter(({ isSecret }) => isSecret).map(({ name }) => name)).toEqual(["INVOICES_API_TOKEN"]);
    expect(asked.filter(({ isRequired }) => isRequired).map(({ name }) => name)).toEqual(["INVOICES_API_TOKEN"]);
  });
});
