import { readFileSync } from "node:fs";
import { type ClientId, ENTRY_NAME, knownClient } from "../src/setup/clients.ts";

/**
 * How each client is connected: the one source of docs/clients.md and of the README's part on installing. What a client
 * can show a person was looked at in September 2026.
 */
const NAME = ENTRY_NAME;
const PAGE = "https://github.com/invoicing-mcp/invoicing-mcp/blob/main/docs/clients.md";
const START = { command: "npx", args: ["-y", "invoicing-mcp"] } as const;
const DEMO = { ...START, args: [...START.args, "--demo"] } as const;
const TOKEN = "INVOICES_API_TOKEN";
const ASKED = "invoices-token";

interface Client {
  readonly name: string;
  /** How many of the steps stand in the README, too. */
  readonly short: number;
  readonly steps: readonly string[];
  /** Which way of approval works there, and what is known not to. */
  readonly approval: string;
  /** What else differs there, for whoever builds on it. */
  readonly limits?: string;
}

/** Lists on one line, as people write them. */
const json = (value: unknown) =>
  fenced(
    "json",
    JSON.stringify(value, null, 2).replace(
      /\[\s+("[^[\]{}]*")\s+\]/g,
      (_, list: string) => `[${list.replace(/\s+/g, " ")}]`,
    ),
  );
const fenced = (language: string, code: string) => `\`\`\`${language}\n${code}\n\`\`\``;
const withToken = (token: string) => ({ ...START, env: { [TOKEN]: token } });

const inputs = [{ type: "promptString", id: ASKED, description: "anny access token", password: true }];
const vsCode = { type: "stdio", ...withToken(`\${input:${ASKED}}`) };
const vsCodeLink = `https://insiders.vscode.dev/redirect/mcp/install?name=${NAME}&inputs=${encoded(inputs)}&config=${encoded(vsCode)}`;
const cursorLink = `https://cursor.com/install-mcp?name=${NAME}&config=${encodeURIComponent(Buffer.from(JSON.stringify(DEMO)).toString("base64"))}`;
const gooseLink = `goose://extension?${[["cmd", DEMO.command], ...DEMO.args.map((arg) => ["arg", arg]), ["id", NAME], ["name", "Invoices"], ["description", "Invoices of anny"]].map(([key, value = ""]) => `${key}=${encodeURIComponent(value)}`).join("&")}`;

const PAGE_OR_TERMINAL =
  "The page in the browser of the machine it runs on, or `invoicing-mcp approve` there: the answer carries the address or the command for the person, and the same call, repeated after that, goes on. No forms. On Linux the client does not pass `DISPLAY` on, so no browser opens by itself unless you give it in `env`. Give the model no tool that opens addresses of that machine or runs commands on it: it could answer itself.";
const FORM_BY_HANDLER =
  "A form, answered by the handler you give; without one, the page or `invoicing-mcp approve`. The handler is where a person decides: one that lets the model answer, or always accepts, takes the protection away.";
const MINUTE =
  "A call ends after 60 seconds unless you set `timeout`; an approval given later is found by the same call, repeated.";
/** What setup knows about it as well. */
function known(id: ClientId): Pick<Client, "name" | "approval"> {
  const { name, approval } = knownClient(id);
  return { name, approval };
}

