import type { Setting } from "../src/config.ts";
import type { Tool } from "../src/toolkit/tool.ts";
import { firstSentence, isLiteral } from "./tables.ts";

/** What the manifests read of package.json. `mcpName` is the name in the MCP registry. */
export interface Package {
  readonly name: string;
  readonly mcpName: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly author: string;
  readonly keywords: readonly string[];
  readonly homepage: string;
  readonly bugs: { readonly url: string };
  readonly repository: { readonly url: string };
  readonly engines: { readonly node: string };
}

const TITLE = "Invoices";
const REQUIRED = "INVOICES_API_TOKEN";

/** server.json of the MCP registry, schema 2025-12-11. */
export function registryEntry(packaged: Package, settings: readonly Setting[]): unknown {
  return {
    $schema: "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
    name: packaged.mcpName,
    title: TITLE,
    description: "Find customers, draft, send and settle invoices, with an approval the model cannot give.",
    websiteUrl: packaged.homepage,
    repository: { url: pageOf(packaged), source: "github" },
    version: packaged.version,
    packages: [
      {
        registryType: "npm",
        registryBaseUrl: "https://registry.npmjs.org",
        identifier: packaged.name,
        version: packaged.version,
        runtimeHint: "npx",
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

interface Asked {
  readonly type: "string" | "boolean" | "directory";
  readonly title: string;
  readonly description: string;
  readonly default: string | boolean;
  readonly sensitive?: true;
}

/**
 * The form that a desktop host shows at installation, by the names of the settings. Every one has a default: a host
 * passes a setting without one on as the literal `${user_config.…}`. The token has an empty one, because the demo needs
 * none; without both, every answer says what is missing.
 */
const ASKED: Readonly<Record<string, Asked>> = {
  api_token: {
    type: "string",
    title: "Access token",
    description:
      "From your anny dashboard: Organization Settings, API, with admin access. Leave it empty to try the demo.",
    default: "",
    sensitive: true,
  },
  demo: {
    type: "boolean",
    title: "Try the demo",
    description:
      "Everything runs on a simulator on this computer: invented customers, no account, nothing is sent. Switch it off to work for real.",
    default: false,
  },
  organization_id: {
    type: "string",
    title: "Organization",
    description: "Id of the organization to bill for. Empty: the one that the token belongs to.",
    default: "",
  },
  base_url: {
    type: "string",
    title: "Region",
    description: "co for b.anny.co (most accounts), eu for the Gov-Cloud at b.anny.eu, staging for test accounts.",
    default: "co",
  },
  language: {
    type: "string",
    title: "Language",
    description: "In which you are asked for approval, e.g. de-DE or en. Empty: this computer's language.",
    default: "",
  },
  mode: {
    type: "string",
    title: "What the assistant may do",
    description: "full; draft-only: prepares invoices, but nothing leaves the house; read-only: only looks.",
    default: "full",
  },
  confirm: {
    type: "string",
    title: "How you approve",
    description:
      "auto uses the best way this app offers. Or one of: form, card (in the chat), page (in your browser), terminal, deny (nothing final ever happens).",
    default: "auto",
  },
  download_dir: {
    type: "directory",
    title: "Folder for PDFs",
    description: "Where invoices may be saved as files. Empty: nothing is saved.",
    default: "",
  },
};

/** manifest.json of an MCP bundle, version 0.3. */
export function bundleManifest(packaged: Package, settings: readonly Setting[], tools: readonly Tool[]): unknown {
  const asked = Object.keys(ASKED).map((name) => {
    const setting = settings.find((one) => one.name === name);
    if (setting === undefined) throw new Error(`scripts/manifests.ts asks for ${name}, which is no setting.`);
    return setting;
  });
  return {
    manifest_version: "0.3",
    name: packaged.name,
    display_name: TITLE,
    version: packaged.version,
    description: packaged.description,
    long_description: [
      "Do your invoicing in anny by talking: find or create the customer, draft the invoice, send it, match the bank statement, mark what was paid, cancel or re-address.",
      "Sending, settling, cancelling and re-addressing wait for your approval, which the assistant cannot give itself. These tools ask customers for money and record payments; they pay nothing and move no money.",
      "No account at hand? Switch on the demo.",
    ].join("\n\n"),
    author: { name: packaged.author, url: pageOf(packaged) },
    repository: { type: "git", url: pageOf(packaged) },
    homepage: packaged.homepage,
    documentation: `${pageOf(packaged)}/blob/main/docs/clients.md`,
    support: packaged.bugs.url,
    icon: "icon.png",
    license: packaged.license,
    keywords: packaged.keywords,
    server: {
      type: "node",
      entry_point: "dist/cli.js",
      mcp_config: {
        command: "node",
        args: [`\${__dirname}/dist/cli.js`],
        env: Object.fromEntries(asked.map(({ env, name }) => [env, `\${user_config.${name}}`])),
      },
    },
    tools: tools.map(({ name, description }) => ({ name, description: firstSentence(description) })),
    prompts_generated: true,
    compatibility: { platforms: ["darwin", "win32", "linux"], runtimes: { node: packaged.engines.node } },
    user_config: Object.fromEntries(
      Object.entries(ASKED).map(([name, { sensitive, ...option }]) => [
        name,
        { ...option, required: false, ...(sensitive === true ? { sensitive } : {}) },
      ]),
    ),
  };
}

/** The repository's page. */
function pageOf(packaged: Package): string {
  return packaged.repository.url.replace(/^git\+/, "").replace(/\.git$/, "");
}
