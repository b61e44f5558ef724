import { isLegacyRequest } from "@modelcontextprotocol/server";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isModern } from "../../src/transports/http.ts";

const VERSION = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";

/** The SDK's own decision. */
function isLegacy(body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<boolean> {
  const request = new Request("http://127.0.0.1/mcp", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: "{}",
  });
  return isLegacyRequest(request, body);
}

const envelope = { [VERSION]: "2026-07-28", [CAPABILITIES]: {} };
const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "get_status", _meta: envelope } };

describe("the revision of a message", () => {
  it("is plain for a call of 2026, and left to the SDK for one of 2025", async () => {
    expect(isModern(call)).toBe(true);
    expect(await isLegacy(call)).toBe(false);
    const older = { ...call, params: { name: "get_status" } };
    expect(isModern(older)).toBe(false);
    expect(await isLegacy(older)).toBe(true);
  });

  it("is never taken for 2026 where the SDK says 2025", async () => {
    const some = (values: readonly unknown[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
    const messages = fc.record(
      {
        jsonrpc: fc.constantFrom<unknown>("2.0", "2.0", "2.0", "1.0", 2),
        id: some([1, "a", null, 1.5, {}]),
        method: some(["tools/call", "initialize", "notifications/cancelled", "server/discover", "", 7, null]),
        result: some([{}, null, "x"]),
        error: some([{ code: 1, message: "m" }, {}, null]),
        params: some([
          undefined,
          null,
          [],
          {},
          { _meta: null },
          { _meta: [] },
          { _meta: {} },
          { _meta: envelope },
          { _meta: { [VERSION]: "2026-07-28" } },
          { _meta: { [VERSION]: "2025-06-18", [CAPABILITIES]: {} } },
          { _meta: { [VERSION]: 2026 } },
          { _meta: { [CAPABILITIES]: {} } },
          { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "a", version: "1" } },
        ]),
      },
      { requiredKeys: ["jsonrpc"] },
    );
    const headers = fc.constantFrom<Readonly<Record<string, string>>>(
      {},
      { "mcp-protocol-version": "2025-06-18" },
      { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call" },
    );
    await fc.assert(
      fc.asyncProperty(messages, headers, async (message, sent) => {
        const body: unknown = JSON.parse(JSON.stringify(message));
        if (isModern(body)) expect(await isLegacy(body, sent), JSON.stringify(body)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});
