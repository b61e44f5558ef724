import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connected, GENERATIONS, type RealClient, startConnected } from "../harness/connected.ts";

let connected: Connected;
const clients: Partial<Record<(typeof GENERATIONS)[number], RealClient>> = {};
beforeAll(async () => {
  connected = await startConnected();
  clients.client1 = await connected.client1();
  clients.client2 = await connected.client2();
});
afterAll(() => connected.close());

const prompt = (name: string) => ({ type: "ref/prompt", name }) as const;
const template = (uri: string) => ({ type: "ref/resource", uri }) as const;

describe.each(GENERATIONS)("%s", (generation) => {
  const complete = async (
    ref: ReturnType<typeof prompt> | ReturnType<typeof template>,
    name: string,
    value: string,
  ): Promise<string[]> => {
    const client = clients[generation];
    if (client === undefined) throw new Error("not connected");
    const { values, hasMore } = (await client.complete({ ref, argument: { name, value } })).completion;
    expect(values.length).toBeLessThanOrEqual(20);
    expect(typeof hasMore).toBe("boolean");
    return values;
  };

  it("suggests customers by name", async () => {
    expect(await complete(prompt("bill_customer"), "customer", "hart")).toEqual(["Hart & Finch Ltd"]);
    expect((await complete(prompt("bill_customer"), "customer", "")).length).toBeGreaterThan(5);
  });

  it("tells two customers of one name apart by their e-mail", async () => {
    const values = await complete(prompt("chase_overdue"), "customer", "schmidt");
    expect(values.sort()).toEqual(["m.schmidt@elbe-design.example", "michael.schmidt@post-leipzig.example"]);
  });

  it("suggests numbers of recent invoices, what begins so first", async () => {
    const recent = await complete(prompt("correct_sent_invoice"), "invoice", "");
    expect(recent.length).toBeGreaterThan(5);
    for (const value of recent) expect(value).toMatch(/^\S+-\d{4}-\d+$/);
    expect(await complete(prompt("correct_sent_invoice"), "invoice", "#RE-2026-0012")).toEqual(["RE-2026-0012"]);
  });

  it("suggests what can stand in an address", async () => {
    expect(await complete(template("invoice://{id}"), "id", "RE-2026-0012")).toEqual(["RE-2026-0012"]);
    expect(await complete(template("customer://{id}"), "id", "hart")).toEqual([expect.stringMatching(/^[\w-]+$/)]);
  });

  it.each([
    [prompt("bill_customer"), "work", "x"],
    [prompt("bill_customer"), "nothing", "x"],
    [prompt("constructor"), "customer", "x"],
    [template("invoice://{id}"), "other", "x"],
    [template("file:///{id}"), "id", "x"],
    [prompt("bill_customer"), "customer", "no such customer \u202e\u0000"],
  ])("has nothing for %j %s %j", async (ref, name, value) => {
    expect(await complete(ref, name, value)).toEqual([]);
  });

  it("asks the API for one page", async () => {
    const before = connected.simulator.requests().length;
    await complete(prompt("bill_customer"), "customer", "studio");
    await complete(template("invoice://{id}/pdf"), "id", "RE");
    expect(connected.simulator.requests().length - before).toBe(2);
  });
});

it("takes a very long text, and an API that fails or is away, for no suggestion", async () => {
  const own = await startConnected();
  try {
    const client = await own.client1();
    const asked = { ref: prompt("bill_customer"), argument: { name: "customer", value: "x".repeat(100_000) } };
    expect((await client.complete(asked)).completion.values).toEqual([]);
    own.simulator.faults.add({ kind: "status_before", status: 403, path: "/customers", times: 1 });
    const short = { ...asked, argument: { name: "customer", value: "hart" } };
    expect((await client.complete(short)).completion.values).toEqual([]);
    expect((await client.complete(short)).completion.values).toEqual(["Hart & Finch Ltd"]);
    await own.simulator.close();
    expect((await client.complete(short)).completion.values).toEqual([]);
  } finally {
    await own.close();
  }
});
