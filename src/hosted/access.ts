import { hash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { loadConfig } from "../config.ts";
import type { Place } from "../domain/scope.ts";
import { oneLine } from "../domain/untrusted.ts";
import { ConfigError } from "../errors.ts";
import { defaultPolicy, loadPolicy, type Policy } from "../guard/policy.ts";
import { RIGHTS, type Right, rightSchema } from "./scopes.ts";
import { isLoopback } from "./setting-values.ts";

const word = z.string().min(1).max(255);
const rights = z
  .array(rightSchema)
  .min(1)
  .default([...RIGHTS]);

/** Where somebody is told that something waits for their approval. */
const mail = z.email("is not an e-mail address").max(254).optional();
/** May enter and remove the organization's own credential at the API. Said of people alone: a key cannot sign in. */
const owner = z.boolean().optional();

const memberSchema = z.union([
  z.strictObject({ subject: word, rights, mail, owner }),
  z.strictObject({ claim: word, value: word, rights, mail, owner }),
  z.strictObject({ key: word, rights }),
]);

const variable = z.string().regex(/^[A-Z][A-Z0-9_]*$/, "must be the name of a variable");

const organizationSchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9-]{1,64}$/, "must be an organization id"),
  base_url: z.string().optional(),
  token_env: variable.optional(),
  webhook_env: variable.optional(),
  mode: z.enum(["full", "draft-only", "read-only"]).optional(),
  policy: word.optional(),
  language: z.string().optional(),
  timezone: z.string().optional(),
  members: z.array(memberSchema),
});

