import type { Tool } from "../src/toolkit/define.ts";

/** What the manifests read of package.json. `mcpName` is the name in the MCP registry. */
export interface Package {
  readonly name: string;
  readonly mcpName: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
}

/** What is read of a setting (`src/config.ts`). */
export interface Setting {
  readonly name: string;
  readonly env?: string | null | undefined;
  readonly flag?: string | null | undefined;
  readonly default?: unknown;
  readonly secret?: boolean | undefined;
  readonly description: string;
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
        environmentVariables: settings.flatMap((setting) =>
          typeof setting.env === "string"
            ? [
                {
                  name: setting.env,
                  description: setting.description,
                  isRequired: setting.env === REQUIRED,
                  isSecret: setting.secret === true,
                  ...(setting.default === undefined || setting.default === null
                    ? {}
                    : { default: String(setting.default) }),
                },
              ]
            : [],
        ),
      },
    ],
  };
}

/** manifest.json of an MCP bundle, version 0.3. */
export function bundleManifest(packaged: Package, settings: readonly Setting[], tools: readonly Tool[]): unknown {
  const asked = settings.flatMap(({ env, ...setting }) =>
    typeof env === "string" && ASKED.includes(env) ? [{ ...setting, env, key: env.toLowerCase() }] : [],
  );
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
        env: Object.fromEntries(asked.map(({ env, key }) => [env, `\${user_config.${key}}`])),
      },
    },
    tools: tools.map(({ name, title }) => ({ name, description: title })),
    compatibility: { platforms: ["darwin", "win32", "linux"], runtimes: { node: ">=20.18.1" } },
    user_config: Object.fromEntries(
      asked.map(({ env, key, description, secret, default: preset }) => [
        key,
        {
          type: "string",
          title: env,
          description,
          sensitive: secret === true,
          required: env === REQUIRED,
          // A host passes an optional setting without a default on as the literal `${user_config.…}`.
          ...(env === REQUIRED ? {} : { default: preset === undefined || preset === null ? "" : String(preset) }),
        },
      ]),
    ),
  };
}
