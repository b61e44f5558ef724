import { Hono } from "hono";
import { expect, it } from "vitest";
import { systemClock } from "../../src/domain/clock.ts";
import { defaultPolicy } from "../../src/guard/policy.ts";
import { type Member, tenantOf } from "../../src/hosted/access.ts";
import { createApproveDesk } from "../../src/hosted/approve-desk.ts";
import { memberBy } from "../../src/hosted/authenticate.ts";
import { createLogger } from "../../src/hosted/log.ts";
import { RIGHTS } from "../../src/hosted/scopes.ts";
import { passkeysIn } from "../../src/journal/passkeys.ts";
import { openStore } from "../../src/store/open.ts";

const rights = [...RIGHTS];
const organization = (id: string, member: Member) =>
  tenantOf({
    id,
    origin: "https://b.anny.co",
    mode: "full",
    policy: defaultPolicy,
    language: undefined,
    timezone: undefined,
    members: [member],
    token: undefined,
    missing: null,
    isDoubtful: false,
  });

const unused = () => {
  throw new Error("only reading is tried here");
};

it("asks the records of nobody else's organizations, however many there are", async () => {
  const asked: string[] = [];
  const store = openStore(":memory:");
  const desk = createApproveDesk({
    tenants: () => [
      organization("hers", { subject: "jane", rights }),
      // A claim of another token may make her a member.
      organization("perhaps", { claim: "groups", value: "billing", rights }),
      organization("key", { key: "agent", rights }),
      ...Array.from({ length: 500 }, (_, at) => organization(`other-${at}`, { subject: `somebody-${at}`, rights })),
    ],
    approvalsOf: ({ id }) => {
      asked.push(id ?? "");
      return store.approvals;
    },
    approversOf: unused,
    passkeysOf: () => passkeysIn(store.facts),
    shownBy: unused,
    origin: "https://invoices.example.com",
    clock: systemClock,
    log: createLogger({ write: () => {} }),
    signIn: {
      routes: new Hono(),
      personOf: unused,
      visitorOf: unused,
      startFresh: unused,
      keep: unused,
      kept: unused,
    },
  });
  const jane = { principal: "https://issuer|jane", subject: "jane", claims: {}, isMember: memberBy("jane", {}) };
  expect(await desk.list(jane)).toEqual([]);
  expect(await desk.look(jane, "unknown", "en")).toBeNull();
  expect(asked).toEqual(["hers", "perhaps", "hers", "perhaps"]);
  await store.close();
});
