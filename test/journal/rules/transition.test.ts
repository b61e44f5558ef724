import { describe, expect, it } from "vitest";
import { OPERATION_STATES } from "../../../src/journal/port.ts";
import {
  APPROVAL_FIELDS,
  approvalDigest,
  LINE_FIELDS,
  lineHash,
  OPERATION_FIELDS,
  operationDigest,
} from "../../../src/journal/rules/digest.ts";
import { attempted, nextRow } from "../../../src/journal/rules/transition.ts";
import { givenApproval } from "../../harness/approvals.ts";
import { NOW, openRow } from "../../store/rows.ts";

const FINAL = ["done", "not_done", "mismatch"] as const;
const verdict = { principal: "q", approval: { id: "a", digest: "d", subject: "s" } };

describe("a final state", () => {
  it.each(FINAL.flatMap((from) => OPERATION_STATES.map((to) => [from, to] as const)))(
    "%s is not left for %s",
    (from, to) => {
      const row = openRow({ state: from, result: { a: 1 } });
      expect(nextRow(row, { state: to, event: "settled", now: NOW })).toBeNull();
    },
  );

  it("takes a person's note that a mismatch was looked at, and nothing else of what came with it", () => {
    const row = openRow({ state: "mismatch", result: { a: 1 }, why: "other totals" });
    const next = nextRow(row, { state: "done", event: "resolved", now: NOW + 1, result: {}, why: "x", verdict });
    expect(next).toEqual({ ...row, version: 2, updated_at: NOW + 1, acknowledged: true });
    expect(nextRow({ ...row, state: "done" }, { state: "done", event: "resolved", now: NOW, verdict })).toBeNull();
  });

  it.each(FINAL)("%s keeps no texts, even when nobody says what may stay", (state) => {
    const row = openRow({ args: { title: "Jane" }, before: { recipient: "Jane" } });
    expect(nextRow(row, { state, event: "settled", now: NOW })).toMatchObject({ args: {}, before: null });
    expect(nextRow(row, { state: "unknown", event: "read", now: NOW })).toMatchObject({ args: { title: "Jane" } });
  });
});

it("counts a further attempt only while it is under way", () => {
  const row = openRow();
  expect(attempted(row, { now: NOW + 9, lease_until: NOW + 99 })).toMatchObject({
    attempts: 2,
    version: 2,
    quiet_at: NOW + 9,
  });
  expect(attempted({ ...row, state: "unknown" }, { now: NOW, lease_until: NOW })).toBeNull();
});

describe("digests", () => {
  const approval = {
    ...givenApproval(NOW, { id: "a", act: "send_invoice", organization_id: "o", subject: "s" }),
    shown_hash: "h",
  };
  const row = openRow({ result: { item_id: "i" } });

  it("cover each field of their list, and no other", () => {
    const digest = operationDigest(row);
    for (const field of OPERATION_FIELDS["v2"] ?? []) {
      expect([field, operationDigest({ ...row, [field]: "changed" }) === digest]).toEqual([field, false]);
    }
    for (const field of ["args", "before", "owner", "lease_until", "request_id", "trace_id"]) {
      expect([field, operationDigest({ ...row, [field]: "changed" }) === digest]).toEqual([field, true]);
    }
    const of = approvalDigest(approval, []);
    for (const field of APPROVAL_FIELDS["v2"] ?? []) {
      expect([field, approvalDigest({ ...approval, [field]: "changed" }, []) === of]).toEqual([field, false]);
    }
    expect(
      approvalDigest(
        { ...approval, plan: null, secret_hash: "x", channel_reason: "y", wrong_entries: 4, card: "sent" },
        [],
      ),
    ).toBe(of);
    expect(approvalDigest(approval, [{ approval_id: "a", subject_id: "i", operation_id: "op" }])).not.toBe(of);
  });

  it("are what they were: a list is never changed", () => {
    expect({ operation: OPERATION_FIELDS, approval: APPROVAL_FIELDS, line: LINE_FIELDS }).toMatchSnapshot();
  });

  it("do not depend on a column that a later version adds, and are unknown for a later version", () => {
    const wider = { ...row, later: "column" };
    expect(operationDigest(wider)).toBe(operationDigest(row));
    expect(operationDigest(row, "v9")).toBeNull();
    expect(approvalDigest(approval, [], "v9")).toBeNull();
  });

  it("of lines cover the line before", () => {
    const line = {
      seq: 1,
      at: NOW,
      event: "read" as const,
      origin: "o",
      organization_id: "g",
      principal: "p",
      operation_id: null,
      approval_id: null,
      data: {},
      fields_version: 2,
      prev_hash: "a",
    };
    expect(lineHash({ ...line, prev_hash: "b" })).not.toBe(lineHash(line));
    expect(lineHash({ ...line, origin: "x" })).not.toBe(lineHash(line));
    expect(lineHash({ ...line, origin: "x", fields_version: 1 })).toBe(lineHash({ ...line, fields_version: 1 }));
    expect(lineHash({ ...line, fields_version: 3 })).toBeNull();
  });
});
