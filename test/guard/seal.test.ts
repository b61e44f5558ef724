import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { seal, unseal } from "../../src/guard/seal.ts";

const key = randomBytes(32);
const ask = {
  approval_id: "a",
  principal: "local:jane",
  organization_id: "org-1",
  subject: "send",
  digest: "d",
  asked_at: 1_000,
  expires_at: 2_000,
};

it("opens only what this key sealed, until it expires", () => {
  const state = seal(ask, key);
  expect(unseal(state, key, 1_999)).toEqual(ask);
  expect(unseal(state, key, 2_000)).toBeNull();
  expect(unseal(state, randomBytes(32), 1_999)).toBeNull();
});

it("does not mix the body of one with the tag of another", () => {
  const [body] = seal(ask, key).split(".");
  const [, tag] = seal({ ...ask, approval_id: "b" }, key).split(".");
  expect(unseal(`${body}.${tag}`, key, 1_000)).toBeNull();
});
