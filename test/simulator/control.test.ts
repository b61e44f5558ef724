import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { at, call, customerBody, idOf, NOON, rows, sentInvoice, simulate } from "./client.ts";

function control(url: string, path: string, method = "GET", body?: unknown, headers: Record<string, string> = {}) {
  return fetch(`${url}/_simulator${path}`, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

describe("control plane", () => {
  it("sets faults, switches and the clock, and shows what happened", async () => {
    const simulator = await simulate({ now: () => NOON });
    const { url } = simulator;
    expect((await control(url, "/faults", "POST", { kind: "empty_200", path: "/user" })).status).toBe(201);
    expect((await call(simulator, "GET", "/user")).text).toBe("");
    expect((await control(url, "/switches", "PATCH", { void_status: "canceled" })).status).toBe(200);
    const { id } = await sentInvoice(simulator);
    const cancelled = await call(simulator, "POST", `/invoices/${id}/cancel`);
    expect(at(cancelled.json, "data", "attributes", "status")).toBe("canceled");
    expect(at(await (await control(url, "/clock", "POST", { advance_ms: 60_000 })).json(), "now")).toBe(
      "2026-11-23T11:01:00.000Z",
    );
    expect(await (await control(url, "/outbox")).json()).toEqual(simulator.outbox());
    expect(await (await control(url, "/effects")).json()).toEqual(simulator.effects());
    expect(at(await (await control(url, "/requests")).json(), 0, "headers", "authorization")).toBe("[redacted]");
    const state = await (await control(url, "/state")).text();
    expect(state).toContain(id);
    expect(state).not.toContain("access_token");
    expect((await control(url, "/faults", "DELETE")).status).toBe(204);
  });

  it("refuses nonsense, other origins and other host names", async () => {
    const { url } = await simulate({ seed: "empty" });
    expect((await control(url, "/faults", "POST", { kind: "earthquake" })).status).toBe(400);
    expect((await control(url, "/switches", "PATCH", { void_status: "gone" })).status).toBe(400);
    expect((await control(url, "/switches", "PATCH", { toString: "x" })).status).toBe(400);
    expect((await control(url, "/clock", "POST", { advance_ms: -1 })).status).toBe(400);
    expect((await control(url, "/nothing")).status).toBe(404);
    expect((await control(url, "/state", "GET", undefined, { origin: "https://elsewhere.example" })).status).toBe(403);
  });

  it("shows pages on which data stays text, under a policy that runs one script of its own", async () => {
    const simulator = await simulate();
    const hostile = '<script>alert(1)</script>"><img src=x onerror=alert(1)>';
    const made = await call(simulator, "POST", "/invoices", {
      body: { data: { type: "invoices", attributes: { currency: "EUR", recipient: hostile, notes: hostile } } },
    });
    const id = String(at(made.json, "data", "id"));
    for (const path of [
      "",
      "/invoices",
      `/invoices/${id}`,
      "/workings",
      `/invoices?search=${encodeURIComponent(hostile)}`,
    ]) {
      const answer = await control(simulator.url, path);
      expect(answer.headers.get("content-security-policy")).toMatch(
        /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-/,
      );
      const page = await answer.text();
      expect(page.match(/<script/g)).toHaveLength(1);
      expect(page).not.toContain("<img");
      expect(page).toContain("Lindenhof Studios");
    }
    expect(await (await control(simulator.url, `/invoices/${id}`)).text()).toContain(
      "&lt;script&gt;alert(1)&lt;/script&gt;",
    );
  });

  it("speaks the reader's language, names what it does not have, and shows nothing secret beyond the document's own link", async () => {
    const simulator = await simulate();
    const german = await control(simulator.url, "/invoices", "GET", undefined, { "accept-language": "de-AT,de" });
    expect(await german.text()).toContain('<html lang="de">');
    expect((await control(simulator.url, "/invoices/none")).status).toBe(404);
    expect((await control(simulator.url, "/customers/none")).status).toBe(404);
    for (const path of ["", "/invoices", "/customers", "/mails", "/workings"]) {
      const page = await (await control(simulator.url, path)).text();
      expect(page).not.toContain("access_token");
      expect(page).not.toContain(simulator.token);
    }
  });
});

describe("several simulators and restarts", () => {
  it("run side by side without sharing anything", async () => {
    const request = globalThis.Request;
    const simulators = await Promise.all([1, 2, 3, 4].map(() => simulate({ seed: "empty" })));
    expect(new Set(simulators.map(({ url }) => url)).size).toBe(4);
    await Promise.all(
      simulators.flatMap((simulator, index) =>
        Array.from({ length: index + 1 }, (_, n) =>
          call(simulator, "POST", "/customers", { body: customerBody({ email: `c${n}@customer.example` }) }),
        ),
      ),
    );
    const counts = await Promise.all(simulators.map(async (s) => rows(await call(s, "GET", "/customers")).length));
    expect(counts).toEqual([1, 2, 3, 4]);
    const [first, second] = simulators;
    if (first === undefined || second === undefined) throw new Error("two simulators");
    const foreign = await call(second, "GET", "/customers", { headers: { authorization: `Bearer ${first.token}` } });
    expect(foreign.status).toBe(401);
    expect(globalThis.Request).toBe(request);
  });

  it("keep their state in a file", async () => {
    const data = join(mkdtempSync(join(tmpdir(), "simulator-")), "state.sqlite");
    const first = await startSimulator({ data, now: () => NOON });
    const { id } = await sentInvoice(first);
    const read = async (simulator: RunningSimulator): Promise<unknown> =>
      JSON.parse(
        (await call(simulator, "GET", "/invoices?page[size]=50&include=items")).text.replaceAll(simulator.url, ""),
      );
    const list = await read(first);
    const deleted = idOf(await call(first, "POST", "/customers", { body: customerBody() }));
    expect((await call(first, "DELETE", `/customers/${deleted}`)).status).toBe(204);
    await first.close();
    const second = await simulate({ data, now: () => NOON });
    expect(second.token).toBe(first.token);
    expect(await read(second)).toEqual(list);
    expect((await call(second, "GET", `/customers/${deleted}`)).status).toBe(404);
    expect(second.outbox()).toHaveLength(1);
    const next = await sentInvoice(second);
    const numberOf = async (key: string) =>
      String(at((await call(second, "GET", `/invoices/${key}`)).json, "data", "attributes", "number"));
    expect(Number((await numberOf(next.id)).slice(-4))).toBe(Number((await numberOf(id)).slice(-4)) + 1);
  });

  it("refuse a port that is taken", async () => {
    const simulator = await simulate({ seed: "empty" });
    await expect(startSimulator({ port: Number(new URL(simulator.url).port) })).rejects.toThrow(/EADDRINUSE/);
  });
});
