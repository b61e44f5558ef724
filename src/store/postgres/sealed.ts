import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import type { Scope } from "../../domain/scope.ts";
import { JournalError } from "../../errors.ts";
import type { UpstreamSecret, VaultKeys } from "../vault-port.ts";

export interface Sealed {
  readonly key_id: string;
  /** Nonce of 12 bytes, ciphertext, tag of 16 bytes. */
  readonly sealed: Buffer;
}

const NONCE = 12;
const TAG = 16;

const secretJson = z.object({
  access_token: z.string(),
  refresh_token: z.string().nullable(),
  expires_at: z.number().nullable(),
});

/** Names a key without telling anything about it. */
export function keyId(key: Uint8Array): string {
  return createHash("sha256").update("vault key\n").update(key).digest("hex").slice(0, 16);
}

/** AES-256-GCM. The scope is authenticated with it: the bytes open in no other row. */
export function sealed(secret: UpstreamSecret, scope: Scope, [key]: VaultKeys): Sealed {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG });
  cipher.setAAD(boundTo(scope));
  const { access_token, refresh_token, expires_at } = secret;
  const text = Buffer.from(JSON.stringify({ access_token, refresh_token, expires_at }));
  const body = Buffer.concat([cipher.update(text), cipher.final()]);
  return { key_id: keyId(key), sealed: Buffer.concat([nonce, body, cipher.getAuthTag()]) };
}

export function opened({ key_id, sealed: bytes }: Sealed, scope: Scope, keys: VaultKeys): UpstreamSecret {
  const key = keys.find((one) => keyId(one) === key_id);
  if (key === undefined) {
    throw new JournalError(`A credential is encrypted with the key ${key_id}, which this server was not given.`, {
      next: "Add that key to INVOICES_DATABASE_KEYS, behind the first one, then restart.",
    });
  }
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE), { authTagLength: TAG });
    decipher.setAAD(boundTo(scope));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG));
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE, bytes.length - TAG)), decipher.final()]);
    return secretJson.parse(JSON.parse(text.toString("utf8")));
  } catch {
    // Without the cause: what was half decrypted is nobody's business.
    throw new JournalError("A stored credential was changed, or belongs to another principal or organization.", {
      next: "Enter it again: invoicing-mcp credentials add.",
    });
  }
}

function boundTo({ origin, organization_id, principal }: Scope): Buffer {
  return Buffer.from(JSON.stringify(["invoicing-mcp credential", origin, organization_id, principal]));
}
