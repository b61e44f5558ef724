import { beforeAll, describe, expect, it } from "vitest";
import { assembleRefusing } from "../../src/assemble.ts";
import { ConfigError } from "../../src/errors.ts";
import type { ClientFacts } from "../../src/guard/port.ts";
import type { ServerParts } from "../../src/server.ts";
import { LEGACY_VERSIONS } from "../../src/transports/opening.ts";
import { CARD_MEDIA_TYPE } from "../../src/ui/names.ts";
import { Random } from "../journal/random.ts";
import { envelope, hear, initialize, lines, notification, request } from "./wire.ts";

// What is loaded at its first use is loaded before anything is compared: an answer that waits for files comes later.
beforeAll(() => import("../../src/transports/read-call.ts"), 60_000);

/** Tells what it was called with; its arguments say how it answers. */
function parts() {
  const calls: { name: string; args: unknown; client: ClientFacts; traceparent: string | undefined }[] = [];
  const cancelled: unknown[] = [];
  const of: ServerParts = {
    ...assembleRefusing(new ConfigError("x", { next: "y" })),
    async callTool(name, args, call) {
      const { signal, progress, asker, traceparent } = call;
      expect(asker.returned).toBe(null);
      calls.push({ name, args, client: asker.client, traceparent });
      const how = JSON.stringify(args ?? {});
      if (how.includes("tells")) for (const step of ["one", "two"]) progress(step);
      if (how.includes("throws")) throw new Error("no such file");
      if (how.includes("waits")) {
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        cancelled.push(args);
      }
      return {
        kind: "result",
        structured: { name, list: [1, { a: null }] },
        text: `${name} "ü" \n 2`,
        isError: how.includes("fails"),
        ...(how.includes("meta") ? { meta: { "invoicing/view": { secret: 1 } } } : {}),
        ...(how.includes("links") ? { links: [{ uri: "invoicing://x", name: "x", title: "X", mimeType: "a/b" }] } : {}),
      };
    },
  };
  return { of, calls, cancelled };
}

/** The same bytes from desk and server, and the same call seen by the tool. */
async function expectSame(messages: readonly unknown[], handedOver: boolean) {
  const [before, after] = [parts(), parts()];
  const chunks = messages.map((message) => lines(message));
  const [desk, server] = [await hear(before.of, chunks, true), await hear(after.of, chunks, false)];
  const told = chunks.join("").slice(0, 2_000);
  expect(desk.lines, told).toEqual(server.lines);
  expect(desk.reported, told).toEqual(server.reported);
  expect(before.calls, told).toEqual(after.calls);
  expect(before.cancelled, told).toEqual(after.cancelled);
  if (!handedOver) expect(desk.handedOver, told).toBe(false);
  return { ...desk, calls: before.calls, cancelled: before.cancelled };
}

const ARGUMENTS: readonly unknown[] = [
  undefined,
  {},
  { how: "tells" },
  { how: "fails" },
  { how: "meta" },
  { how: "links" },
  { how: "tells, then throws" },
  { deep: { a: [{ b: "ü€😀" }] } },
];
const CLIENTS: readonly object[] = [
  {},
  { elicitation: {} },
  { extensions: { "io.modelcontextprotocol/ui": { mimeTypes: [CARD_MEDIA_TYPE] } } },
];
const call = (id: unknown, args: unknown, more: object = {}, name = "list_invoices") =>
  request(id, "tools/call", { name, ...(args === undefined ? {} : { arguments: args }), ...more });
const asked = (meta: object, capabilities: object = {}) => ({
  _meta: { ...envelope(capabilities)._meta, ...meta },
});
const META = {
  progressToken: 7,
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  "x/y": { z: 1 },
};

