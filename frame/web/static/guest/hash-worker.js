// Hashes away from the page, so that it stays quick: a whole file for its name, a piece for its checksum.
"use strict";

importScripts("/static/guest/sha256.js");

const PIECE = 1 << 20;

async function bytesOf(blob) {
  // Older Safaris have no `arrayBuffer` on blobs.
  return new Uint8Array(blob.arrayBuffer ? await blob.arrayBuffer() : new FileReaderSync().readAsArrayBuffer(blob));
}

onmessage = async ({ data: { number, blob } }) => {
  try {
    const sha = new Sha256();
    for (let at = 0; at < blob.size; at += PIECE) sha.update(await bytesOf(blob.slice(at, at + PIECE)));
    postMessage({ number, digest: sha.digest() });
  } catch (error) {
    postMessage({ number, error: String(error) });
  }
};
