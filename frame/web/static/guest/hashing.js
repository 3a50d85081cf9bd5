// SHA-256 of files and pieces: in a worker, or here where there is none.

import { pause } from "./line.js";

const AGAIN_SECONDS = 5;

let worker = null;
let last = 0;
const asked = new Map();

function start() {
  try {
    worker = new Worker("/static/guest/hash-worker.js");
  } catch {
    worker = false;
    return;
  }
  worker.onmessage = ({ data: { number, digest, error } }) => {
    const [resolve, reject] = asked.get(number) || [];
    asked.delete(number);
    if (!resolve) return;
    if (error) reject(new Error(error));
    else resolve(digest);
  };
  worker.onerror = () => {
    // It never came up (or died): whoever waits is served here.
    const waiting = [...asked.values()];
    asked.clear();
    worker = false;
    for (const [resolve, reject, blob] of waiting) here(blob).then(resolve, reject);
  };
}

// Picked in the moment in which the Wi-Fi was gone: the photo is there, only the script is not yet.
async function script() {
  for (let tried = 0; !self.Sha256; tried++) {
    try {
      await import(`/static/guest/sha256.js?tried=${tried}`); // browsers remember an address that failed
    } catch {
      await pause(AGAIN_SECONDS);
    }
  }
}

async function here(blob) {
  await script();
  const sha = new self.Sha256();
  const piece = 1 << 18; // small, so that the page goes on answering between two
  for (let at = 0; at < blob.size; at += piece) {
    const part = await new Response(blob.slice(at, at + piece)).arrayBuffer();
    sha.update(new Uint8Array(part));
  }
  return sha.digest();
}

// At the beginning, while there is a network to fetch it with.
export function prepare() {
  if (worker === null) start();
}

export function digestOf(blob) {
  prepare();
  if (!worker) return here(blob);
  return new Promise((resolve, reject) => {
    asked.set(++last, [resolve, reject, blob]);
    worker.postMessage({ number: last, blob });
  });
}

export const hex = (digest) => Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const base64 = (digest) => btoa(String.fromCharCode(...digest));
