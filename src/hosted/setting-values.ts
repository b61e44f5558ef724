import { BlockList, isIP } from "node:net";
import { z } from "zod";
import { oneLine } from "../domain/untrusted.ts";
import type { KeyRing } from "../guard/seal.ts";

/** How single settings of `serve` are written, and what is said of one that is not. */

export interface Address {
  readonly host: string;
  readonly port: number;
}

export const address = z.string().transform((value, context): Address => {
  const [, bracketed, plain, port] = /^(?:\[([0-9A-Fa-f:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(value) ?? [];
  const host = bracketed ?? plain;
  if (host !== undefined && Number(port) <= 65_535) return { host, port: Number(port) };
  context.addIssue({ code: "custom", message: "is not an address and port such as 127.0.0.1:8080" });
  return z.NEVER;
});

const list = z.string().transform((value) =>
  value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== ""),
);

/** https, or http on this computer, and nothing of a sign-in in it: secrets travel there. `null`: it is none. */
export function safeUrl(value: string): URL | null {
  const url = URL.canParse(value) ? new URL(value) : null;
  const isSafe = url !== null && (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname)));
  return isSafe && url.username === "" && url.password === "" ? url : null;
}

export const webAddress = z.string().transform((value, context) => {
  const url = safeUrl(value);
  if (url !== null && url.search === "" && url.hash === "") return value;
  context.addIssue({
    code: "custom",
    message: "is not an address that begins with https:// (http only on this computer)",
  });
  return z.NEVER;
});

export const mailServer = z.string().transform((value, context): URL => {
  const url = URL.canParse(value) ? new URL(value) : null;
  const isUsable = url !== null && ["smtps:", "smtp:"].includes(url.protocol) && url.hostname !== "";
  if (isUsable && /^\/?$/.test(url.pathname) && url.search === "" && url.hash === "") return url;
  // Nothing of the value: a password stands in it.
  context.addIssue({
    code: "custom",
    message:
      "is not an address such as smtps://user:password@mail.example.com (what stands before the @ encoded as in a URL)",
  });
  return z.NEVER;
});

export const origins = list.transform((values, context) => {
  for (const value of values) {
    if (URL.canParse(value) && new URL(value).origin === value) continue;
    context.addIssue({
      code: "custom",
      message: `holds ${oneLine(value, 80)}, which is no origin such as https://app.example.com`,
    });
  }
  return values;
});

export const hosts = list.transform((values, context) => {
  for (const value of values) {
    if (/^[A-Za-z0-9.-]+(:\d{1,5})?$/.test(value)) continue;
    context.addIssue({ code: "custom", message: `holds ${oneLine(value, 80)}, which is no host name` });
  }
  return values.map((value) => value.toLowerCase());
});

export const networks = list.transform((values, context) => {
  const block = new BlockList();
  for (const value of values) {
    const [start = "", bits] = value.split("/");
    const family = isIP(start) === 6 ? "ipv6" : "ipv4";
    const most = family === "ipv6" ? 128 : 32;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (isIP(start) === 0 || prefix < 0 || prefix > most) {
      context.addIssue({ code: "custom", message: `holds ${oneLine(value, 80)}, which is no address or network` });
    } else block.addSubnet(start, prefix, family);
  }
  return block;
});

export const keyRing = z.string().transform((value, context): KeyRing => {
  const ring = keysIn(value);
  if (ring !== null) return ring;
  context.addIssue({ code: "custom", message: NO_KEYS });
  return z.NEVER;
});

export const NO_KEYS = "is not a list of keys of 32 bytes in base64 (openssl rand -base64 32)";

/** Keys with commas between; `null` where one is anything else: Node.js reads base64 out of every text. */
export function keysIn(text: string): KeyRing | null {
  const parts = text.split(",").map((part) => part.trim());
  const [first, ...others] = parts.map((part) => Buffer.from(part, "base64"));
  const isPlain = parts.every((part) => /^[A-Za-z0-9+/_-]{43}=?$/.test(part));
  return first === undefined || !isPlain ? null : [first, ...others];
}

export const headers = list.transform((values, context): Readonly<Record<string, string>> => {
  const pairs = values.map((value) => /^([A-Za-z0-9-]+)=([\x20-\x7e]+)$/.exec(value));
  if (pairs.some((pair) => pair === null)) {
    context.addIssue({ code: "custom", message: "is not a list of name=value" });
  }
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? "", pair?.[2] ?? ""]));
});

export function whole(from: number, to: number) {
  return z
    .string()
    .regex(/^\d{1,9}$/, `is not a number from ${from} to ${to}`)
    .transform(Number)
    .refine((value) => value >= from && value <= to, `is not a number from ${from} to ${to}`);
}

export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/.test(host);
}
