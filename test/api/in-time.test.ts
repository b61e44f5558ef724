import { afterEach, describe, expect, it } from "vitest";
import { sendOnce } from "../../src/api/connection.ts";
import { createHttpApi, type HttpApiOptions } from "../../src/api/http.ts";
import { type CannedServer, startCannedServer } from "./canned-server.ts";

const HOUR_MS = 3_600_000;
const TIMEOUTS = { connect_ms: 1_000, response_ms: 1_000, body_ms: 1_000 };
const MEDIA = { "content-type": "application/vnd.api+json" };

let server: CannedServer | null = null;
afterEach(() => server?.close());

/** Real time, and what the computer slept. */
function sleepyClock() {
  let slept = 0;
  return {
    now: () => Date.now() + slept,
    sleep: (ms: number) => {
      slept += ms;
      return Promise.resolve();
    },
    suspend: () => {
      slept += HOUR_MS;
    },
  };
}

function apiAt(url: string, clock: HttpApiOptions["clock"], more: Partial<HttpApiOptions> = {}) {
  return createHttpApi({
    base_url: url,
    token: "token-for-tests",
    organization_id: "1",
    clock,
    user_agent: "test",
    timeouts: TIMEOUTS,
    ...more,
  });
}

const tooLate = {
  kind: "not_sent",
  error: { code: "unavailable", effect: "none", message: expect.stringMatching(/Too much time/) },
};

describe("a write that has to leave by an instant", () => {
  it("does not leave after a suspension while it waited for its place", async () => {
    server = await startCannedServer((_request, response) => response.writeHead(204).end());
    const clock = sleepyClock();
    const api = apiAt(server.url, clock, { budget: { writes_per_minute: 1, max_wait_ms: 120_000 } });
    expect(await api.sendInvoice("1", { not_after: clock.now() + 1_000 })).toMatchObject({ status: 204 });
    expect(await api.sendInvoice("2", { not_after: clock.now() + 1_000 })).toMatchObject(tooLate);
    expect(server.requests).toHaveLength(1);
  });

  it("does not leave after a suspension between two attempts to connect", async () => {
    const closed = await startCannedServer(() => undefined);
    await closed.close();
    const clock = sleepyClock();
    let waits = 0;
    const lines: string[] = [];
    const sleep = () => {
      waits += 1;
      clock.suspend();
      return Promise.resolve();
    };
    const api = apiAt(closed.url, { now: clock.now, sleep }, { log: (line) => lines.push(line) });
    const evidence = await api.sendInvoice("1", { not_after: clock.now() + 5_000 });
    expect(evidence).toMatchObject(tooLate);
    expect([waits, lines.length]).toEqual([1, 1]);
  });

  it("does not leave on a connection that came too late", async () => {
    server = await startCannedServer((_request, response) => response.writeHead(204).end());
    const request = { method: "POST", origin: server.url, target: "/api/v1/invoices/1/send", headers: {} } as const;
    expect(await sendOnce(request, TIMEOUTS, 1_000, () => false)).toEqual({
      kind: "not_sent",
      reason: "the connection came too late",
      cure: null,
      cancelled: false,
    });
    expect(server.requests).toEqual([]);
  });

  it("is not repeated in its other form after a suspension, but at once the next time", async () => {
    const clock = sleepyClock();
    let sleeps = true;
    server = await startCannedServer((request, response) => {
      if (request.method === "PUT") response.writeHead(405).end();
      else if (request.method === "POST") response.writeHead(204).end();
      else {
        if (sleeps) clock.suspend();
        response.writeHead(200, MEDIA).end(JSON.stringify({ data: { type: "invoices", id: "1" } }));
      }
    });
    const api = apiAt(server.url, clock);
    const methods = () => (server?.requests ?? []).map(({ method }) => method);
    expect(await api.markPaid("1", true, { not_after: clock.now() + 5_000 })).toMatchObject({ kind: "not_sent" });
    expect(methods()).toEqual(["PUT", "GET"]);
    sleeps = false;
    expect(await api.markPaid("1", true, { not_after: clock.now() + 5_000 })).toMatchObject({ status: 204 });
    expect(methods()).toEqual(["PUT", "GET", "POST"]);
  });
});

describe("a place in the write budget", () => {
  it("is waited for once, and serves one request", async () => {
    server = await startCannedServer((_request, response) => response.writeHead(204).end());
    const clock = sleepyClock();
    const api = apiAt(server.url, clock, { budget: { writes_per_minute: 1, max_wait_ms: 120_000 } });
    const begun = clock.now();
    const slot = await api.readyToWrite();
    const not_after = begun + 10_000;
    expect(await api.sendInvoice("1", { slot, not_after })).toMatchObject({ status: 204 });
    expect(await api.sendInvoice("2", { slot, not_after })).toMatchObject({ kind: "not_sent" });
    expect(clock.now() - begun).toBeGreaterThanOrEqual(59_000);
    expect(server.requests).toHaveLength(1);
  });
});
