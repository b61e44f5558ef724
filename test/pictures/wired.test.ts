import { afterEach, describe, expect, it } from "vitest";
import { type Connected, type ConnectedOptions, GENERATIONS, startConnected } from "../harness/connected.ts";

let connected: Connected | null = null;
afterEach(async () => {
  await connected?.close();
  connected = null;
});

async function asked(generation: (typeof GENERATIONS)[number], options: ConnectedOptions): Promise<string[]> {
  connected = await startConnected(options);
  const client = await connected[generation]();
  const texts: string[] = [];
  for (const name of ["get_invoice", "review_receivables", "review_billing"]) {
    const answer = await client.callTool({
      name,
      arguments: name === "get_invoice" ? { invoice_id: "#2026-0012" } : {},
    });
    texts.push(JSON.stringify(answer["content"]));
  }
  return texts;
}

describe.each(GENERATIONS)("a client without views (%s)", (generation) => {
  it("is told the page once where a browser can be shown, and the page stands", async () => {
    const [invoice, receivables, billing] = await asked(generation, { display: true });
    expect(invoice).not.toContain("As a picture");
    expect(billing).not.toContain("As a picture");
    const [, origin = ""] =
      /As a picture, in a browser on this machine: (http:\/\/127\.0\.0\.1:\d+)\/#/.exec(receivables ?? "") ?? [];
    expect((await fetch(origin)).status).toBe(200);
    await connected?.close();
    connected = null;
    // It ends with the server.
    await expect(fetch(origin)).rejects.toThrow();
  });

  it("is told nothing on a machine without a screen", async () => {
    for (const text of await asked(generation, { display: false })) expect(text).not.toContain("As a picture");
  });
});
