/** The system's own store of secrets: Keychain, Windows' credentials, the Secret Service of a Linux desktop. */
export interface Keyring {
  read(account: string): Promise<string | null>;
  write(account: string, secret: string): Promise<void>;
  remove(account: string): Promise<void>;
}

const SERVICE = "invoicing-mcp";
/** A locked keyring asks the person, who may be away. */
const PATIENCE_MS = 30_000;

/** `null` where there is none, or the optional package is not installed. Whether it works shows at the first use. */
export async function openKeyring(service = SERVICE): Promise<Keyring | null> {
  try {
    const { AsyncEntry } = await import("@napi-rs/keyring");
    // The kernel's keyring, which the package would fall back to, forgets everything when the computer restarts.
    const entry = (account: string) => new AsyncEntry(service, account, { linux: { store: "secret-service" } });
    entry("probe");
    const soon = () => AbortSignal.timeout(PATIENCE_MS);
    return {
      read: async (account) => (await entry(account).getPassword(soon())) ?? null,
      write: (account, secret) => entry(account).setPassword(secret, soon()),
      remove: async (account) => {
        await entry(account).deletePassword(soon());
      },
    };
  } catch {
    return null;
  }
}
