/** The service worker: after one visit everything that the app consists of is there without a network. */

import { cleanupOutdatedCaches, precacheAndRoute, type PrecacheEntry } from "workbox-precaching";

/** Every file of the build with its hash, filled in when the app is built. */
declare const PRECACHE: PrecacheEntry[];
declare const self: {
  addEventListener(type: "activate", listener: (e: { waitUntil(work: Promise<unknown>): void }) => void): void;
  addEventListener(type: "fetch", listener: (e: { request: Request; respondWith(answer: Promise<Response>): void }) => void): void;
  clients: { claim(): Promise<void> };
  registration: { scope: string };
};

// A page that is open keeps its own version to the end: no skipWaiting. The first version takes over at once.
self.addEventListener("activate", (e) => e.waitUntil(self.clients.claim()));
cleanupOutdatedCaches();
precacheAndRoute(PRECACHE);

// The API reference is fetched when it is looked at; what was looked at is there without a network, too.
const reference = new URL("reference/", self.registration.scope).href;
async function looked(request: Request): Promise<Response> {
  const kept = await caches.open("reference");
  try {
    const answer = await fetch(request);
    if (answer.ok) await kept.put(request, answer.clone());
    return answer;
  } catch {
    return (await kept.match(request)) ?? Response.error();
  }
}
self.addEventListener("fetch", (e) => {
  if (e.request.method === "GET" && e.request.url.startsWith(reference)) e.respondWith(looked(e.request));
});
