import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Variant } from "../journal/sequence.ts";
import { bundled } from "./bundle.ts";
import { PATIENCE_MS } from "./grounds.ts";

/** `SEQUENCES` and `SEED` for longer runs by hand. */
const SEQUENCES = Number(process.env["SEQUENCES"] ?? 10_000);
const SEED = Number(process.env["SEED"] ?? 1);

let script = "";
beforeAll(async () => {
  script = await bundled("run-sequences.ts");
});
afterAll(() => rmSync(dirname(script), { recursive: true, force: true }));

const totals = z.object({
  sequences: z.number(),
  calls: z.number(),
  writes: z.number(),
  faults: z.number(),
  crashes: z.number(),
  duplicates: z.number(),
  lies: z.number(),
  unresolved: z.number(),
  found: z.array(z.unknown()),
});

async function run(from: number, count: number, variant: Variant) {
  const child = spawn(process.execPath, [script, String(from), String(count), variant]);
  let out = "";
  let problems = "";
  child.stdout.on("data", (chunk) => {
    out += String(chunk);
  });
  child.stderr.on("data", (chunk) => {
    problems += String(chunk);
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`${variant} from seed ${from}: ${problems}`);
  return totals.parse(JSON.parse(out));
}

describe("random sequences of calls, faults, crashes and twins", () => {
  it(
    `${SEQUENCES} sequences from seed ${SEED}: nothing twice, nothing false, nothing left open`,
    async () => {
      const half = Math.ceil(SEQUENCES / 2);
      const runs = await Promise.all([run(SEED, half, "built"), run(SEED + half, SEQUENCES - half, "built")]);
      for (const { found, duplicates, lies, unresolved, faults, crashes } of runs) {
        expect(found).toEqual([]);
        expect({ duplicates, lies, unresolved }).toEqual({ duplicates: 0, lies: 0, unresolved: 0 });
        // The run is worth nothing when nothing went wrong in it.
        expect(faults).toBeGreaterThan(half / 2);
        expect(crashes).toBeGreaterThan(half / 20);
      }
    },
    PATIENCE_MS,
  );
});

describe("each safeguard is needed: without it the same stories go wrong", () => {
  it.each(["no_journal", "transport_retry", "unknown_as_failed", "no_horizon", "no_lock"] as const)(
    "%s",
    async (variant) => {
      const { duplicates, lies } = await run(1, variant === "no_lock" ? 500 : 60, variant);
      expect(duplicates + lies).toBeGreaterThan(0);
    },
    300_000,
  );
});
