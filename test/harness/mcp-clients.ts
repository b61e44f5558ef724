import { Client as Client2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as Stdio2 } from "@modelcontextprotocol/client/stdio";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as Stdio1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { isJsonObject } from "../../src/domain/json.ts";
import { CARD_MEDIA_TYPE } from "../../src/ui/names.ts";
import { CLI } from "./cli-process.ts";
import { filledIn } from "./mcp-tools.ts";

/** One connected client, whatever its SDK. */
export interface ConnectedClient {
  /** The complete answer to `tools/list`. */
  listTools(): Promise<readonly Record<string, unknown>[]>;
  callTool(name: string, args: Record<string, unknown>): Promise<CallResult>;
  /** What a person was shown, in order. */
  readonly shown: readonly string[];
  /** Revision of the protocol that was agreed on, when the SDK tells. */
  readonly revision: string | undefined;
  close(): Promise<void>;
}

export interface CallResult {
  readonly isError: boolean;
  readonly text: string;
  readonly structured: Record<string, unknown>;
}

export interface ClientOptions {
  readonly args: readonly string[];
  readonly env: Record<string, string>;
  /** How the server is started; the arguments follow. Default: the built command, from here. */
  readonly started?: { readonly command: string; readonly before: readonly string[]; readonly cwd: string };
  /** `none`: the client declares no forms. Default: a person who approves. */
  readonly person?: "approves" | "declines" | "none";
  /** The client declares that it shows cards (MCP Apps). */
  readonly cards?: true;
}

/** The SDKs and eras that deployed hosts embed. */
export const CLIENTS = {
  "sdk 1.x": connectSdk1,
  "client 2.x, 2025 era": (options: ClientOptions) => connectClient2(options, "legacy"),
  "client 2.x, auto": (options: ClientOptions) => connectClient2(options, "auto"),
} as const satisfies Readonly<Record<string, (options: ClientOptions) => Promise<ConnectedClient>>>;

function server({ args, env, started }: ClientOptions) {
  const { command, before, cwd } = started ?? { command: process.execPath, before: [CLI], cwd: process.cwd() };
  return { command, args: [...before, ...args], env, cwd, stderr: "ignore" as const };
}

const INFO = { name: "interop", version: "1.0.0" };
const capabilities = ({ person, cards }: ClientOptions) => ({
  ...(person === "none" ? {} : { elicitation: { form: {} } }),
  ...(cards === true ? { extensions: { "io.modelcontextprotocol/ui": { mimeTypes: [CARD_MEDIA_TYPE] } } } : {}),
});

const formRequest = z.object({
  message: z.string(),
  requestedSchema: z.object({ properties: z.record(z.string(), z.unknown()) }),
});

const result = z.looseObject({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
});

export function readResult(value: unknown): CallResult {
  const { content, structuredContent, isError } = result.parse(value);
  return {
    isError: isError === true,
    text: content.map(({ text }) => text ?? "").join("\n"),
    structured: structuredContent ?? {},
  };
}

/** A person reads for a moment and answers. */
async function personAnswers(params: unknown, options: ClientOptions, shown: string[]) {
  const { message, requestedSchema } = formRequest.parse(params);
  shown.push(message);
  await new Promise((resolve) => setTimeout(resolve, 350));
  return options.person === "declines"
    ? { action: "decline" as const }
    : { action: "accept" as const, content: filledIn(requestedSchema.properties) };
}

async function connectSdk1(options: ClientOptions): Promise<ConnectedClient> {
  const shown: string[] = [];
  const client = new Client1(INFO, { capabilities: capabilities(options) });
  if (options.person !== "none") {
    client.setRequestHandler(ElicitRequestSchema, (request) => personAnswers(request.params, options, shown));
  }
  await client.connect(new Stdio1(server(options)));
  return {
    listTools: async () => plain((await client.listTools()).tools),
    callTool: async (name, args) => readResult(await client.callTool({ name, arguments: args })),
    shown,
    revision: undefined,
    close: () => client.close(),
  };
}

async function connectClient2(options: ClientOptions, mode: "legacy" | "auto"): Promise<ConnectedClient> {
  const shown: string[] = [];
  const client = new Client2(INFO, { capabilities: capabilities(options), versionNegotiation: { mode } });
  if (options.person !== "none") {
    client.setRequestHandler("elicitation/create", (request) => personAnswers(request.params, options, shown));
  }
  await client.connect(new Stdio2(server(options)));
  return {
    listTools: async () => plain((await client.listTools()).tools),
    callTool: async (name, args) => readResult(await client.callTool({ name, arguments: args })),
    shown,
    revision: client.getNegotiatedProtocolVersion(),
    close: () => client.close(),
  };
}

function plain(tools: unknown): readonly Record<string, unknown>[] {
  const copied: unknown = JSON.parse(JSON.stringify(tools));
  return Array.isArray(copied) ? copied.filter(isJsonObject) : [];
}
