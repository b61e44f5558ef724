import type { Setting } from "../src/config.ts";
import type { Tool } from "../src/toolkit/tool.ts";

/** What the manifests read of package.json. `mcpName` is the name in the MCP registry. */
export interface Package {
  readonly name: string;
  readonly mcpName: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
}

/** Settings a person is asked for at installation; all others have defaults that fit. */
const ASKED = ["INVOICES_API_TOKEN", "INVOICES_ORGANIZATION_ID", "INVOICES_BASE_URL"];
const REQUIRED = "INVOICES_API_TOKEN";

/** server.json of the MCP registry, schema 2025-12-11. */
export function registryEntry(packaged: Package, settings: readonly Setting[]): unknown {
  return {
    $schema: "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
    name: packaged.mcpName,
    title: "Invoices",
    description: "Find customers, draft, send and settle invoices, with an approval the model cannot give.",
    version: packaged.version,
    packages: [
      {
        registryType: "npm",
        identifier: packaged.name,
        version: packaged.version,
        transport: { type: "stdio" },
        environmentVariables: settings.map((setting) => ({
          name: setting.env,
          description: setting.description,
          isRequired: setting.env === REQUIRED,
          isSecret: setting.secret,
          ...(isLiteral(setting.default) ? { default: setting.default } : {}),
        })),
      },
    ],
  };
}

/** manifest.json of an MCP bundle, version 0.3. */
export function bundleManifest(packaged: Package, settings: readonly Setting[], tools: readonly Tool[]): unknown {
  const asked = settings.filter(({ env }) => ASKED.includes(env));
  return {
    manifest_version: "0.3",
    name: packaged.name,
    display_name: "Invoices",
    version: packaged.version,
    description: packaged.description,
    author: { name: "invoicing-mcp contributors" },
    license: packaged.license,
    server: {
      type: "node",
      entry_point: "dist/cli.js",
      mcp_config: {
        command: "node",
        args: [`\${__dirname}/dist/cli.js`],
        env: Object.fromEntries(asked.map(({ env, name }) => [env, `\${user_config.${name}}`])),
      },
    },
    tools: tools.map(({ name, title }) => ({ name, description: title })),
    compatibility: { platforms: ["darwin", "win32", "linux"], runtimes: { node: ">=20.18.1" } },
    user_config: Object.fromEntries(
      asked.map((setting) => [
        setting.name,
        {
          type: "string",
          title: setting.env,
          description: setting.description,
          sensitive: setting.secret,
          required: setting.env === REQUIRED,
          // A host passes an optional setting without a default on as the literal `${user_config.…}`.
          ...(setting.env === REQUIRED ? {} : { default: setting.default ?? "" }),
        },
      ]),
    ),
  };
}

/** Some defaults are described, not spelt: "the user's state folder". */
export function isLiteral(preset: string | undefined): preset is string {
  return preset !== undefined && !preset.includes(" ");
}
