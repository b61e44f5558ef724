import { VERSION } from "./version.ts";

/** What a client is told at the opening of a connection, by whoever answers it: the SDK's server or the desk before it. */
export const SERVER_INFO = { name: "invoicing-mcp", title: "Invoicing", version: VERSION } as const;
export const SERVER_CAPABILITIES = { tools: {}, resources: {}, prompts: {}, completions: {} } as const;
/** Lists are the same for the life of the process; that of the tools for each kind of client, so no cache may share it. */
export const LISTED_FOR_AN_HOUR = { ttlMs: 3_600_000, cacheScope: "public" } as const;
export const TOOLS_FOR_AN_HOUR = { ttlMs: 3_600_000, cacheScope: "private" } as const;
