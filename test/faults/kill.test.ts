import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACT_KINDS } from "../../src/acts/index.ts";
import { bundled } from "./bundle.ts";
import { onSqlite, PATIENCE_MS } from "./grounds.ts";
import { killed, MOMENTS } from "./killing.ts";
import { openScene } from "./scene.ts";

/** They wait for the horizon most of the time. */
const LANES = ACT_KINDS.length;

const folder = mkdtempSync(join(tmpdir(), "journal-kill-"));
const sqlite = onSqlite(folder);
let script = "";
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(dirname(script), { recursive: true, force: true });
});

describe("kill -9 of the process", () => {
  const cells = ACT_KINDS.flatMap((kind) =>
    MOMENTS.flatMap((moment) => [true, false].map((repeat) => ({ kind, moment, repeat }))),
  );
  const results = new Map<string, string[]>();

  beforeAll(async () => {
    script = await bundled("child.ts");
    const queue = [...cells];
    await Promise.all(
      Array.from({ length: LANES }, async () => {
        const scene = await openScene();
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          const address = await sqlite.fresh(`${next.kind}-${next.moment}-${next.repeat}`);
          const wrong = await killed(script, scene, address, next);
          results.set(next.kind, [...(results.get(next.kind) ?? []), ...wrong]);
        }
        await scene.close();
      }),
    );
  }, PATIENCE_MS);

  it.each(ACT_KINDS)(`%s: ${MOMENTS.length} moments, restarted only and restarted and repeated`, (kind) => {
    expect(results.get(kind)).toEqual([]);
  });
});
