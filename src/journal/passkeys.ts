import { z } from "zod";
import type { Place } from "../domain/scope.ts";
import type { Passkey, PasskeyStore } from "../guard/passkeys/port.ts";
import type { Facts } from "./found-out.ts";

/** Of a journal on one computer, not of a place: its person is the same in every organization. */
const HERE: Place = { origin: "", organization_id: "" };
const KIND = "passkey";

const passkeyRow = z.strictObject({
  principal: z.string(),
  public_key: z.string(),
  counter: z.int().min(0),
  transports: z.array(z.string()),
  name: z.string(),
  rp_id: z.string(),
  created_at: z.int(),
  used_at: z.int().nullable(),
});

/**
 * Passkeys as small facts of the journal: the counter has to move in a transaction, and whoever may write here is the owner.
 * `place`: on a record whose organizations are walled off.
 */
export function passkeysIn(
  facts: Pick<Facts, "list" | "put" | "change" | "remove">,
  place: Place = HERE,
): PasskeyStore {
  return {
    async list(principal) {
      const found = await facts.list(place, KIND);
      return found.flatMap(({ key, value }): Passkey[] => {
        const row = passkeyRow.safeParse(value);
        if (!row.success || row.data.principal !== principal) return [];
        const { principal: _principal, ...passkey } = row.data;
        return [{ id: key, ...passkey }];
      });
    },
    async add(principal, { id, transports, ...passkey }) {
      const value = { principal, ...passkey, transports: [...transports] };
      await facts.put(place, { kind: KIND, key: id, value, at: passkey.created_at });
    },
    async remove(principal, id) {
      const own = await this.list(principal);
      if (!own.some((passkey) => passkey.id === id)) return false;
      await facts.remove(place, KIND, id);
      return true;
    },
    used: (principal, id, counter, now) =>
      facts.change(place, KIND, id, now, (value) => {
        const row = passkeyRow.safeParse(value);
        if (!row.success || row.data.principal !== principal) return null;
        // Synced passkeys do not count: both stay at 0.
        const isAhead = counter > row.data.counter || (counter === 0 && row.data.counter === 0);
        return isAhead ? { ...row.data, counter, used_at: now } : null;
      }),
  };
}
