import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SUPPORTED_PROTOCOL_VERSIONS } from "@modelcontextprotocol/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assemble, assembleRefusing } from "../../src/assemble.ts";
import { loadConfig } from "../../src/config.ts";
import { ConfigError } from "../../src/errors.ts";
import { defaultPolicy } from "../../src/guard/policy.ts";
import type { ServerParts } from "../../src/server.ts";
import { LEGACY_VERSIONS } from "../../src/transports/opening.ts";
import { CARD_MEDIA_TYPE } from "../../src/ui/names.ts";
import { Random } from "../journal/random.ts";
import { envelope, hear, initialize, lines, notification, request } from "./wire.ts";

const folder = mkdtempSync(join(tmpdir(), "desk-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function parts(flags: Readonly<Record<string, string>> = {}, policy: typeof defaultPolicy | null = null): ServerParts {
  const config = loadConfig({ "data-dir": folder, ...flags }, {}, true);
  return assemble({
    config,
    demo: true,
    policy,
    proxy: null,
    report: () => {},
    terminalCommand: "",
    desktop: { platform: "linux", display: false, remote: false, browser: "" },
  }).parts;
}

const PARTS: Readonly<Record<string, ServerParts>> = {
  full: parts(),
  "draft-only": parts({ mode: "draft-only" }),
  "read-only": parts({ mode: "read-only" }),
  "a policy that only reads": parts({}, { ...defaultPolicy, mode: "read-only" }),
  token: parts({ confirm: "token" }),
  page: parts({ confirm: "page" }),
  refusing: assembleRefusing(new ConfigError("INVOICES_MODE must be one.", { next: "Give one." })),
};
const FULL = parts();
// What is loaded at its first use is loaded before anything is compared: an answer that waits for files comes later.
beforeAll(async () => {
  await FULL.prompts();
  await FULL.resources();
}, 60_000);

const CAPABILITIES: readonly object[] = [
  {},
  { roots: {} },
  { roots: { listChanged: true }, sampling: {}, elicitation: {} },
  { sampling: { context: {}, tools: {} } },
  { elicitation: { form: {} } },
  { elicitation: { form: {}, url: {} } },
  { elicitation: { url: {} } },
  { extensions: { "io.modelcontextprotocol/ui": { mimeTypes: [CARD_MEDIA_TYPE] } } },
  { experimental: { "x/y": { on: true, deep: [{ a: null }] } } },
];

/** The same bytes from both, and nothing of the full server loaded. */
async function expectSame(of: ServerParts, ...messages: readonly unknown[]): Promise<readonly string[]> {
  // One at a time, as clients do: the full server may answer two requests in either order.
  const chunks = messages.map((message) => lines(message));
  const [desk, server] = [await hear(of, chunks, true), await hear(of, chunks, false)];
  expect(desk.handedOver).toBe(false);
  expect(desk.lines).toEqual(server.lines);
  expect(desk.lines.length).toBeGreaterThan(0);
  return desk.lines;
}

describe("the desk answers an opening byte for byte as the full server does", () => {
  it("knows the revisions that the SDK agrees on", () => {
    expect(LEGACY_VERSIONS).toEqual(SUPPORTED_PROTOCOL_VERSIONS);
  });

  describe.each(Object.entries(PARTS))("settings: %s", (_name, of) => {
    it.each(LEGACY_VERSIONS)("initialize %s", async (version) => {
      const said = await expectSame(
        of,
        initialize(0, version),
        notification("notifications/initialized"),
        request("list", "tools/list"),
        request(7, "tools/list", {}),
        request(8, "ping"),
      );
      expect(said).toHaveLength(4);
    });

    it("server/discover and tools/list of the 2026 era, and the list alone", async () => {
      await expectSame(
        of,
        request(1, "server/discover", envelope()),
        request(2, "server/discover", envelope()),
        request("x", "tools/list", envelope()),
        request(4, "server/discover", envelope()),
        request(5, "tools/list", envelope()),
      );
      await expectSame(of, request("first", "tools/list", envelope()));
    });
  });

  it.each(CAPABILITIES)("capabilities %j", async (capabilities) => {
    for (const version of LEGACY_VERSIONS) {
      await expectSame(FULL, initialize(1, version, capabilities), request(2, "tools/list"));
    }
    await expectSame(
      FULL,
      request(1, "server/discover", envelope(capabilities)),
      request(2, "tools/list", envelope(capabilities)),
    );
  });
});

/** Lines that a well-behaved or a broken client may send. */
const MESSAGES: readonly ((random: Random) => unknown)[] = [
  (random) => initialize(id(random), pick(random, LEGACY_VERSIONS), pick(random, CAPABILITIES)),
  (random) => initialize(id(random), pick(random, ["1999-01-01", "2026-07-28", "", 7])),
  (random) =>
    initialize(id(random), "2025-11-25", pick(random, [null, [], { roots: 1 }, { elicitation: "x" }, { tasks: {} }])),
  (random) =>
    request(id(random), "initialize", pick(random, [undefined, {}, { ...envelope(), protocolVersion: "2025-11-25" }])),
  () => notification("notifications/initialized"),
  () => notification("notifications/initialized", { _meta: {} }),
  (random) => request(id(random), "tools/list"),
  (random) =>
    request(
      id(random),
      "tools/list",
      pick(random, [{}, { cursor: "x" }, { cursor: 1 }, { _meta: { progressToken: 1 } }]),
    ),
  (random) => request(id(random), "tools/list", envelope(pick(random, CAPABILITIES))),
  (random) =>
    request(
      id(random),
      "server/discover",
      pick(random, [undefined, {}, envelope(), { _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28" } }]),
    ),
  (random) => request(id(random), "ping", pick(random, [undefined, {}, envelope(), []])),
  (random) => request(id(random), "tools/call", { name: "no_such_tool", arguments: {} }),
  (random) => request(id(random), "tools/call", { name: "no_such_tool", arguments: {}, ...envelope() }),
  (random) => request(id(random), "no/such/method", pick(random, [undefined, envelope()])),
  (random) => notification("notifications/cancelled", { requestId: pick(random, [1, "a"]) }),
  () => notification("notifications/progress", { progressToken: 1, progress: 1 }),
  () => ({ jsonrpc: "2.0", id: 1, result: {} }),
  (random) => [request(id(random), "ping")],
  (random) => ({ ...request(id(random), "tools/list"), extra: 1 }),
  (random) => ({ ...request(id(random), "tools/list"), jsonrpc: "1.0" }),
  () => "not json",
  () => "",
  () => "﻿{}",
  (random) => `${JSON.stringify(request(id(random), "ping"))}\r`,
  () => `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"${"x".repeat(70_000)}"}}`,
  (random) =>
    `{"jsonrpc":"2.0","id":${id(random)},"method":"initialize","params":{"protocolVersion":"2025-11-25","clientInfo":{"name":"t","version":"1"},"capabilities":{"experimental":{"x":${'{"x":'.repeat(400)}1${"}".repeat(400)}}}}}`,
];

function pick<T>(random: Random, values: readonly T[]): T | undefined {
  return values[random.between(0, values.length - 1)];
}

const id = (random: Random): number => random.between(1, 5);

describe("the desk in front of the server says what the server alone says", () => {
  const seed = Number(process.env["DESK_SEED"] ?? Date.now() % 1_000_000);
  it(`to random openings (DESK_SEED=${seed})`, async () => {
    const ordinary = await hear(FULL, [lines(initialize(1, "2025-11-25"), request(2, "tools/list"))], true);
    expect([ordinary.lines.length, ordinary.handedOver]).toEqual([2, false]);
    for (let round = 0; round < 150; round += 1) {
      const random = new Random(seed + round);
      const messages = Array.from({ length: random.between(1, 7) }, () => pick(random, MESSAGES)?.(random));
      // Half of them begin as clients do.
      if (random.between(0, 1) === 0) messages.unshift(initialize(1, pick(random, LEGACY_VERSIONS)));
      else if (random.between(0, 2) === 0) messages.unshift(request(1, "server/discover", envelope()));
      const chunks = messages.map((message) => lines(message));
      const [desk, server] = [await hear(FULL, chunks, true), await hear(FULL, chunks, false)];
      const told = `seed ${seed + round}: ${chunks.join("").slice(0, 2_000)}`;
      expect(desk.lines, told).toEqual(server.lines);
      expect(desk.reported, told).toEqual(server.reported);
    }
  });

  it(`to the same in one piece and cut anywhere (DESK_SEED=${seed})`, async () => {
    for (let round = 0; round < 40; round += 1) {
      const random = new Random(seed + 10_000 + round);
      const whole = Buffer.from(
        lines(
          initialize(1, "2025-11-25", { experimental: { "ü€😀": {} } }),
          notification("notifications/initialized"),
          request(2, "tools/list"),
          request(3, "prompts/list"),
          request(4, "tools/list"),
        ),
      );
      const at = random.between(1, whole.length - 1);
      for (const chunks of [[whole], [whole.subarray(0, at), whole.subarray(at)]]) {
        const [desk, server] = [await hear(FULL, chunks, true), await hear(FULL, chunks, false)];
        // Requests that wait at the same time may be answered in either order.
        expect([...desk.lines].sort()).toEqual([...server.lines].sort());
        expect(desk.handedOver).toBe(true);
      }
    }
  });
});
