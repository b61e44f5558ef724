import type { Place, Scope } from "../domain/scope.ts";

/**
 * What the hosted server keeps about upstream access: which organizations a principal may act in, the credential of each,
 * and what each organization allows. Credentials are encrypted at rest and bound to their scope: a row moved to another
 * scope does not open. Implemented by `store/postgres`; failures are `JournalError` and name no secret.
 */
export interface Vault {
  /** Stores the first credential of a scope, or replaces it (a person entered it again); it is alive afterwards. */
  put(scope: Scope, secret: UpstreamSecret): Promise<CredentialInfo>;
  /** `null`: nobody entered one. A dead one is returned with its state. */
  get(scope: Scope): Promise<Credential | null>;
  /**
   * The credential, renewed if it has less than `min_left_ms` to live. One renewal per credential at a time across all
   * instances: others wait for it and get what it brought. The new pair is stored before it is returned.
   */
  fresh(scope: Scope, renewal: Renewal): Promise<Credential | null>;
  /** The API does not take this one any more. `false`: another one is stored meanwhile, and nothing was done. */
  markDead(scope: Scope, refused: StoredVersion, why: string): Promise<boolean>;
  /** It does again: the API took it. `false`: another one is stored meanwhile, or it was not dead. */
  revive(scope: Scope, dead: StoredVersion): Promise<boolean>;
  remove(scope: Scope): Promise<boolean>;
  /** Without secrets, by principal and organization; all, or those of one principal. */
  list(principal?: string): Promise<readonly CredentialInfo[]>;
  /** Encrypts everything that is under an older key with the first one of the ring. How many that were. */
  rotateKeys(): Promise<number>;

  /** Organizations this principal has a credential for. */
  organizationsOf(principal: string, origin: string): Promise<readonly OrganizationAccess[]>;
  /** `read-only` until its owner says otherwise. */
  modeOf(place: Place): Promise<HostedMode>;
  setMode(place: Place, mode: HostedMode): Promise<void>;
}

/** What tools exist for an organization, as the setting `mode` on stdio. */
export const HOSTED_MODES = ["read-only", "draft-only", "full"] as const;
export type HostedMode = (typeof HOSTED_MODES)[number];

/**
 * Stands in place of a principal where a credential is the organization's own, for every member without one. Principals
 * hold a `|` or a `:`, so that nobody is called this.
 */
export const OF_ORGANIZATION = "organization";

/** Keys of 32 bytes. The first one encrypts, all decrypt. */
export type VaultKeys = readonly [Uint8Array, ...Uint8Array[]];

export interface UpstreamSecret {
  readonly access_token: string;
  /** `null`: it cannot be renewed. */
  readonly refresh_token: string | null;
  /** Milliseconds since the epoch; `null`: not known. */
  readonly expires_at: number | null;
}

/** Safe to show. */
export interface CredentialInfo extends Scope {
  readonly state: "alive" | "dead";
  /** Why it is dead, in words for a person; of one that lives, that a renewal was begun whose end is not recorded. */
  readonly why: string | null;
  /** Goes up with every change. */
  readonly version: number;
  readonly key_id: string;
  readonly renewable: boolean;
  readonly expires_at: number | null;
  readonly updated_at: number;
}

/** Which of the credentials that a scope had one after the other: versions begin anew when one was removed. */
export type StoredVersion = Pick<CredentialInfo, "version" | "updated_at">;

export interface Credential {
  readonly info: CredentialInfo;
  readonly secret: UpstreamSecret;
}

export interface Renewal {
  readonly min_left_ms: number;
  /** Version the API just refused although it should have lived: renewed unless a newer one is stored. */
  readonly refused_version?: number;
  /**
   * Asks the issuer, once. `unused`: what was not brought left nothing used up. Throwing leaves the credential as it is:
   * whether the old one was used up is not known.
   */
  renew(secret: UpstreamSecret): Promise<UpstreamSecret | { readonly dead: string } | { readonly unused: Error }>;
}

export interface OrganizationAccess extends Place {
  readonly mode: HostedMode;
  readonly credential: CredentialInfo["state"];
}
