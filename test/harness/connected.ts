import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client as Client2, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { type Assembly, assemble } from "../../src/assemble.ts";
import { loadConfig } from "../../src/config.ts";
import { buildServer } from "../../src/server.ts";
import { type RunningSimulator, type Switches, startSimulator } from "../../src/simulator/index.ts";

/** What both generations of clients can be asked in the same words. */
export interface RealClient {
  listTools(): Promise<{ tools: { name: string; _meta?: { [key: string]: unknown } | undefined }[] }>;
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<{ [key: string]: unknown }>;
  listResources(): Promise<{ resources: { uri: string; _meta?: { [key: string]: unknown } | undefined }[] }>;
  listResourceTemplates(): Promise<{ resourceTemplates: { uriTemplate: string; mimeType?: string | undefined }[] }>;
  readResource(params: { uri: string }): Promise<{ contents: ReadContent[] }>;
  listPrompts(): Promise<{
    prompts: { name: string; arguments?: { name: string; required?: boolean | undefined }[] | undefined }[];
  }>;
  getPrompt(params: { name: string; arguments?: Record<string, string> }): Promise<{
    messages: { role: string; content: { type: string; text?: unknown } }[];
  }>;
  complete(params: {
    ref: { type: "ref/prompt"; name: string } | { type: "ref/resource"; uri: string };
    argument: { name: string; value: string };
  }): Promise<{ completion: { values: string[]; hasMore?: boolean | undefined } }>;
  getInstructions(): string | undefined;
}

export interface ReadContent {
  readonly uri: string;
  readonly mimeType?: string | undefined;
  readonly text?: unknown;
  readonly blob?: unknown;
  readonly _meta?: { [key: string]: unknown } | undefined;
}

/** The server as `cli.ts` puts it together, on a simulator of the test's, for real clients of either generation. */
export interface Connected {
  readonly simulator: RunningSimulator;
  readonly assembly: Assembly;
  /** A folder of this test's own. */
  readonly folder: string;
  /** The 1.x client, as most deployed hosts embed it (2025 era). */
  client1(): Promise<RealClient>;
  /** The 2.x client in the 2026 era, over HTTP without a network. */
  client2(): Promise<RealClient>;
  close(): Promise<void>;
}

export interface ConnectedOptions {
  readonly switches?: Partial<Switches>;
  /** Flags as on the command line, e.g. `{ mode: "read-only" }`. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly downloads?: boolean;
  /** A screen where a browser could show a page. */
  readonly display?: boolean;
  /** What the client calls itself. */
  readonly clientName?: string;
}

export const GENERATIONS = ["client1", "client2"] as const;

export async function startConnected(options: ConnectedOptions = {}): Promise<Connected> {
  const folder = await mkdtemp(join(tmpdir(), "invoicing-"));
  const simulator = await startSimulator(options.switches === undefined ? {} : { switches: options.switches });
  const config = loadConfig(
    {
      "base-url": simulator.url,
      organization: simulator.organization_id,
      "data-dir": join(folder, "state"),
      language: "en",
      timezone: "Europe/Berlin",
      ...(options.downloads === true ? { "download-dir": folder } : {}),
      ...options.flags,
    },
    { INVOICES_API_TOKEN: simulator.token },
    false,
  );
  const assembly = assemble({
    config,
    demo: false,
    policy: null,
    report: () => {},
    terminalCommand: "invoicing-mcp approve",
    desktop: { platform: "linux", display: options.display === true, remote: false },
  });
  const closers: (() => Promise<void>)[] = [];
  return {
    simulator,
    assembly,
    folder,
    async client1() {
      const [near, far] = InMemoryTransport.createLinkedPair();
      const server = buildServer(assembly.parts, "legacy");
      await server.connect(far);
      const client = new Client1({ name: options.clientName ?? "test", version: "1" });
      await client.connect(near);
      closers.push(() => client.close());
      return client;
    },
    async client2() {
      const handler = createMcpHandler((context) => buildServer(assembly.parts, context.era));
      const client = new Client2(
        { name: options.clientName ?? "test", version: "2" },
        { versionNegotiation: { mode: "auto" } },
      );
      await client.connect(
        new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), {
          fetch: (url, init) => handler.fetch(new Request(url, init)),
        }),
      );
      if (client.getProtocolEra() !== "modern") throw new Error("the 2.x client fell back to the 2025 era");
      closers.push(async () => {
        await client.close();
        await handler.close();
      });
      return client;
    },
    async close() {
      for (const close of closers.reverse()) await close();
      await assembly.close();
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
