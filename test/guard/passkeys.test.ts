import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createPageApprovals } from "../../src/guard/channels/page-approvals.ts";
import { type Challenge, challengeOf } from "../../src/guard/passkeys/challenge.ts";
import { createPasskeyDesk } from "../../src/guard/passkeys/desk.ts";
import type { Passkey } from "../../src/guard/passkeys/port.ts";
import { type Assertion, verifyAssertion } from "../../src/guard/passkeys/verify.ts";
import { parsePolicy } from "../../src/guard/policy.ts";
import { approveInTerminal } from "../../src/guard/terminal.ts";
import { passkeysIn } from "../../src/journal/passkeys.ts";
import { openStore } from "../../src/store/open.ts";
import { asker, bench, PRINCIPAL, START, SUBJECT, sendPlan } from "./setup.ts";

const ORIGIN = "http://localhost:49152";
const RP = "localhost";
const USER_PRESENT = 1;
const USER_VERIFIED = 4;

/** An authenticator in software: what a device signs, byte for byte. */
class SoftKey {
  readonly id = randomBytes(16).toString("base64url");
  readonly #private: KeyObject;
  readonly passkey: Passkey;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.#private = privateKey;
    const { x = "", y = "" } = publicKey.export({ format: "jwk" });
    const [a, b] = [Buffer.from(x, "base64url"), Buffer.from(y, "base64url")];
    // COSE: {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}.
    const cose = Buffer.concat([Buffer.from("a5010203262001215820", "hex"), a, Buffer.from("225820", "hex"), b]);
    this.passkey = {
      id: this.id,
      public_key: cose.toString("base64url"),
      counter: 0,
      transports: ["internal"],
      name: "test",
      rp_id: RP,
      created_at: START,
      used_at: null,
    };
  }

  sign(
    challenge: string,
    { origin = ORIGIN, rp = RP, flags = USER_PRESENT | USER_VERIFIED, counter = 1, type = "webauthn.get" } = {},
  ): Assertion {
    const client = Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const data = Buffer.concat([createHash("sha256").update(rp).digest(), Buffer.from([flags]), count]);
    const signed = Buffer.concat([data, createHash("sha256").update(client).digest()]);
    return {
      id: this.id,
      rawId: this.id,
      type: "public-key",
      response: {
        clientDataJSON: client.toString("base64url"),
        authenticatorData: data.toString("base64url"),
        signature: sign("sha256", signed, this.#private).toString("base64url"),
      },
    };
  }
}

const asked: Challenge = {
  approval: { id: "a1", act: "send_invoice", digest: "d1", shown_hash: "s1", expires_at: START + 60_000 },
  nonce: "n1",
  origin: ORIGIN,
};

describe("a signature over an approval", () => {
  it("counts for exactly what was shown, for this approval, attempt and page", async () => {
    const key = new SoftKey();
    const assertion = key.sign(challengeOf(asked));
    expect(await verifyAssertion(assertion, asked, RP, [key.passkey])).toMatchObject({ counter: 1 });
    const others: Challenge[] = [
      { ...asked, approval: { ...asked.approval, id: "a2" } },
      { ...asked, approval: { ...asked.approval, act: "cancel_invoice" } },
      { ...asked, approval: { ...asked.approval, digest: "d2" } },
      { ...asked, approval: { ...asked.approval, shown_hash: "s2" } },
      { ...asked, approval: { ...asked.approval, expires_at: START } },
      { ...asked, nonce: "n2" },
      { ...asked, origin: "http://localhost:49153" },
    ];
    expect(new Set([asked, ...others].map(challengeOf)).size).toBe(others.length + 1);
    for (const other of others) expect(await verifyAssertion(assertion, other, RP, [key.passkey])).toBeNull();
  });

  it("does not count without its person verified, for another site, by another key, or changed", async () => {
    const key = new SoftKey();
    const challenge = challengeOf(asked);
    const good = key.sign(challenge);
    const { response } = good;
    const bad: [string, Assertion][] = [
      ["not verified", key.sign(challenge, { flags: USER_PRESENT })],
      ["nobody there", key.sign(challenge, { flags: USER_VERIFIED })],
      ["another site", key.sign(challenge, { rp: "evil.example" })],
      ["another page", key.sign(challenge, { origin: "http://localhost:1" })],
      ["made, not used", key.sign(challenge, { type: "webauthn.create" })],
      ["another key", { ...new SoftKey().sign(challenge), id: key.id, rawId: key.id }],
      ["unknown", new SoftKey().sign(challenge)],
      ["broken", { ...good, response: { ...response, signature: `${response.signature.slice(0, -4)}AAAA` } }],
      ["no data", { ...good, response: { ...response, authenticatorData: "" } }],
    ];
    for (const [what, assertion] of bad) {
      expect([what, await verifyAssertion(assertion, asked, RP, [key.passkey])]).toEqual([what, null]);
    }
    expect(await verifyAssertion(good, asked, RP, [{ ...key.passkey, rp_id: "approve.example" }])).toBeNull();
  });
});