describe("the desk answers calls that only read byte for byte as the full server does", () => {
  it.each(LEGACY_VERSIONS)("in revision %s", async (version) => {
    for (const capabilities of CLIENTS) {
      const said = await expectSame(
        [
          initialize(0, version, capabilities),
          notification("notifications/initialized"),
          ...ARGUMENTS.flatMap((args, index) => [
            call(index, args),
            call(`t${index}`, args, { _meta: { ...META, progressToken: `t${index}` } }),
          ]),
          request("list", "tools/list"),
        ],
        false,
      );
      expect(said.calls).toHaveLength(2 * ARGUMENTS.length);
      expect(said.lines.filter((line) => line.includes("notifications/progress"))).toHaveLength(4);
    }
  });

  it("in the 2026 era", async () => {
    for (const capabilities of CLIENTS) {
      await expectSame(
        [
          request(1, "server/discover", envelope(capabilities)),
          request(2, "tools/list", envelope(capabilities)),
          ...ARGUMENTS.flatMap((args, index) => [
            call(index, args, envelope(capabilities)),
            call(`t${index}`, args, asked(META, capabilities)),
          ]),
        ],
        false,
      );
    }
  });

  it.each([
    { era: "2025", opening: [initialize(0, "2025-11-25")], more: {} },
    { era: "2026", opening: [request(0, "tools/list", envelope())], more: envelope() },
  ])("and nothing to one that is cancelled, in the $era era", async ({ opening, more }) => {
    const cancel = (requestId: unknown) =>
      notification("notifications/cancelled", { requestId, reason: "no longer wanted" });
    const here = await expectSame(
      [...opening, call(1, { how: "waits" }, more), call(2, {}, more), cancel(1), call(3, {}, more)],
      false,
    );
    expect(here.cancelled).toEqual([{ how: "waits" }]);
    expect(here.lines).toHaveLength(3);
    // Once the server has the stream, what was begun before is taken back all the same.
    const later = await expectSame(
      [
        ...opening,
        call(1, { how: "waits" }, more),
        request(2, "prompts/list", "_meta" in more ? more : undefined),
        cancel(2),
        cancel(1),
        call(3, {}, more),
        request(4, "resources/list", "_meta" in more ? more : undefined),
      ],
      true,
    );
    expect(later.cancelled).toEqual([{ how: "waits" }]);
    expect(later.handedOver).toBe(true);
    expect(later.lines).toHaveLength(4);
  });

  it("and takes back what is underway when the connection ends", async () => {
    const ended = parts();
    const heard = await hear(ended.of, [lines(initialize(0, "2025-11-25")), lines(call(1, { how: "waits" }))], true);
    expect(heard.lines).toHaveLength(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended.cancelled).toHaveLength(1);
  });

  it("and leaves to it what changes something, is not offered, or is not plain", async () => {
    const odd = [
      call(1, {}, {}, "create_invoice"),
      call(1, {}, {}, "no_such_tool"),
      call(1, {}, {}, "answer_approval"),
      call(1, [], {}),
      call(1, "x"),
      call(1, null),
      call(1, {}, { _meta: { progressToken: {} } }),
      call(1, {}, { _meta: null }),
      call(1, {}, { task: { ttl: 1 } }),
      call(1, {}, { requestState: "x" }),
      call(1, {}, envelope()),
      call(null, {}),
      call(1.5, {}),
      call(1, JSON.parse('{"__proto__":{"a":1}}')),
      request(1, "tools/call"),
      request(1, "tools/call", { name: 7 }),
      notification("tools/call", { name: "list_invoices" }),
    ];
    for (const message of odd) {
      const said = await expectSame([initialize(0, "2025-11-25"), message, call(9, {})], true);
      expect(said.handedOver, JSON.stringify(message)).toBe(true);
    }
    for (const message of [call(1, {}), call(1, {}, { _meta: { "io.modelcontextprotocol/protocolVersion": "x" } })]) {
      await expectSame([request(0, "tools/list", envelope()), message, call(9, {}, envelope())], true);
    }
    // A call that comes first is the full server's: what opens a connection is said to it once more, a call never.
    const first = await expectSame([call(1, {}, envelope())], true);
    expect([first.calls.length, first.lines.length]).toEqual([1, 1]);
  });
});

describe("calls, cancellations and everything else in any order", () => {
  const seed = Number(process.env["DESK_SEED"] ?? Date.now() % 1_000_000);
  it(`are answered as by the server alone (DESK_SEED=${seed})`, async () => {
    for (let round = 0; round < 60; round += 1) {
      const random = new Random(seed + round);
      const modern = random.between(0, 1) === 0;
      const more = modern ? envelope() : {};
      const id = () => random.between(1, 6);
      const some = [
        () => call(id(), { how: "waits" }, more),
        () => call(id(), {}, more),
        () => call(id(), { how: "tells" }, modern ? asked({ progressToken: "a" }) : { _meta: { progressToken: "a" } }),
        () => notification("notifications/cancelled", { requestId: id() }),
        () => request(id(), "tools/list", modern ? more : undefined),
        () =>
          random.between(0, 3) === 0 ? request(id(), "prompts/list", modern ? more : undefined) : call(id(), {}, more),
      ] as const;
      const taken = new Set<unknown>();
      const messages = Array.from({ length: random.between(3, 9) }, () => some[random.between(0, 5)]?.()).filter(
        // A client never uses an id twice.
        (message) => message !== undefined && (!("id" in message) || (!taken.has(message.id) && taken.add(message.id))),
      );
      await expectSame(
        [modern ? request(0, "tools/list", envelope()) : initialize(0, "2025-11-25"), ...messages],
        true,
      );
    }
  });
});
