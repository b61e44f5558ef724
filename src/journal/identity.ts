import { createHash, randomBytes } from "node:crypto";
import { canonicalJson, type JsonObject } from "../domain/json.ts";

/** Equal calls of one place have equal fingerprints: the API's origin is a key of its own beside them. A deliberate duplicate differs by the operation it names. */
export function fingerprint(
  organizationId: string,
  kind: string,
  identity: JsonObject,
  duplicateOf: string | null,
): string {
  return createHash("sha256")
    .update(canonicalJson([organizationId, kind, identity, duplicateOf]))
    .digest("hex");
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** `op_` and 26 characters: 48 bits of time, 80 random ones. Later operations sort after earlier ones. */
export function operationId(now: number): string {
  let bits = (BigInt(now) << 80n) | BigInt(`0x${randomBytes(10).toString("hex")}`);
  let text = "";
  for (let position = 0; position < 26; position += 1) {
    text = `${CROCKFORD[Number(bits & 31n)] ?? ""}${text}`;
    bits >>= 5n;
  }
  return `op_${text}`;
}