const policy = parsePolicy({ version: 1, approver: "passkey" });

async function desk() {
  const lab = bench();
  const { facts, close } = openStore(":memory:");
  const passkeys = passkeysIn(facts);
  const key = new SoftKey();
  await passkeys.add(PRINCIPAL, key.passkey);
  const log = (event: string) => void lab.events.push(event);
  const page = { link: async () => "", linkTo: async () => "", open: async () => true, isOpen: () => true };
  const guard = lab.guard({ policy, passkeys, page });
  const shared = { store: lab.store, clock: lab.clock, policy, log, passkeys };
  const asking = (plan = sendPlan(), subject = SUBJECT) =>
    guard.authorise({ plan, subject, principal: PRINCIPAL, asker: asker(undefined, { form: true, apps: true }) });
  return { ...lab, passkeys, key, shared, asking, close };
}

describe("approver: passkey", () => {
  it("takes each attempt once, and a counter that goes on", async () => {
    const lab = await desk();
    const waiting = await lab.asking();
    if (waiting.kind !== "pending") throw new Error("not pending");
    const signing = createPasskeyDesk(lab.shared);
    const page = { origin: ORIGIN, principal: PRINCIPAL };
    const begin = async () => {
      const options = await signing.begin(waiting.approval, page);
      expect(options).toMatchObject({ rpId: RP, userVerification: "required", allowCredentials: [{ id: lab.key.id }] });
      return options?.challenge ?? "";
    };
    const first = await begin();
    const second = await begin();
    // Only the latest attempt counts, once; the failed one used it up.
    expect(await signing.isSigned(waiting.approval, page, lab.key.sign(first))).toBe(false);
    expect(await signing.isSigned(waiting.approval, page, lab.key.sign(second))).toBe(false);
    const third = lab.key.sign(await begin(), { counter: 5 });
    expect(await signing.isSigned(waiting.approval, page, third)).toBe(true);
    expect(await signing.isSigned(waiting.approval, page, third)).toBe(false);
    for (const [counter, counts] of [
      [5, false],
      [4, false],
      [0, false],
      [6, true],
    ] as const) {
      const assertion = lab.key.sign(await begin(), { counter });
      expect([counter, await signing.isSigned(waiting.approval, page, assertion)]).toEqual([counter, counts]);
    }
    const late = lab.key.sign(await begin(), { counter: 7 });
    await lab.clock.advance(3 * 60_000);
    expect(await signing.isSigned(waiting.approval, page, late)).toBe(false);
    await lab.close();
  });

  it("takes the signature of who sits before the page, and of nobody else", async () => {
    const lab = await desk();
    const waiting = await lab.asking();
    if (waiting.kind !== "pending") throw new Error("not pending");
    const second = new SoftKey();
    await lab.passkeys.add("local:second", second.passkey);
    const signing = createPasskeyDesk(lab.shared);
    const page = { origin: ORIGIN, principal: "local:second" };
    const challenge = async () => {
      const options = await signing.begin(waiting.approval, page);
      expect(options?.allowCredentials.map(({ id }) => id)).toEqual([second.id]);
      return options?.challenge ?? "";
    };
    expect(await signing.isSigned(waiting.approval, page, lab.key.sign(await challenge()))).toBe(false);
    expect(await signing.isSigned(waiting.approval, page, second.sign(await challenge()))).toBe(true);
    expect(await signing.begin(waiting.approval, { ...page, principal: "local:third" })).toBeNull();
    await lab.close();
  });

  it("lets no other place approve, whatever it is given; a no counts everywhere", async () => {
    const lab = await desk();
    const waiting = await lab.asking();
    expect(waiting).toMatchObject({ kind: "pending", channel: "page", approval: { channels: ["passkey"] } });
    if (waiting.kind !== "pending") throw new Error("not pending");
    const { id } = waiting.approval;
    for (const channel of ["form", "card", "page", "terminal", "token", "policy"] as const) {
      const answer = { state: "approved", channel, approved_by: "person", now: lab.clock.now() } as const;
      expect([channel, await lab.store.answer(id, answer)]).toEqual([channel, false]);
    }
    const page = createPageApprovals({ ...lab.shared, timeZone: "UTC" });
    const click = { decision: "approve", typed: undefined, assertion: undefined, page: { origin: ORIGIN } } as const;
    expect(await page.answer(id, click)).toMatchObject({ ok: false, message: expect.stringContaining("passkey") });
    const forged = { ...click, assertion: new SoftKey().sign("x") };
    expect(await page.answer(id, forged)).toMatchObject({
      ok: false,
      message: expect.stringContaining("not accepted"),
    });
    const said: string[] = [];
    const lines = ["y", "n"];
    const io = { write: (text: string) => void said.push(text), ask: async () => lines.shift() ?? null };
    expect(await approveInTerminal({ ...lab.shared, io })).toBe(1);
    expect(said.join("")).toContain("only be approved with your passkey");
    expect((await lab.store.get(id))?.state).toBe("declined");
    await lab.close();
  });

  it("does not count what was approved before the owner wanted a passkey", async () => {
    const lab = await desk();
    const before = lab.guard({ policy: parsePolicy({ version: 1 }) });
    const request = { plan: sendPlan(), subject: SUBJECT, principal: PRINCIPAL };
    const waiting = await before.authorise({ ...request, asker: asker(undefined, { form: false }) });
    if (waiting.kind !== "pending") throw new Error("not pending");
    const { id } = waiting.approval;
    const yes = { state: "approved", channel: "terminal", approved_by: "person", now: lab.clock.now() } as const;
    expect(await lab.store.answer(id, yes)).toBe(true);
    expect(await lab.asking()).toMatchObject({ kind: "pending", approval: { channels: ["passkey"] } });
    expect((await lab.store.get(id))?.state).toBe("expired");
    await lab.close();
  });

  it("says why when --confirm or the lack of a passkey leaves no way", async () => {
    const lab = await desk();
    const request = {
      plan: sendPlan(),
      subject: SUBJECT,
      principal: PRINCIPAL,
      asker: asker(undefined, { form: true }),
    };
    const fixed = lab.guard({ policy, passkeys: lab.passkeys, confirm: "form" });
    expect(await fixed.authorise(request)).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("--confirm form"),
    });
    const other = await lab
      .guard({ policy, passkeys: lab.passkeys })
      .authorise({ ...request, principal: "local:other" });
    expect(other).toMatchObject({ kind: "refused", next: expect.stringContaining("passkey add") });
    await lab.close();
  });

  it.each([
    { unattended: { enabled: true } },
    { channels: { approve: ["form"] } },
    { channels: { typed: ["terminal"] } },
  ])("contradicts %j", (more) => {
    expect(() => parsePolicy({ version: 1, approver: "passkey", ...more })).toThrow(/passkey for every approval, but/);
    expect(() => parsePolicy({ version: 1, approver: "other", ...more })).toThrow(
      /second person for every approval, but/,
    );
    expect(() => parsePolicy({ version: 1, approver: "other-with-passkey", ...more })).toThrow(
      /second person with a passkey for every approval, but/,
    );
  });
});
