import type { CallResult } from "../harness/mcp-clients.ts";

/** Frameworks of docs/clients.md whose packages are installed apart, in `frameworks`. */
export const FRAMEWORK_NAMES = ["LangChain", "AI SDK", "OpenAI Agents", "Mastra"] as const;
export type FrameworkName = (typeof FRAMEWORK_NAMES)[number];

/** A framework's own view of the server: its tools as it would give them to a model, called as it would call them. */
export interface Framework {
  readonly toolNames: readonly string[];
  call(name: string, args: Record<string, unknown>): Promise<CallResult>;
  /** What a person was shown in forms. */
  readonly forms: readonly string[];
  close(): Promise<void>;
}