/** Who may do what. Unknown keys are errors: a misspelt limit would be no limit. */
const accessSchema = z.strictObject({
  version: z.literal(1),
  keys: z
    .array(
      z.strictObject({ name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    )
    .default([]),
  organizations: z.array(organizationSchema).min(1),
});

export type Member = z.infer<typeof memberSchema>;

/** One organization as the file describes it. */
export interface Tenant {
  /** `null`: the one that the token belongs to. */
  readonly id: string | null;
  /** Origin of the API, as part of everything recorded. */
  readonly origin: string;
  /** `null`: what its owner has set in the database, else `read-only`. */
  readonly mode: "full" | "draft-only" | "read-only" | null;
  readonly policy: Policy;
  readonly language: string | undefined;
  readonly timezone: string | undefined;
  readonly members: readonly Member[];
  /** The organization's own credential at the API, when the start was given one. */
  readonly token: string | undefined;
  /** Where a chat takes texts for it. Whoever knows the address can write there. */
  readonly webhook?: URL;
}

/** Where its record is kept. */
export function placeOf({ origin, id }: Tenant): Place {
  return { origin, organization_id: id ?? "" };
}

/** Who a request is from, before it is known where it goes. */
export interface Identity {
  /** `<issuer>|<subject>`, `key:<name>`, or `local:<user>` on this computer. */
  readonly principal: string;
  /** Whether an entry of the file means this one. */
  readonly isMember: (member: Member) => boolean;
  /** What the credential itself is good for. */
  readonly rights: ReadonlySet<Right>;
}

export interface Access {
  readonly tenants: readonly Tenant[];
  /** The name of a static key; `null` when none is like it. Takes as long for a wrong one. */
  keyName(key: string): string | null;
  readonly hasKeys: boolean;
}

/** A principal in an organization, with what both sides allow. */
export interface Membership {
  readonly tenant: Tenant;
  readonly rights: ReadonlySet<Right>;
}

export function membershipsOf(tenants: readonly Tenant[], identity: Identity): readonly Membership[] {
  return tenants.flatMap((tenant) => {
    const allowed = tenant.members.filter(identity.isMember).flatMap((member) => member.rights);
    if (allowed.length === 0) return [];
    return [
      { tenant, rights: new Set(RIGHTS.filter((right) => allowed.includes(right) && identity.rights.has(right))) },
    ];
  });
}

/** Whether the file names this one an owner of the organization. */
export function isOwnerOf({ members }: Tenant, isMember: Identity["isMember"]): boolean {
  return members.some((member) => "owner" in member && member.owner === true && isMember(member));
}

/** Whether the organization has an owner at all. */
export function isOwned({ members }: Tenant): boolean {
  return members.some((member) => "owner" in member && member.owner === true);
}

/** Keys are long and random, so that a plain hash keeps them; shorter ones are refused whatever they are. */
export const LEAST_KEY_CHARACTERS = 40;

export function keyHash(key: string): Buffer {
  return hash("sha256", key, "buffer");
}

/** Reads the file. Throws a `ConfigError` that says what is wrong with it. */
export function loadAccess(
  path: string,
  defaults: { readonly base_url: string; readonly policy: Policy | null },
  env: Readonly<Record<string, string | undefined>>,
): Access {
  const parsed = accessSchema.safeParse(jsonOf(path));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(`${issue?.path.join(".") ?? ""}: ${oneLine(issue?.message ?? "is not usable", 200)}`);
  }
  const { keys, organizations } = parsed.data;
  const names = new Set(keys.map(({ name }) => name));
  if (names.size < keys.length) throw wrong("two keys have the same name");
  if (new Set(organizations.map(({ id }) => id)).size < organizations.length)
    throw wrong("an organization stands there twice");
  const tenants = organizations.map((organization): Tenant => {
    const { id, mode, members, token_env, webhook_env } = organization;
    for (const member of members) {
      if ("key" in member && !names.has(member.key))
        throw wrong(`${id} names the key ${member.key}, which is not there`);
    }
    const token = token_env === undefined ? undefined : env[token_env];
    if (token_env !== undefined && token === undefined)
      throw wrong(`${id} takes its token from ${token_env}, which is not set`);
    const webhook = webhook_env === undefined ? undefined : webhookIn(env[webhook_env], id, webhook_env);
    // The rules of the settings are said once, there.
    const { base_url, language, timezone, api_token } = loadConfig(
      {
        "base-url": organization.base_url ?? defaults.base_url,
        language: organization.language,
        timezone: organization.timezone,
        "data-dir": dirname(resolve(path)),
      },
      { INVOICES_API_TOKEN: token },
      true,
    );
    const policy =
      organization.policy === undefined
        ? (defaults.policy ?? defaultPolicy)
        : loadPolicy(resolve(dirname(path), organization.policy));
    return {
      id,
      origin: new URL(base_url).origin,
      mode: mode ?? null,
      members,
      policy,
      language,
      timezone,
      token: api_token,
      ...(webhook === undefined ? {} : { webhook }),
    };
  });
  const known = keys.map(({ name, sha256 }) => ({ name, digest: Buffer.from(sha256, "hex") }));
  return {
    tenants,
    hasKeys: keys.length > 0,
    keyName(key) {
      const given = keyHash(key);
      let found: string | null = null;
      for (const { name, digest } of known) if (timingSafeEqual(given, digest)) found = name;
      return key.length < LEAST_KEY_CHARACTERS ? null : found;
    },
  };
}

function webhookIn(value: string | undefined, id: string, variable: string): URL {
  if (value === undefined) throw wrong(`${id} takes its webhook from ${variable}, which is not set`);
  const url = URL.canParse(value) ? new URL(value) : null;
  const isSafe = url !== null && (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname)));
  if (isSafe && url.username === "" && url.password === "") return url;
  throw wrong(`the webhook of ${id} in ${variable} does not begin with https://`);
}

function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw wrong(error instanceof SyntaxError ? "it is not JSON" : "it cannot be read");
  }
}

function wrong(why: string): ConfigError {
  return new ConfigError(`The file of INVOICES_HTTP_ACCESS is not usable: ${why}.`, {
    next: "Correct it; docs/hosting.md shows one.",
  });
}
