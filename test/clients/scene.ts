import { Client as Client2, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { z } from "zod";
import { assemble } from "../../src/assemble.ts";
import { loadConfig } from "../../src/config.ts";
import { buildServer, type ServerParts } from "../../src/server.ts";
import { tools } from "../../src/tools/index.ts";
import { CARD_MEDIA_TYPE } from "../../src/ui/names.ts";
import { type Card, cardSchema, typedText } from "../malicious/people.ts";
import { type Replaced, startWorld, type World } from "../malicious/world.ts";

export const ERAS = ["2025", "2026"] as const;
export type Era = (typeof ERAS)[number];

const formSchema = z.object({
  message: z.string(),
  requestedSchema: z.object({
    properties: z.record(z.string(), z.looseObject({ description: z.string().optional() })),
  }),
});
export type Form = z.infer<typeof formSchema>;

export interface FormReply {
  action: "accept" | "decline" | "cancel";
  content?: Record<string, string | number | boolean | string[]>;
}
export type OnForm = (form: Form) => Promise<FormReply> | FormReply;

const resultSchema = z.looseObject({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
  _meta: z.record(z.string(), z.unknown()).optional(),
});

export interface Answer {
  readonly text: string;
  readonly isError: boolean;
  readonly structured: Readonly<Record<string, unknown>>;
  /** The card that the host would show; the model never sees it. */
  readonly card: Card | null;
}

export interface Connection {
  /** Forms shown so far. */
  readonly forms: Form[];
  call(tool: string, args: Record<string, unknown>, options?: { readonly timeout?: number }): Promise<Answer>;
  close(): Promise<void>;
}

export interface ClientSetup {
  /** Absent: the client declares no elicitation. */
  readonly onForm?: OnForm;
  readonly apps?: boolean;
}

/** A real MCP client of the era, connected to the server on the scene's world. */
export interface Scene {
  readonly world: World;
  connect(era: Era, setup: ClientSetup): Promise<Connection>;
  close(): Promise<void>;
}

export async function startScene(replaced: Replaced = {}): Promise<Scene> {
  const world = await startWorld(replaced);
  const { parts: assembled } = assemble({
    config: loadConfig({ language: "en" }, {}, true),
    demo: true,
    policy: null,
    report: () => {},
    terminalCommand: "invoicing-mcp approve",
    desktop: { platform: "linux", display: false, remote: false },
  });
  const parts: ServerParts = {
    ...assembled,
    async callTool(name, args, call) {
      const tool = tools.find((one) => one.name === name);
      if (tool === undefined) throw new Error(`no tool ${name}`);
      return tool.call(world.owner.deps, args, call);
    },
  };
  const closers: (() => Promise<void>)[] = [];
  return {
    world,
    async connect(era, setup) {
      const connection = await (era === "2025" ? connect2025(parts, setup) : connect2026(parts, setup));
      closers.push(connection.close);
      return connection;
    },
    async close() {
      for (const close of closers) await close().catch(() => {});
      await world.close();
    },
  };
}

function capabilities({ onForm, apps }: ClientSetup) {
  return {
    ...(onForm === undefined ? {} : { elicitation: { form: {} } }),
    ...(apps === true ? { extensions: { "io.modelcontextprotocol/ui": { mimeTypes: [CARD_MEDIA_TYPE] } } } : {}),
  };
}

function shown(result: unknown): Answer {
  const { content, structuredContent, isError, _meta } = resultSchema.parse(result);
  const card = cardSchema.safeParse(_meta?.["invoicing/approval"]);
  return {
    text: content.map(({ text }) => text ?? "").join("\n"),
    isError: isError === true,
    structured: structuredContent ?? {},
    card: card.success ? card.data : null,
  };
}

/** The 1.x client, as most deployed hosts embed it: asked in the middle of the call. */
async function connect2025(parts: ServerParts, setup: ClientSetup): Promise<Connection> {
  const [near, far] = InMemoryTransport.createLinkedPair();
  await buildServer(parts, "legacy").connect(far);
  const client = new Client1({ name: "test", version: "1" }, { capabilities: capabilities(setup) });
  const forms: Form[] = [];
  const { onForm } = setup;
  if (onForm !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, async (request) => {
      const form = formSchema.parse(request.params);
      forms.push(form);
      return { ...(await onForm(form)) };
    });
  }
  await client.connect(near);
  return {
    forms,
    call: async (name, args, options) =>
      shown(await client.callTool({ name, arguments: args }, undefined, { timeout: 60_000, ...options })),
    close: () => client.close(),
  };
}

/** The 2.x client in the 2026 era: asked by the result, and calls again. */
async function connect2026(parts: ServerParts, setup: ClientSetup): Promise<Connection> {
  const handler = createMcpHandler((context) => buildServer(parts, context.era));
  const client = new Client2(
    { name: "test", version: "2" },
    { versionNegotiation: { mode: { pin: "2026-07-28" } }, capabilities: capabilities(setup) },
  );
  const forms: Form[] = [];
  const { onForm } = setup;
  if (onForm !== undefined) {
    client.setRequestHandler("elicitation/create", async (request) => {
      const form = formSchema.parse(request.params);
      forms.push(form);
      return { ...(await onForm(form)) };
    });
  }
  await client.connect(
    new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), {
      fetch: (url, init) => handler.fetch(new Request(url, init)),
    }),
  );
  return {
    forms,
    call: async (name, args, options) =>
      shown(await client.callTool({ name, arguments: args }, { timeout: 60_000, ...options })),
    async close() {
      await client.close();
      await handler.close();
    },
  };
}

/** What has to be entered so that the form counts. */
export function filled(form: Form): Record<string, string> {
  const typed = form.requestedSchema.properties["typed"];
  return typed === undefined ? { decision: "approve" } : { typed: typedText(typed.description ?? "") };
}
