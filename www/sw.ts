/** The service worker: after one visit everything that the app consists of is there without a network. */

import { cleanupOutdatedCaches, precacheAndRoute, type PrecacheEntry } from "workbox-precaching";

/** Every file of the build with its hash, filled in when the app is built. */
declare const PRECACHE: PrecacheEntry[];
declare const self: {
  addEventListener(type: "activate", listener: (e: { waitUntil(work: Promise<unknown>): void }) => void): void;
  clients: { claim(): Promise<void> };
};

// A page that is open keeps its own version to the end: no skipWaiting. The first version takes over at once.
self.addEventListener("activate", (e) => e.waitUntil(self.clients.claim()));
cleanupOutdatedCaches();
precacheAndRoute(PRECACHE);
