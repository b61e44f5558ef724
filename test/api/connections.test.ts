import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHttpApi } from "../../src/api/http.ts";
import type { InvoicesApi } from "../../src/api/port.ts";
import { systemClock } from "../../src/domain/clock.ts";

/** An API that counts its connections, and answers only when as many requests are under way as the test says. */
let server: Server;
let api: InvoicesApi;
let connections: Socket[];
let requests: number;
let together: number;
let waiting: (() => void)[];

function invoice(id: string): string {
  return JSON.stringify({ data: { type: "invoices", id, attributes: { status: "open", currency: "EUR" } } });
}

beforeEach(async () => {
  connections = [];
  requests = 0;
  together = 1;
  waiting = [];
  server = createServer((request, response) => {
    requests += 1;
    request.resume();
    const id = /invoices\/([^/?]+)/.exec(request.url ?? "")?.[1] ?? "";
    waiting.push(() => {
      response.writeHead(200, { "content-type": "application/vnd.api+json" }).end(invoice(id));
    });
    if (waiting.length < together) return;
    for (const answer of waiting.splice(0)) answer();
  });
  server.on("connection", (socket) => connections.push(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  api = createHttpApi({
    base_url: `http://127.0.0.1:${address.port}`,
    token: "token",
    organization_id: "1",
    clock: systemClock,
    user_agent: "invoicing-mcp/test",
  });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const ids = (count: number) => Array.from({ length: count }, (_, index) => `4711-${index}`);

describe("connections to the API", () => {
  it("are kept: reads one after another use one", async () => {
    for (const id of ids(20)) expect((await api.getInvoice(id)).id).toBe(id);
    expect(requests).toBe(20);
    expect(connections).toHaveLength(1);
  });

  it("are as many as reads are under way, and used again by the next", async () => {
    together = 6;
    for (let round = 0; round < 3; round += 1) {
      // None is answered before all have arrived: if one waited for another, this would not end.
      const read = await Promise.all(ids(6).map((id) => api.getInvoice(id)));
      expect(read.map(({ id }) => id)).toEqual(ids(6));
    }
    expect(requests).toBe(18);
    expect(connections).toHaveLength(6);
  });

  it("wait for the next read while a person reads, where the API does not say how long it keeps them", async () => {
    server.keepAliveTimeout = 0;
    await api.getInvoice("4711");
    // Longer than undici's own four seconds.
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    await api.getInvoice("4712");
    expect(connections).toHaveLength(1);
  });

  it("are opened anew after the API closed them, without losing a read", async () => {
    await api.getInvoice("4711");
    for (const socket of connections) socket.destroy();
    await api.getInvoice("4712");
    expect(connections).toHaveLength(2);
  });

  it("are one for each change, and never one that reads use", async () => {
    await api.getInvoice("4711");
    for (const id of ids(3)) await api.updateInvoice(id, { notes: "n" });
    await api.getInvoice("4712");
    expect(requests).toBe(5);
    expect(connections).toHaveLength(4);
    const [reads, ...changes] = connections;
    expect(reads?.destroyed).toBe(false);
    for (const socket of changes) expect(socket.readableEnded || socket.destroyed).toBe(true);
  });
});
