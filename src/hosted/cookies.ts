import { createHmac, timingSafeEqual } from "node:crypto";
import { EncryptJWT, jwtDecrypt } from "jose";
import type { KeyRing } from "../guard/seal.ts";

/**
 * What a browser keeps for us between two requests, sealed: it can be opened by every instance and by nobody else, is for one
 * purpose, and lapses. Nothing of it is kept here.
 */
export interface SealedCookies {
  seal(purpose: string, content: Readonly<Record<string, string>>, seconds: number): Promise<string>;
  /** `null`: none of ours, for something else, or over. */
  open(purpose: string, sealed: string | undefined): Promise<Readonly<Record<string, string>> | null>;
  /** A token that goes with this cookie: pages send it, other sites cannot know it. */
  csrf(sealed: string): string;
  /** Whether it is that token, made with any key of the ring: instances and tabs may be one key apart. */
  isCsrf(sealed: string, given: string): boolean;
}

const HEADER = { alg: "dir", enc: "A256GCM" } as const;

export function sealedCookies(keys: KeyRing): SealedCookies {
  const ring = keys.map((key) => createHmac("sha256", key).update("cookies").digest());
  const [current] = ring;
  if (current === undefined) throw new TypeError("a ring has a key");
  const csrfOf = (sealed: string, key: Buffer) =>
    createHmac("sha256", key).update(`csrf ${sealed}`).digest("base64url");
  return {
    seal: (purpose, content, seconds) =>
      new EncryptJWT({ content })
        .setProtectedHeader(HEADER)
        .setAudience(purpose)
        .setIssuedAt()
        .setExpirationTime(`${seconds}s`)
        .encrypt(current),
    async open(purpose, sealed) {
      if (sealed === undefined || sealed.length > 8_192) return null;
      for (const key of ring) {
        try {
          const { payload } = await jwtDecrypt(sealed, key, { audience: purpose, requiredClaims: ["exp"] });
          return wordsIn(payload["content"]);
        } catch {
          // Not by this key, or not any more.
        }
      }
      return null;
    },
    csrf: (sealed) => csrfOf(sealed, current),
    isCsrf(sealed, given) {
      const bytes = Buffer.from(given);
      const tokens = ring.map((key) => Buffer.from(csrfOf(sealed, key)));
      return tokens.some((token) => token.length === bytes.length && timingSafeEqual(token, bytes));
    },
  };
}

function wordsIn(content: unknown): Readonly<Record<string, string>> {
  if (typeof content !== "object" || content === null) return {};
  return Object.fromEntries(
    Object.entries(content).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
