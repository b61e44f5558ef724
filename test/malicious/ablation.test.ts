import { readFile } from "node:fs/promises";
import { afterAll, describe, expect, it, vi } from "vitest";
import { ATTACK_NAMES, campaign } from "./campaign.ts";
import { ABLATIONS, type Ablation, CHECKS, fixedDigest, removed } from "./removed.ts";
import { startWorld } from "./world.ts";

/**
 * The run of `malicious.test.ts` with one check of the guard removed at a time. Each removal must let something out;
 * otherwise the run would prove nothing about that check. Production code has no switch for this: stores, the journal and
 * single functions are replaced from here.
 */
vi.mock("../../src/guard/facts.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../../src/guard/facts.ts")>();
  const digestOf: typeof original.digestOf = (act, organization, facts) => {
    if (removed.check === "content") return fixedDigest(`${act} ${organization.id}`);
    if (removed.check === "subject and content") return fixedDigest(organization.id);
    if (removed.check === "organization") return original.digestOf(act, { ...organization, id: "any" }, facts);
    return original.digestOf(act, organization, facts);
  };
  return { ...original, digestOf };
});

vi.mock("../../src/guard/seal.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../../src/guard/seal.ts")>();
  const unseal: typeof original.unseal = (state, key, now) => {
    if (removed.check === "seal") {
      const body = state.split(".")[0] ?? "";
      try {
        return original.unseal(original.seal(JSON.parse(Buffer.from(body, "base64url").toString()), key), key, now);
      } catch {
        return null;
      }
    }
    const sealed = original.unseal(state, key, removed.check === "expiry" ? 0 : now);
    return sealed !== null && removed.check === "which question" ? { ...sealed, approval_id: removed.latest } : sealed;
  };
  return { ...original, unseal };
});

vi.mock("../../src/guard/typed.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../../src/guard/typed.ts")>();
  const typedMatches: typeof original.typedMatches = (typed, accepted) =>
    removed.check === "typed text" || original.typedMatches(typed, accepted);
  const cardMatches: typeof original.cardMatches = (given, hash) =>
    removed.check === "card secret" || original.cardMatches(given, hash);
  const secretHash: typeof original.secretHash = (secret) =>
    original.secretHash(removed.check === "page session" ? "any" : secret);
  return { ...original, typedMatches, cardMatches, secretHash };
});

vi.mock("../../src/guard/form.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../../src/guard/form.ts")>();
  const formVerdict: typeof original.formVerdict = (answer, snapshot, elapsedMs) => {
    if (removed.check === "form content" && answer.action === "accept") return "approved";
    return original.formVerdict(answer, snapshot, removed.check === "too fast" ? 60_000 : elapsedMs);
  };
  return { ...original, formVerdict };
});

vi.mock("../../src/journal/rules/use.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../../src/journal/rules/use.ts")>();
  const refusal: typeof original.refusal = (approval, uses, wanted, use) => {
    if (approval === null) return original.refusal(approval, uses, wanted, use);
    const { check } = removed;
    const passes =
      (check === "answer" && approval.state === "pending") || (check === "single use" && approval.state === "used");
    const subject = check === "subject" || check === "subject and content";
    return original.refusal(
      passes ? { ...approval, state: "approved" } : approval,
      uses,
      { ...wanted, ...(subject ? { subject: approval.subject } : {}) },
      {
        ...use,
        ...(check === "expiry" ? { now: 0 } : {}),
        ...(subject ? { kind: approval.act } : {}),
        ...(check === "user" ? { principal: approval.principal } : {}),
        ...(check === "organization" ? { organization_id: approval.organization_id } : {}),
      },
    );
  };
  return { ...original, refusal };
});

/** How often the attack that a check is there for is played besides. */
const TIMES = 12;
/** What has nothing to do with the guard's checks and takes long. */
const PLAYED = ATTACK_NAMES.filter((name) => name !== "verdict" && name !== "garbage");

const NOTHING: Partial<Ablation> & Pick<Ablation, "replaced"> = { replaced: {} };

async function run(check: (typeof CHECKS)[number] | null) {
  const { replaced, only, aimed } = check === null ? NOTHING : ABLATIONS[check];
  const world = await startWorld(replaced);
  removed.check = check;
  try {
    await campaign(world, {
      seed: 7,
      race: 10,
      // Where every secret is right, the person's own browser cannot be told from another.
      person: only === undefined,
      tolerant: check !== null,
      only: only ?? PLAYED,
      ...(aimed === undefined ? {} : { aimed: { at: aimed, times: TIMES } }),
    });
    return { calls: world.calls, unapproved: world.ledger.unapproved, invented: world.ledger.invented };
  } finally {
    removed.check = null;
    await world.close();
  }
}

/** Rows of the table in `docs/safety.md`; printed when the run is asked for them. */
const figures: string[] = [];
afterAll(() => {
  if (process.env["FIGURES"] !== undefined) process.stdout.write(`${figures.join("\n")}\n`);
});

describe("without a check, something gets out", () => {
  it("nothing removed: nothing gets out", async () => {
    const { calls, unapproved, invented } = await run(null);
    figures.push(`| none | ${calls} | ${unapproved.length} |`);
    expect(unapproved).toEqual([]);
    expect(invented).toEqual([]);
  }, 120_000);

  it.each(CHECKS)(
    "%s",
    async (check) => {
      const { calls, unapproved, invented } = await run(check);
      figures.push(
        `| ${ABLATIONS[check].says} | ${calls} | ${check === "too fast" ? `0; ${invented.length} times a no that nobody said` : unapproved.length} |`,
      );
      if (ABLATIONS[check].covered) expect(unapproved).toEqual([]);
      else if (check === "too fast") expect(invented.length).toBeGreaterThan(0);
      else expect(unapproved.length).toBeGreaterThan(0);
    },
    120_000,
  );

  it("is what the owner is told", async () => {
    const told = await readFile(new URL("../../docs/safety.md", import.meta.url), "utf8");
    for (const check of CHECKS) expect(told).toContain(`| ${ABLATIONS[check].says} |`);
  });
});
