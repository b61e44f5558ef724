import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";

/**
 * The state that travels through an `input_required` client. It proves which approval was asked for, by whoever holds the
 * keys and to whom; it carries no personal data and does not approve anything by itself. Replay is stopped by the approval's own
 * single use.
 */
const sealedSchema = z.strictObject({
  approval_id: z.string(),
  principal: z.string(),
  organization_id: z.string(),
  subject: z.string(),
  digest: z.string(),
  asked_at: z.number(),
  expires_at: z.number(),
});
export type SealedAsk = z.infer<typeof sealedSchema>;

const MAX_STATE = 8_192;

/** The first seals, every one opens: instances may be one step of a change apart (`docs/hosting.md`). */
export type KeyRing = readonly [Uint8Array, ...Uint8Array[]];

export function seal(ask: SealedAsk, [key]: KeyRing): string {
  const body = Buffer.from(JSON.stringify(ask)).toString("base64url");
  return `${body}.${mac(body, key).toString("base64url")}`;
}

/** `null` for anything that none of these keys sealed, or whose time is over. */
export function unseal(state: string, keys: KeyRing, now: number): SealedAsk | null {
  if (state.length > MAX_STATE) return null;
  const [body, tag, ...rest] = state.split(".");
  if (body === undefined || tag === undefined || rest.length > 0) return null;
  const given = Buffer.from(tag, "base64url");
  // A second spelling of the same bytes (padding bits, other alphabet) is refused too.
  if (given.toString("base64url") !== tag) return null;
  const isSealed = (key: Uint8Array) => {
    const expected = mac(body, key);
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  if (!keys.some(isSealed)) return null;
  try {
    const parsed = sealedSchema.safeParse(JSON.parse(Buffer.from(body, "base64url").toString("utf8")));
    return parsed.success && now < parsed.data.expires_at ? parsed.data : null;
  } catch {
    return null;
  }
}

function mac(body: string, key: Uint8Array): Buffer {
  return createHmac("sha256", key).update(body).digest();
}

/** Secrets of a name, the newest key's first: the same at every holder of a key; they tell nothing about others. */
export function derivedSecrets(name: string, keys: KeyRing): readonly [string, ...string[]] {
  const [first, ...others] = keys;
  const derived = (key: Uint8Array) => mac(`secret ${name}`, key).toString("base64url");
  return [derived(first), ...others.map(derived)];
}
