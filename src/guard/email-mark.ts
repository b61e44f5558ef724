import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/**
 * What is kept of an address to tell later whether it is still the same: a hash with a salt of its own, so that marks of
 * one address differ and no table of addresses finds it. Who has the file and suspects an address can still test it.
 */
export function emailMark(address: string, salt: string = randomBytes(16).toString("hex")): string {
  const hash = createHash("sha256").update(`${salt}\n${address.toLowerCase()}`).digest("hex");
  return `${salt}.${hash}`;
}

export function isMarked(address: string, mark: string): boolean {
  const salt = mark.slice(0, mark.indexOf("."));
  const a = Buffer.from(emailMark(address, salt));
  const b = Buffer.from(mark);
  return a.length === b.length && timingSafeEqual(a, b);
}
