import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
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

const KINDS = [
  ["that shows cards", { cards: true }],
  ["that shows none", {}],
] as const;

describe("the surface that models see", () => {
  it.each(
    Object.entries(CLIENTS).flatMap(([name, connect]) =>
      KINDS.map(([kind, shows]) => [name, kind, shows, connect] as const),
    ),
  )("is the reviewed one for %s %s", async (_name, kind, shows, connect) => {
    const client = await connect({ args: ["--demo"], env: home.env(), ...shows });
    try {
      const listed = await client.listTools();
      const reviewed = z.array(z.record(z.string(), z.unknown())).parse(JSON.parse(readFileSync(REVIEWED, "utf8")));
      const isForCards = kind === "that shows cards";
      // The card's own tool is of no use where no card is shown, and every name in the list is paid for.
      expect(listed).toEqual(reviewed.filter(({ name }) => isForCards || name !== "answer_approval"));
      // The same on every call: hosts cache it, and a list that changes under a model is a way to deceive it.
      expect(await client.listTools()).toEqual(listed);
      const click = { approval_id: "none", secret: "none", decision: "approve" };
      const clicked = client.callTool("answer_approval", click);
      if (isForCards) expect((await clicked).structured["ok"]).toBe(false);
      else await expect(clicked).rejects.toThrow("There is no tool of that name");
    } finally {
      await client.close();
    }
  });
});
