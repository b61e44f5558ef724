import { z } from "zod";
import type { Place } from "../domain/scope.ts";
import type { Ledger } from "../journal/ledger.ts";
import type { Identity } from "./access.ts";
import { memberBy } from "./authenticate.ts";
import type { Person } from "./sign-in.ts";

const KIND = "approver";
/** Longer than any approval lasts. */
const KEPT_MS = 24 * 60 * 60_000;

const approverRow = z.strictObject({ subject: z.string(), claims: z.record(z.string(), z.array(z.string())) });

/**
 * Who said yes to what somebody else asked, and by which claims they were a member: so that it can be told right before the
 * act whether they still are. Small facts of the record, gone a day later.
 */
export function approversIn(facts: Pick<Ledger["facts"], "get" | "list" | "put" | "remove">, place: Place) {
  return {
    /** Before the answer is recorded: a yes without it does not count. */
    async note(approvalId: string, { subject, claims }: Person, now: number): Promise<void> {
      for (const { key, at } of await facts.list(place, KIND)) {
        if (at < now - KEPT_MS) await facts.remove(place, KIND, key);
      }
      const value = {
        subject,
        claims: Object.fromEntries(Object.entries(claims).map(([name, words]) => [name, [...words]])),
      };
      await facts.put(place, { kind: KIND, key: approvalId, value, at: now });
    },
    async of(approvalId: string): Promise<Pick<Identity, "isMember"> | null> {
      const row = approverRow.safeParse((await facts.get(place, KIND, approvalId))?.value);
      return row.success ? { isMember: memberBy(row.data.subject, row.data.claims) } : null;
    },
  };
}
