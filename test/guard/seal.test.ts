import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { derivedSecrets, type KeyRing, seal, unseal } from "../../src/guard/seal.ts";

const keys: KeyRing = [randomBytes(32)];
const ask = {
  approval_id: "a",
  principal: "local:jane",
  organization_id: "org-1",
  subject: "send",
  digest: "d",
  asked_at: 1_000,
  expires_at: 2_000,
};

it("opens only what these keys sealed, until it expires", () => {
  const state = seal(ask, keys);
  expect(unseal(state, keys, 1_999)).toEqual(ask);
  expect(unseal(state, keys, 2_000)).toBeNull();
  expect(unseal(state, [randomBytes(32)], 1_999)).toBeNull();
});

it("opens with an older key of the ring what that key sealed, and seals with the newest", () => {
  const [older] = keys;
  const newer = randomBytes(32);
  expect(unseal(seal(ask, keys), [newer, older], 1_999)).toEqual(ask);
  expect(unseal(seal(ask, [newer, older]), keys, 1_999)).toBeNull();
});

it("does not mix the body of one with the tag of another", () => {
  const [body] = seal(ask, keys).split(".");
  const [, tag] = seal({ ...ask, approval_id: "b" }, keys).split(".");
  expect(unseal(`${body}.${tag}`, keys, 1_000)).toBeNull();
});

it("derives secrets that holders of a key have in common, the newest key's first", () => {
  const [older] = keys;
  const newer = randomBytes(32);
  const [before] = derivedSecrets("a", keys);
  expect(derivedSecrets("a", [newer, older])).toEqual([derivedSecrets("a", [newer])[0], before]);
  expect(derivedSecrets("a", [older, newer])[0]).toBe(before);
  expect(derivedSecrets("b", keys)[0]).not.toBe(before);
});
