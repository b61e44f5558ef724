import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCli, type Home, makeHome } from "../harness/cli-process.ts";
import { CLIENTS } from "../harness/mcp-clients.ts";

/**
 * The generated listing is the complete answer to `tools/list`: the product copy that a model reads, and what a change is
 * reviewed by (`npm run generate`, which CI checks). Here: every client receives it, whole and unaltered.
 */
const REVIEWED = fileURLToPath(new URL("../../src/tools/surface.json", import.meta.url));

let home: Home;
beforeAll(() => {
  buildCli();
  home = makeHome();
}, 60_000);
afterAll(() => home.remove());

describe("the surface that models see", () => {
  it.each(Object.entries(CLIENTS))("is the reviewed one for %s", async (_name, connect) => {
    const client = await connect({ args: ["--demo"], env: home.env() });
    try {
      const listed = await client.listTools();
      const reviewed: unknown = JSON.parse(readFileSync(REVIEWED, "utf8"));
      expect(listed).toEqual(reviewed);
      // The same on every call: hosts cache it, and a list that changes under a model is a way to deceive it.
      expect(await client.listTools()).toEqual(listed);
    } finally {
      await client.close();
    }
  });
});
