/** A registered passkey: what is needed to verify with it, and nothing that could sign. */
export interface Passkey {
  /** Credential id, base64url. */
  readonly id: string;
  /** COSE key, base64url. */
  readonly public_key: string;
  /** As the authenticator counted last; 0 for those that do not count. */
  readonly counter: number;
  readonly transports: readonly string[];
  /** By which its owner tells it from others. */
  readonly name: string;
  /** The site it was made for: it signs for no other. */
  readonly rp_id: string;
  readonly created_at: number;
  readonly used_at: number | null;
}

/** Passkeys of the people who may approve here. Kept with the journal. */
export interface PasskeyStore {
  list(principal: string): Promise<readonly Passkey[]>;
  add(principal: string, passkey: Passkey): Promise<void>;
  remove(principal: string, id: string): Promise<boolean>;
  /**
   * Moves the counter on, in one transaction. False when it is not ahead of the stored one (a copy of the passkey was used
   * meanwhile, or this is a replay), or the passkey is gone.
   */
  used(principal: string, id: string, counter: number, now: number): Promise<boolean>;
}
