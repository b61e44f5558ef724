import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCli, type Home, makeHome } from "../harness/cli-process.ts";
import { CLIENTS } from "../harness/mcp-clients.ts";

/**
 * `tools.json` is the complete answer to `tools/list` as a client receives it: the product copy that a model reads.
 * A change of it is reviewed like a change of text. Write it anew with `UPDATE_SURFACE=1 npx vitest run test/surface`.
 */
const REVIEWED = fileURLToPath(new URL("tools.json", import.meta.url));

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
      if (process.env["UPDATE_SURFACE"] === "1") writeFileSync(REVIEWED, `${JSON.stringify(listed, null, 2)}\n`);
      const reviewed: unknown = JSON.parse(readFileSync(REVIEWED, "utf8"));
      expect(listed).toEqual(reviewed);
      // The same on every call: hosts cache it, and a list that changes under a model is a way to deceive it.
      expect(await client.listTools()).toEqual(reviewed);
    } finally {
      await client.close();
    }
  });
});
