import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GUARDED_KINDS } from "../../src/acts/index.ts";
import { ACTS as ASKED } from "../../src/guard/port.ts";
import type { Ledger } from "../../src/journal/ledger.ts";
import { ORGANIZATION_ID } from "../../src/simulator/index.ts";
import { openStore } from "../../src/store/open.ts";
import { type AnyOptions, covering, performAny } from "../harness/acts.ts";
import { givenApproval, placeIn } from "../harness/approvals.ts";
import { type Act, apiAt, approved, journalOn, openScene, type Scene, stage } from "./scene.ts";

const folder = mkdtempSync(join(tmpdir(), "journal-deleted-"));
let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => {
  await scene.close();
  rmSync(folder, { recursive: true, force: true });
});

/** One approval for several payments, as `settle_payments` asks for it. */
async function batch(store: Ledger, act: Act): Promise<AnyOptions> {
  const now = Date.now();
  const id = `batch-${now}`;
  await store.approvals.create(
    givenApproval(now, {
      id,
      act: "settle_payments",
      organization_id: ORGANIZATION_ID,
      subject: "batch",
      documents: [String(act.args["invoice_id"])],
    }),
  );
  return { approval: covering(id) };
}

describe("the journal is deleted before an act on an existing invoice is called again", () => {
  const acts = GUARDED_KINDS.map((kind) => ({ kind, name: `${kind}`, allow: approved }));
  const cases = [...acts, { kind: "mark_paid" as const, name: "mark_paid within settle_payments", allow: batch }];

  it("covers every guarded act", () => {
    expect(ASKED.filter((act) => act !== "resolve_operation" && act !== "settle_payments").sort()).toEqual(
      [...GUARDED_KINDS].sort(),
    );
  });

  it.each(cases.flatMap((one) => [true, false].map((answered) => ({ ...one, answered }))))(
    "$name, answered: $answered; the invoice itself says that it was done, even with a new approval",
    async ({ kind, name, allow, answered }) => {
      const act = await stage(kind, scene);
      const file = join(folder, `${name}-${answered}`, "journal.db");
      const api = apiAt(scene.proxy.url, scene.simulator.token);
      const first = openStore(file);
      if (!answered) await scene.proxy.plan("reset_after", act.isRequest, { times: 1 });
      const journal = journalOn(first, api);
      expect((await performAny(journal, act.operation, act.args, await allow(first, act))).outcome).toBe("done");
      expect(act.effects()).toBe(1);
      await journal.close();
      await first.close();
      rmSync(file);

      const second = openStore(file);
      const forgetful = journalOn(second, api);
      const seen = scene.proxy.requests.length;
      const again = await performAny(forgetful, act.operation, act.args, await allow(second, act));
      expect(again).toMatchObject({ outcome: "already_done", operation: null });
      expect(act.effects()).toBe(1);
      expect(scene.proxy.requests.slice(seen).every(({ method }) => method === "GET")).toBe(true);
      expect(await second.operations.list(placeIn(ORGANIZATION_ID), { limit: 1 })).toEqual([]);
      await forgetful.close();
      await second.close();
    },
  );
});