const CLIENTS: readonly Client[] = [
  {
    ...known("claude-desktop"),
    short: 1,
    steps: [
      "Download the `.mcpb` file of the [latest release](https://github.com/invoicing-mcp/invoicing-mcp/releases/latest), open it, and fill in the form: your token, or the switch **Try the demo**. No terminal, no Node to install.",
    ],
  },
  {
    ...known("claude-code"),
    short: 1,
    steps: [
      fenced(
        "sh",
        [
          `claude mcp add ${NAME} -- ${line(DEMO)}        # the demo`,
          `claude mcp add ${NAME} --env ${TOKEN}=… -- ${line(START)}`,
        ].join("\n"),
      ),
    ],
    limits:
      "It loads tools when they are looked for: search words in German and English are given, and three tools are there from the start. With `--confirm token` it is asked to put each act before you itself; that question is the host's, and counts for nothing here.",
  },
  {
    ...known("vscode"),
    short: 1,
    steps: [
      `[Install](${vsCodeLink}): it asks for the token and keeps it.`,
      "Or in `.vscode/mcp.json`:",
      json({ inputs, servers: { [NAME]: vsCode } }),
    ],
  },
  {
    ...known("cursor"),
    short: 1,
    steps: [
      `[Install the demo](${cursorLink}); for your own account, change it in Cursor's settings as [docs/clients.md](${PAGE}) says.`,
      "For your own account, in `~/.cursor/mcp.json`:",
      json({ mcpServers: { [NAME]: withToken(`\${env:${TOKEN}}`) } }),
      `It takes the token from the environment that Cursor was started in.`,
    ],
  },
  {
    ...known("codex"),
    short: 0,
    steps: [
      fenced(
        "sh",
        [`codex mcp add ${NAME} -- ${line(DEMO)}`, `codex mcp add ${NAME} --env ${TOKEN}=… -- ${line(START)}`].join(
          "\n",
        ),
      ),
    ],
  },
  {
    ...known("goose"),
    short: 0,
    steps: [
      "Open this link, or run `goose configure`, Add Extension, Command-line Extension:",
      fenced("text", gooseLink),
    ],
  },
  {
    name: "Claude Desktop, by its configuration file",
    short: 0,
    steps: [
      "In `claude_desktop_config.json`, with Node 20.18.1 or newer installed:",
      json({ mcpServers: { [NAME]: DEMO } }),
    ],
    approval: "As with the `.mcpb`.",
  },
  {
    name: "LangChain",
    short: 0,
    steps: [tested("langchain")],
    approval: PAGE_OR_TERMINAL,
    limits:
      "An error of a tool is thrown as `ToolException`; its message says what happened, whether anything was changed, and what to do next: give it to the model. The adapter checks arguments itself and then says only that they do not match, without naming which.",
  },
  {
    name: "AI SDK",
    short: 0,
    steps: [tested("ai-sdk")],
    approval: FORM_BY_HANDLER,
    limits:
      "Version 7 asks for Node 22. `generateText` can also ask before a call (`needsApproval`): that counts for nothing here.",
  },
  {
    name: "OpenAI Agents",
    short: 0,
    steps: [tested("openai-agents")],
    approval: PAGE_OR_TERMINAL,
    limits: `${MINUTE} Its own approval of tool calls counts for nothing here.`,
  },
  {
    name: "Mastra",
    short: 0,
    steps: [tested("mastra")],
    approval: FORM_BY_HANDLER,
    limits: `Version 1 and later ask for Node 22.13. Tools are named \`${NAME}_send_invoice\` and so on. ${MINUTE} \`requireToolApproval\` may ask as well; it counts for nothing here.`,
  },
];

/** The README's part: the clients that most people have. */
export function clientsShort(): string {
  return CLIENTS.filter(({ short }) => short > 0)
    .map(({ name, steps, short }) => `**${name}**\n\n${steps.slice(0, short).join("\n\n")}\n`)
    .join("\n");
}

/** docs/clients.md. */
export function clientsPage(): string {
  return `${[
    "# Clients",
    "Generated by `npm run generate` from `scripts/clients.ts`.",
    `With \`--demo\`, everything runs on a simulator: no account, nothing is sent. For your own account leave it out and set \`${TOKEN}\` to an access token with admin access (dashboard, Organization Settings, API). All settings: [README](../README.md#settings). \`npx\` comes with Node 20.18.1 or newer; with Node 22.13 or newer, \`npx --omit=optional -y invoicing-mcp\` spares the download of SQLite, which that Node has.`,
    "However a client asks: no answer, no act. [safety.md](safety.md) says what each way of approval protects from.",
    "PDFs and e-invoices are saved where a folder is allowed (`INVOICES_DOWNLOAD_DIR`). Without one, VS Code shows the linked resource; elsewhere the answer names an address that opens it in a browser on the same machine, once.",
    ...CLIENTS.flatMap(({ name, steps, approval, limits }) => [
      `## ${name}`,
      ...steps,
      `**Approval.** ${approval}`,
      ...(limits === undefined ? [] : [`**Limits.** ${limits}`]),
    ]),
    "## Any other client",
    "The server speaks MCP over stdio, in the revisions of 2025 and of 2026-07-28. Start it with:",
    fenced("sh", line(DEMO)),
    "A client that keeps its own list of environment variables must pass on what the proxy and the certificates of your network need.",
  ].join("\n\n")}\n`;
}

function line({ command, args }: { readonly command: string; readonly args: readonly string[] }): string {
  return [command, ...args].join(" ");
}

/** The file that test/clients/frameworks.test.ts runs, word for word. */
function tested(file: string): string {
  return fenced(
    "ts",
    readFileSync(new URL(`../test/clients/frameworks/${file}.ts`, import.meta.url), "utf8").trimEnd(),
  );
}

function encoded(value: unknown): string {
  return encodeURIComponent(JSON.stringify(value));
}
