/** What is wrong with the address of a file, in words. */

import type { RemoteTrouble } from "../data/protocol.js";

/** What happened, and what can be done. */
export function remoteBody({ url, why, status }: RemoteTrouble): string {
  const { host, origin } = new URL(url);
  switch (why) {
    case "refused":
      if (status === 404 || status === 410) return `There is nothing at ${url} (${status}). Check the address: the file may have been moved or removed.`;
      if (status === 401 || status === 403) {
        return `${host} does not give it to everybody (${status}). Use an address that contains the permission, as links for sharing do, or download the file where you are signed in and open it here.`;
      }
      return `${host} answers ${status}. Perhaps it does in a moment: try again.`;
    case "changed":
      return "The file has changed on its server since it was opened, and parts of two versions are never mixed. Refresh shows it as it is now.";
    case "whole":
      return `${host} gives files only as a whole, and this one is too big for that. Download it and open it here.`;
    case "offline":
      return "This computer has no network at the moment. Try again when it has.";
    case "mixed":
      return `This page came by https, and browsers do not let such pages ask for http addresses. Try https://${host}, or download the file and open it here.`;
    case "cors":
      return `${host} does not let pages of ${location.origin} read it. Whoever runs it can allow that with the header Access-Control-Allow-Origin (CORS). Until then: download the file and open it here.`;
    case "unreachable":
      return `There is no answer from ${origin}. Check the address and the network, and try again.`;
  }
}
