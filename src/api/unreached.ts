/** Why the API could not be reached, in own words, and what helps. */
export interface Unreached {
  /** Continues "… could not be reached:". */
  readonly reason: string;
  /** What a person can do; `null` where only trying again helps. */
  readonly cure: string | null;
}

const OFFLINE =
  "Check this computer's connection to the internet, and INVOICES_BASE_URL. Where the network has a proxy, set HTTPS_PROXY to its address.";
const ADDRESS = "Check INVOICES_BASE_URL, and whether a firewall stands in between.";
const LATER = null;
const OWN_AUTHORITY =
  "If your network looks into encrypted traffic, set NODE_EXTRA_CA_CERTS to the file (PEM) with the certificate of its authority where this server is configured, and restart; if it is set, its file cannot be read or is another one. If your network does not, somebody else answers in the API's place: do not go on.";
const CLOCK =
  "Set this computer's date and time right. If they are, the other side's certificate is out of date: tell whoever runs it.";

const CAUSES: Readonly<Record<string, readonly [reason: string, cure: string | null]>> = {
  ECONNREFUSED: ["the connection was refused", ADDRESS],
  ECONNRESET: ["the connection was reset", LATER],
  ENOTFOUND: ["the host name was not found", OFFLINE],
  EAI_AGAIN: ["the host name could not be looked up", OFFLINE],
  ENETUNREACH: ["there is no way to its network", OFFLINE],
  EHOSTUNREACH: ["there is no way to its host", OFFLINE],
  ENETDOWN: ["the network is down", OFFLINE],
  ETIMEDOUT: ["the connection timed out", OFFLINE],
  EPIPE: ["the connection was closed", LATER],
  UND_ERR_CONNECT_TIMEOUT: ["the connection took too long", OFFLINE],
  UND_ERR_SOCKET: ["the connection was closed", LATER],
  PROXY_LOGIN: [
    "the proxy (HTTPS_PROXY) wants a login",
    "Write the login into HTTPS_PROXY: http://user:password@host:port.",
  ],
  PROXY_REFUSED: [
    "the proxy (HTTPS_PROXY) refused to connect",
    "Ask whoever runs the proxy to allow this host, or name it in NO_PROXY if it can be reached directly.",
  ],
  PROXY_UNREACHABLE: [
    "the proxy (HTTPS_PROXY) could not be reached",
    "Check the address in HTTPS_PROXY, or remove it if this network has no proxy.",
  ],
  PROXY_ADDRESS: [
    "HTTPS_PROXY is not the address of an HTTP proxy",
    "Set HTTPS_PROXY to an address such as http://proxy.example.com:8080; other kinds, such as socks5, are not supported.",
  ],
};

const UNKNOWN_AUTHORITY: readonly string[] = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];

/** Names the cause by its code; the error's own text may quote the request and never goes further. */
export function unreached(error: unknown): Unreached {
  const code = errorCode(error);
  const [reason, cure] = (code === null ? undefined : CAUSES[code]) ?? secureCause(code) ?? [other(code), null];
  return { reason, cure };
}

function other(code: string | null): string {
  return code === null ? "the connection failed" : `the connection failed (${code})`;
}

function secureCause(code: string | null): readonly [reason: string, cure: string] | null {
  if (code === null) return null;
  if (UNKNOWN_AUTHORITY.includes(code)) {
    const signer = code.includes("SELF_SIGNED")
      ? "is self-signed"
      : "is signed by an authority this computer does not know";
    return [`its certificate ${signer} (${code})`, OWN_AUTHORITY];
  }
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    return [`its certificate does not hold at this computer's date (${code})`, CLOCK];
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return [
      `its certificate is for another host (${code})`,
      "Check INVOICES_BASE_URL, and whether this network wants you to log in first (a hotel, a train).",
    ];
  }
  if (/^(ERR_SSL|EPROTO)/.test(code)) {
    return [`it does not speak TLS as expected (${code})`, "Check INVOICES_BASE_URL and HTTPS_PROXY: host and port."];
  }
  return /^(ERR_TLS|CERT_|DEPTH_|SELF_|UNABLE_)/.test(code) ? [`no secure connection (${code})`, OWN_AUTHORITY] : null;
}

function errorCode(error: unknown): string | null {
  if (typeof error !== "object" || error === null) return null;
  if ("code" in error && typeof error.code === "string") return error.code.slice(0, 60);
  if ("errors" in error && Array.isArray(error.errors)) return errorCode(error.errors[0]);
  return null;
}
